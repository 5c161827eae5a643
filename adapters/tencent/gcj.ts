export interface Point {
  latitude: number
  longitude: number
}

/** The ellipsoid of Krassowsky, which the maps of China are drawn on. */
const RADIUS = 6_378_245
const FLATNESS = 0.006_693_421_622_965_943

/**
 * WGS 84 from GCJ-02, the shifted degrees that maps of China must use, to a few metres; points abroad are not shifted
 * (https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China#GCJ-02).
 */
export function fromChina(point: Point): Point {
  if (!inChina(point)) return point
  const { latitude, longitude } = shift(point)
  return { latitude: round(point.latitude - latitude), longitude: round(point.longitude - longitude) }
}

/** GCJ-02 from WGS 84, for places that are shown on maps of China. */
export function toChina(point: Point): Point {
  if (!inChina(point)) return point
  const { latitude, longitude } = shift(point)
  return { latitude: round(point.latitude + latitude), longitude: round(point.longitude + longitude) }
}

function inChina({ latitude, longitude }: Point): boolean {
  return longitude > 73.66 && longitude < 135.05 && latitude > 3.86 && latitude < 53.55
}

/** Six digits are a hand's breadth. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}

function shift({ latitude, longitude }: Point): Point {
  const [x, y] = [longitude - 105, latitude - 35]
  const sine = Math.sin((latitude / 180) * Math.PI)
  const bulge = 1 - FLATNESS * sine * sine
  const meridian = (RADIUS * (1 - FLATNESS)) / (bulge * Math.sqrt(bulge))
  const parallel = (RADIUS / Math.sqrt(bulge)) * Math.cos((latitude / 180) * Math.PI)
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + common(x, y, 0.2) + waves(y, [20, 40, 160, 320])
  const east = 300 + x + 2 * y + 0.1 * x * x + common(x, y, 0.1) + waves(x, [20, 40, 150, 300])
  return { latitude: (north * 180) / (meridian * Math.PI), longitude: (east * 180) / (parallel * Math.PI) }
}

function common(x: number, y: number, root: number): number {
  const fast = 20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)
  return 0.1 * x * y + root * Math.sqrt(Math.abs(x)) + (fast * 2) / 3
}

function waves(along: number, [one, two, three, four]: readonly [number, number, number, number]): number {
  const near = one * Math.sin(along * Math.PI) + two * Math.sin((along / 3) * Math.PI)
  const far = three * Math.sin((along / 12) * Math.PI) + four * Math.sin((along / 30) * Math.PI)
  return ((near + far) * 2) / 3
}
