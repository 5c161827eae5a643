import { soundOf } from './homophones.ts'
import { isStopWord } from './stop-words.ts'

/** Words of two Han signs that are known, to be found by what sounds like them: a phonetic keyboard offers the wrong signs for the right sound. */
export interface AlikeWords {
  add(word: string): void
  /**
   * The text with the known words in place of what sounds like them and is no word of the text or of the index. `holders` says in how
   * many articles a term stands, 0 when it is not known.
   */
  mended(text: string, holders: (word: string) => number): string
}

const TWO_HAN = /^\p{Script=Han}{2}$/u
const RUN = /\p{Script=Han}{2,}/gu

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

export function createAlikeWords(): AlikeWords {
  const seen = new Set<string>()
  const bySound = new Map<string, string[]>()

  function alike(pair: string, holders: (word: string) => number): string | undefined {
    const all = bySound.get(keyOf(pair) ?? '') ?? []
    const [best] = all.filter((word) => holders(word) > 0).sort((a, b) => holders(b) - holders(a) || (a < b ? -1 : 1))
    return best
  }

  function mendedRun(run: string, holders: (word: string) => number): string {
    const whole = insideWords(run)
    const known = (at: number) => holders(run.slice(at, at + 2)) > 0
    let text = ''
    for (let at = 0; at < run.length; ) {
      const pair = run.slice(at, at + 2)
      const free = pair.length === 2 && !whole.has(at) && !known(at) && !known(at - 1) && !known(at + 1)
      const word = free && ![...pair].some(isStopWord) ? alike(pair, holders) : undefined
      text += word ?? run.slice(at, at + 1)
      at += word === undefined ? 1 : 2
    }
    return text
  }

  return {
    add(word) {
      if (seen.has(word) || !TWO_HAN.test(word)) return
      seen.add(word)
      const key = keyOf(word)
      if (key !== undefined) bySound.set(key, [...(bySound.get(key) ?? []), word])
    },
    mended: (text, holders) => text.replaceAll(RUN, (run) => mendedRun(run, holders)),
  }
}

/** Where two signs that belong to one word of the dictionary begin: they mean what they say. */
function insideWords(run: string): Set<number> {
  const inside = new Set<number>()
  for (const { segment, index } of segmenter.segment(run))
    for (let at = index; at + 1 < index + segment.length; at++) inside.add(at)
  return inside
}

function keyOf([one = '', two = '']: string): string | undefined {
  const [first, second] = [soundOf(one), soundOf(two)]
  return first === undefined || second === undefined ? undefined : `${first} ${second}`
}
