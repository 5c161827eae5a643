import { fold } from './fold.ts'
import { stem } from './stem.ts'

/** Han text as it is, and other words by their stems, in the order of the text. */
export type Run = { han: string } | { word: string }

export interface SynonymTable {
  /** The runs with the first member of its group in place of every other. */
  unify(runs: readonly Run[]): Run[]
}

/** Scripts that stand beside Latin letters and digits without a space, each a run of its own: WiFi密码, 7天退货, Tポイント. */
const OTHER = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー`
const RUN = new RegExp(
  String.raw`(\p{Script=Han}+)|\p{Script=Hiragana}+|[\p{Script=Katakana}ー]+|\p{Script=Hangul}+|(?:(?![${OTHER}])[\p{L}\p{N}])+(?:'(?:(?![${OTHER}])\p{L})+)*`,
  'gu',
)

/** A folded text as runs; signs and spaces go. */
export function runsOf(folded: string): Run[] {
  return Array.from(folded.matchAll(RUN), ([all, han]) =>
    han === undefined ? { word: stem(all.replace(/'s$/, '').replaceAll("'", '')) } : { han },
  )
}

/** The longest member that fits is taken, so that `free shipping` wins over `shipping`. */
export function createSynonymTable(groups: readonly (readonly string[])[]): SynonymTable {
  const phrases = new Map<string, { words: string[]; as: Run[] }[]>()
  const han = new Map<string, Run[]>()
  for (const [first = '', ...others] of groups) {
    const as = runsOf(fold(first))
    for (const other of [first, ...others]) add(runsOf(fold(other)), as)
  }
  for (const list of phrases.values()) list.sort((a, b) => b.words.length - a.words.length)
  const pattern = hanPattern([...han.keys()])

  function add(runs: Run[], as: Run[]): void {
    const [one] = runs
    if (one === undefined) return
    if (runs.length === 1 && 'han' in one) {
      han.set(one.han, as)
      return
    }
    const words = runs.map((run) => ('han' in run ? run.han : run.word))
    const [start = ''] = words
    phrases.set(start, [...(phrases.get(start) ?? []), { words, as }])
  }

  function insideHan(text: string): Run[] {
    if (pattern === undefined) return [{ han: text }]
    const pieces = text.split(pattern).filter((piece) => piece !== '')
    return joined(pieces.flatMap((piece) => han.get(piece) ?? [{ han: piece }]))
  }

  return {
    unify(runs) {
      if (groups.length === 0) return [...runs]
      const made: Run[] = []
      for (let at = 0; at < runs.length; ) {
        const found = phrases
          .get(textAt(runs, at))
          ?.find(({ words }) => words.every((word, n) => textAt(runs, at + n) === word))
        const run = runs[at]
        if (found) made.push(...found.as)
        else if (run) made.push(...('han' in run ? insideHan(run.han) : [run]))
        at += found?.words.length ?? 1
      }
      return made
    },
  }
}

function textAt(runs: readonly Run[], at: number): string {
  const run = runs[at]
  if (run === undefined) return ''
  return 'han' in run ? run.han : run.word
}

function hanPattern(members: readonly string[]): RegExp | undefined {
  if (members.length === 0) return undefined
  return new RegExp(`(${members.toSorted((a, b) => b.length - a.length).join('|')})`, 'u')
}

/** Han pieces that touch are one text again, as they were before. */
function joined(runs: readonly Run[]): Run[] {
  const made: Run[] = []
  for (const run of runs) {
    const last = made.at(-1)
    if ('han' in run && last !== undefined && 'han' in last) made[made.length - 1] = { han: last.han + run.han }
    else made.push(run)
  }
  return made
}
