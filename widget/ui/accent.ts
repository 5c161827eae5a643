/** The colours one accent turns into, for the light and for the dark scheme. */
export interface AccentColours {
  /** Ground of the contact's own bubbles and of buttons. */
  accent: string
  /** Text and icons on it, at least 4.5 : 1. */
  'accent-text': string
  /** The accent as text, icon or focus ring on the panel's surface, at least 4.5 : 1. */
  'accent-ink': string
}

type Rgb = readonly number[]

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
/** The least favourable ground of each scheme. */
const LIGHT: Rgb = [239, 241, 244]
const DARK: Rgb = [43, 48, 58]
const READABLE = 4.5

/** As [light, dark]. Undefined for anything but `#rgb` and `#rrggbb`. */
export function accentColours(text: string): readonly [AccentColours, AccentColours] | undefined {
  const given = parseHex(text)
  if (!given) return undefined
  const lighter = readable(given, DARK, WHITE)
  return [colours(given, readable(given, LIGHT, BLACK)), colours(lighter, lighter)]
}

/** WCAG 2 contrast of two `#rrggbb` colours, 1 to 21; NaN when one of them is no such colour. */
export function contrast(one: string, other: string): number {
  const [a, b] = [parseHex(one), parseHex(other)]
  return a && b ? ratio(a, b) : Number.NaN
}

function colours(fill: Rgb, ink: Rgb): AccentColours {
  const text = ratio(WHITE, fill) >= READABLE ? WHITE : BLACK
  return { accent: write(fill), 'accent-text': write(text), 'accent-ink': write(ink) }
}

function parseHex(text: string): Rgb | undefined {
  if (!/^#([\da-f]{3}){1,2}$/i.test(text)) return undefined
  const digits = text.length === 4 ? text.replace(/\w/g, '$&$&') : text
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16))
}

function write(colour: Rgb): string {
  return `#${colour.map((channel) => (channel + 256).toString(16).slice(1)).join('')}`
}

/** The nearest mixture of a colour with black or white that can be read on a ground. */
function readable(colour: Rgb, ground: Rgb, end: Rgb): Rgb {
  let mixed = colour
  for (let share = 0; ratio(mixed, ground) < READABLE && share < 1; share += 0.04)
    mixed = colour.map((channel, index) => Math.round(channel + ((end[index] ?? 0) - channel) * share))
  return mixed
}

function ratio(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) =>
    channel > 10 ? ((channel / 255 + 0.055) / 1.055) ** 2.4 : channel / 3294.6,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
