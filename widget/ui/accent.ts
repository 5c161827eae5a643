/** The colours one accent turns into, for the light and for the dark scheme. */
export interface AccentColours {
  /** Ground of the contact's own bubbles and of buttons. */
  fill: string
  /** Text and icons on `fill`, at least 4.5 : 1. */
  onFill: string
  /** The accent as text, icon or focus ring on the panel's surface, at least 4.5 : 1. */
  ink: string
}

type Rgb = readonly [number, number, number]

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
const INK: Rgb = [22, 24, 29]
const LIGHT_SURFACE: Rgb = [245, 246, 248]
const DARK_SURFACE: Rgb = [43, 48, 58]
const READABLE = 4.5

/** Undefined for anything but `#rgb` and `#rrggbb`. */
export function accentColours(accent: string): { light: AccentColours; dark: AccentColours } | undefined {
  const given = parseHex(accent)
  if (!given) return undefined
  const lighter = readable(given, { on: DARK_SURFACE, towards: WHITE })
  return {
    light: {
      fill: hex(given),
      onFill: hex(textOn(given)),
      ink: hex(readable(given, { on: LIGHT_SURFACE, towards: BLACK })),
    },
    dark: { fill: hex(lighter), onFill: hex(textOn(lighter)), ink: hex(lighter) },
  }
}

/** WCAG 2 contrast of two `#rrggbb` colours, 1 to 21; NaN when one of them is no such colour. */
export function contrast(one: string, other: string): number {
  const [a, b] = [parseHex(one), parseHex(other)]
  return a && b ? ratio(a, b) : Number.NaN
}

function parseHex(text: string): Rgb | undefined {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text.trim())?.[1]
  if (!digits) return undefined
  const long = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
  const value = Number.parseInt(long, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function hex(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

function textOn(fill: Rgb): Rgb {
  return ratio(WHITE, fill) >= READABLE ? WHITE : INK
}

/** The nearest mixture of `colour` with `towards` that can be read on a ground. */
function readable(colour: Rgb, { on, towards }: { on: Rgb; towards: Rgb }): Rgb {
  for (let share = 0; share <= 100; share += 4) {
    const mixed = mix(colour, towards, share / 100)
    if (ratio(mixed, on) >= READABLE) return mixed
  }
  return towards
}

function mix(colour: Rgb, other: Rgb, share: number): Rgb {
  const blend = (index: 0 | 1 | 2) => Math.round(colour[index] + (other[index] - colour[index]) * share)
  return [blend(0), blend(1), blend(2)]
}

function ratio(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
