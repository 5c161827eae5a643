import { z } from 'zod'

const ATOM = /\{(digits|letters):(\d{1,2})(?:-(\d{1,2}))?\}/g
const SIGNS: Readonly<Record<string, string>> = { digits: '\\p{Nd}', letters: '\\p{L}' }
const TEXT_MAX = 1_000
const RANGES_MAX = 2

/**
 * What a number or a code looks like: `{digits:6}`, `{letters:2}-{digits:4-8}`; everything else stands for itself. With at most two
 * lengths that vary, no text makes it try long.
 */
export const pattern = z
  .string()
  .min(1)
  .max(100)
  .superRefine((text, context) => {
    const wrong = mistakeIn(text)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  })

function mistakeIn(text: string): string | undefined {
  const atoms = [...text.matchAll(ATOM)]
  if (/[{}]/.test(text.replaceAll(ATOM, '')))
    return 'knows only {digits:6}, {digits:6-10}, {letters:2} and {letters:2-4} in braces'
  if (atoms.length === 0) return 'needs a piece that varies, such as {digits:6}; use "any" for plain words'
  const backwards = atoms.some(([, , from, to]) => Number(from) < 1 || (to !== undefined && Number(to) <= Number(from)))
  if (backwards) return 'has a length that cannot be; write {digits:6} or {digits:6-10}'
  if (atoms.filter(([, , , to]) => to !== undefined).length > RANGES_MAX)
    return `may have at most ${RANGES_MAX} lengths that vary; write {digits:6} for the others`
  return undefined
}

/** Signs that a number or a word would go on with; scripts without spaces put anything beside a number. */
const GOES_ON = '[[\\p{L}\\p{N}]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}]]'

/** The first piece of the text that looks so, not in the middle of a longer word or number. */
export function findPattern(text: string, shape: string): string | undefined {
  const whole = new RegExp(`(?<!${GOES_ON})${sourceOf(shape)}(?!${GOES_ON})`, 'iv')
  return whole.exec(text.normalize('NFKC').slice(0, TEXT_MAX))?.[0]
}

function sourceOf(shape: string): string {
  return shape
    .split(/(\{[^{}]+\})/)
    .map((piece) => {
      const [, sign = '', from, to] = [...piece.matchAll(ATOM)][0] ?? []
      if (from === undefined) return piece.replace(/[.*+?^$()|[\]\\/{}]/g, '\\$&')
      return `${SIGNS[sign]}{${Number(from)}${to === undefined ? '' : `,${Number(to)}`}}`
    })
    .join('')
}
