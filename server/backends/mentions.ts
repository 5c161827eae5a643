import { TEXT_MAX } from '@hutong/core/parts'
import { simplified } from '../simplified.ts'
import { fold } from './knowledge/fold.ts'
import { basesOf, isSlipOf } from './word-forms.ts'

/** A text, made ready to be searched for words. */
export interface Said {
  /** Folded; no space stands beside signs of Chinese and Japanese. */
  text: string
  /** What each of its words may be a form of, in their order. */
  words: readonly (readonly string[])[]
  /** The same of all of them. */
  bases: ReadonlySet<string>
}

export interface MentionOptions {
  /** Takes words that are mistyped too: for a second look, once nothing was found as it is spelt. */
  slips?: boolean
}

/** A text that is longer is looked through for no mistyped words. */
const SLIPS_IN_MAX = 500

/**
 * Whether a text holds one of the words: whole words in any of their forms, and anywhere in scripts that are written without spaces.
 * Case, width, accents and traditional characters make no difference.
 */
export function mentions(
  text: string | Said,
  words: readonly string[],
  { slips = false }: MentionOptions = {},
): boolean {
  const said = typeof text === 'string' ? readSaid(text) : text
  const loose = slips && said.text.length <= SLIPS_IN_MAX
  return wantedOf(words).some((wanted) => isIn(wanted, said, loose))
}

/** Whether a text is one of the words and nothing besides. */
export function isOneOf(text: string | Said, words: readonly string[]): boolean {
  const said = typeof text === 'string' ? readSaid(text) : text
  return wantedOf(words).some((wanted) => {
    if (bare(said.text) === bare(wanted.text)) return true
    return !NO_WORDS.test(said.text) && said.words.length === wanted.words.length && isIn(wanted, said, false)
  })
}

function bare(text: string): string {
  return text.replaceAll(/[\s\p{P}]/gu, '')
}

const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}'
const NO_WORDS = new RegExp(`[${UNSPACED}\\p{Script=Thai}]`, 'u')
const WORD = new RegExp(`(?:(?![${UNSPACED}\\p{Script=Thai}])[\\p{L}\\p{M}\\p{N}])+`, 'gu')
const LOOSE = new RegExp(` (?=[${UNSPACED}])|(?<=[${UNSPACED}]) `, 'gu')

export function readSaid(text: string): Said {
  const folded = simplified(fold(text).slice(0, TEXT_MAX))
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(LOOSE, '')
  const words = (folded.match(WORD) ?? []).map(basesOf)
  return { text: folded, words, bases: new Set(words.flat()) }
}

function isIn({ text, words }: Said, said: Said, slips: boolean): boolean {
  if (NO_WORDS.test(text) || words.length === 0) return said.text.includes(text)
  if (!PLAIN.test(text)) return isWhole(text, said.text)
  const isForm = (wanted: readonly string[], heard: readonly string[] = []) =>
    wanted.some((one) => heard.includes(one)) ||
    (slips && wanted.some((one) => heard.some((other) => isSlipOf(other, one))))
  if (!slips && !words[0]?.some((one) => said.bases.has(one))) return false
  return said.words.some((_, at) => words.every((wanted, on) => isForm(wanted, said.words[at + on])))
}

/** Its signs do not matter. */
const PLAIN = /^[\p{L}\p{M}\p{N}\s'-]+$/u

function isWhole(wanted: string, said: string): boolean {
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(said)
}

const read = new WeakMap<readonly string[], readonly Said[]>()

/** Lists of words are read once: those of settings stay as they are. */
function wantedOf(words: readonly string[]): readonly Said[] {
  const known = read.get(words) ?? words.map((word) => readSaid(word.trim()))
  read.set(words, known)
  return known
}
