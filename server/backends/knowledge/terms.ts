import { fold } from './fold.ts'
import { isStopWord } from './stop-words.ts'
import { createSynonymTable, type Run, runsOf, type SynonymTable } from './synonyms.ts'

/** What a text is compared by: its terms, each with how much it says before it is known how rare it is. */
export type Terms = ReadonlyMap<string, number>

const STOP_WEIGHT = 0.15
const NUMBER_WEIGHT = 0.3
/** Two characters that no word holds together, one character alone: they only help where words are cut differently. */
const LOOSE_PAIR = 0.35
const LONE_CHARACTER = 0.2
const LONG_WORD = 0.6
/** A text longer than this is cut: nobody asks a question of that length. */
const TEXT_CUT = 2_000

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** Reads texts by one table of synonyms. */
export type TermReader = (text: string) => Terms

export function createTermReader(synonyms: readonly (readonly string[])[] = []): TermReader {
  const table = createSynonymTable(synonyms)
  return (text) => termsOf(text, table)
}

function termsOf(text: string, synonyms: SynonymTable): Terms {
  const terms = new Map<string, number>()
  const add = (term: string, weight: number) => {
    const have = terms.get(term) ?? 0
    terms.set(term, have === 0 ? weight : Math.max(have, weight) + 0.2 * Math.min(have, weight))
  }
  const runs = synonyms.unify(runsOf(together(fold(text.slice(0, TEXT_CUT)).slice(0, TEXT_CUT))))
  for (const run of runs) {
    if ('han' in run) hanTerms(run.han, add)
    else add(run.word, weightOf(run.word))
  }
  pairs(runs, add)
  return terms
}

const SPREAD = /(?<!\p{Script=Han})\p{Script=Han}(?:\s+\p{Script=Han}(?!\p{Script=Han}))+/gu

/** Han signs that are written apart, one by one, are words all the same. */
function together(text: string): string {
  return text.replaceAll(SPREAD, (signs) => signs.replaceAll(/\s+/g, ''))
}

function weightOf(word: string): number {
  if (isStopWord(word)) return STOP_WEIGHT
  return /^\d+$/.test(word) ? NUMBER_WEIGHT : 1
}

const WORD_PAIR = 0.3

/** Words that stand side by side say a little more than each alone: "not received" is no "received not". */
function pairs(runs: readonly Run[], add: (term: string, weight: number) => void): void {
  for (let at = 1; at < runs.length; at++) {
    const [before, after] = [runs[at - 1], runs[at]]
    if (before === undefined || after === undefined || 'han' in before || 'han' in after) continue
    const weight = WORD_PAIR * Math.sqrt(weightOf(before.word) * weightOf(after.word))
    add(`${before.word} ${after.word}`, weight)
  }
}

function hanTerms(run: string, add: (term: string, weight: number) => void): void {
  const words = [...segmenter.segment(run)].map(({ segment }) => segment)
  const inside = new Map<number, boolean>()
  let place = 0
  for (const word of words) {
    const stop = isStopWord(word)
    if (word.length === 1) add(word, stop ? STOP_WEIGHT / 2 : 0.6)
    else {
      if (word.length > 2) add(word, stop ? STOP_WEIGHT : LONG_WORD)
      for (let at = 0; at + 1 < word.length; at++) inside.set(place + at, stop)
    }
    place += word.length
  }
  for (let at = 0; at < run.length; at++) {
    const [one, two] = [run.slice(at, at + 1), run.slice(at, at + 2)]
    if (!isStopWord(one)) add(one, LONE_CHARACTER)
    if (two.length < 2) continue
    const stop = inside.get(at) ?? (isStopWord(two) || [...two].some(isStopWord))
    add(two, stop ? STOP_WEIGHT : inside.has(at) || run.length === 2 ? 1 : LOOSE_PAIR)
  }
}
