import { describe, expect, it } from 'vitest'
import { accentColours } from './accent.ts'
import { COLOURS } from './tokens.ts'

const READABLE = 4.5

/** WCAG 2 contrast of two hex colours, 1 to 21. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe('a site’s colour', () => {
  it.each(['#2563eb', '#c2410c', '#ffd500', '#000', '#fff', '#7f7f7f', '#16a34a', '#e879f9'])(
    'can be read on and beside in both schemes: %s',
    (accent) => {
      const [light, dark] = accentColours(accent) ?? []
      for (const colours of [light, dark])
        expect(contrast(colours?.accent ?? '', colours?.['accent-text'] ?? '')).toBeGreaterThanOrEqual(READABLE)
      for (const ground of ['surface', 'bubble', 'sunken'] as const) {
        expect(contrast(light?.['accent-ink'] ?? '', COLOURS[ground][0])).toBeGreaterThanOrEqual(READABLE)
        expect(contrast(dark?.['accent-ink'] ?? '', COLOURS[ground][1])).toBeGreaterThanOrEqual(READABLE)
      }
    },
  )

  it.each(['red', '#12', '#12345', 'url(x)', ''])('is ignored when it is not written as a hex colour: %j', (text) => {
    expect(accentColours(text)).toBeUndefined()
  })
})

describe('the colours of the panel', () => {
  const pairs = ['text', 'quiet'].flatMap((ink) =>
    ['surface', 'raised', 'sunken', 'bubble'].map((ground) => [ink, ground]),
  )
  pairs.push(
    ['faint', 'surface'],
    ['good', 'surface'],
    ['bad', 'surface'],
    ['warn', 'sunken'],
    ['accent-text', 'accent'],
  )
  it.each(pairs as [keyof typeof COLOURS, keyof typeof COLOURS][])('can be read: %s on %s', (ink, ground) => {
    expect(contrast(COLOURS[ink][0], COLOURS[ground][0])).toBeGreaterThanOrEqual(READABLE)
    expect(contrast(COLOURS[ink][1], COLOURS[ground][1])).toBeGreaterThanOrEqual(READABLE)
  })
})
