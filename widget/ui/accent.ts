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

/**
 * Relative luminances at which contrast, (lighter + 0.05) / (darker + 0.05), is just above 4.5: the most that white text
 * stands on, and the limits for ink on a bubble, the least favourable ground of either scheme.
 */
const UNDER_WHITE = 0.183
const ON_LIGHT = 0.155
const ON_DARK = 0.31

/** As [light, dark]. Undefined for anything but `#rgb` and `#rrggbb`. */
export function accentColours(text: string): readonly [AccentColours, AccentColours] | undefined {
  if (!/^#([\da-f]{3}){1,2}$/i.test(text)) return undefined
  const digits = text.length === 4 ? text.replace(/\w/g, '$&$&') : text
  const given = [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16))
  const lighter = mixed(given, WHITE, (colour) => luminance(colour) >= ON_DARK)
  return [
    colours(
      given,
      mixed(given, BLACK, (colour) => luminance(colour) <= ON_LIGHT),
    ),
    colours(lighter, lighter),
  ]
}

function colours(fill: Rgb, ink: Rgb): AccentColours {
  const text = luminance(fill) <= UNDER_WHITE ? WHITE : BLACK
  return { accent: hex(fill), 'accent-text': hex(text), 'accent-ink': hex(ink) }
}

function hex(colour: Rgb): string {
  return `#${colour.map((channel) => (channel + 256).toString(16).slice(1)).join('')}`
}

/** The nearest mixture with black or white that is enough. */
function mixed(colour: Rgb, end: Rgb, isEnough: (mixture: Rgb) => boolean): Rgb {
  let mixture = colour
  for (let share = 0; !isEnough(mixture); share += 0.04)
    mixture = colour.map((channel, index) => Math.round(channel + ((end[index] ?? 0) - channel) * Math.min(1, share)))
  return mixture
}

/** As WCAG 2 defines it, 0 to 1. */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) =>
    channel > 10 ? ((channel / 255 + 0.055) / 1.055) ** 2.4 : channel / 3294.6,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
