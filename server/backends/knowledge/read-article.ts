import type { Article } from './article.ts'
import type { Steps } from './job.ts'
import type { TermReader } from './terms.ts'

export type Searched = Pick<Article, 'id' | 'question' | 'phrasings' | 'category' | 'tags' | 'language' | 'answer'>

/** Terms by number; numbers are never given twice, so that what was read once can be weighed again and again. */
export interface Vocabulary {
  readonly size: number
  of(term: string): number | undefined
  add(term: string): number
}

export function createVocabulary(): Vocabulary {
  const numbers = new Map<string, number>()
  return {
    get size() {
      return numbers.size
    },
    of: (term) => numbers.get(term),
    add(term) {
      const number = numbers.get(term) ?? numbers.size
      numbers.set(term, number)
      return number
    },
  }
}

/** An article as the index needs it: every phrasing is a document of its own, in flat lists. */
export interface ReadArticle {
  readonly id: string
  readonly category: string | undefined
  readonly language: string | undefined
  readonly phrasings: readonly string[]
  /** The terms of all phrasings, how much each says there, and where each phrasing ends. */
  readonly terms: Int32Array
  readonly said: Float32Array
  readonly ends: Int32Array
  /** Every term that stands in the article at all, those of its phrasings first, and how much its place counts. */
  readonly covered: Int32Array
  readonly covers: Float32Array
  /** So many of them stand in phrasings. */
  readonly asked: number
}

const TAG_COVERS = 0.6
const ANSWER_COVERS = 0.3

export function* readArticle(
  { id, question, phrasings, category, tags, language, answer = '' }: Searched,
  {
    read,
    vocabulary,
    onWord,
  }: { read: TermReader; vocabulary: Vocabulary; onWord(term: number, word: string, said: number): void },
): Steps<ReadArticle> {
  const all = [question, ...phrasings]
  const terms: number[] = []
  const said: number[] = []
  const ends: number[] = []
  const covers = new Map<number, number>()
  for (const text of all) {
    for (const [term, weight] of read(text)) {
      const number = vocabulary.add(term)
      onWord(number, term, weight)
      terms.push(number)
      said.push(weight)
      covers.set(number, 1)
    }
    ends.push(terms.length)
    yield costOf(text)
  }
  const asked = covers.size
  for (const [text, weight] of [
    [[...tags, category ?? ''].join('\n'), TAG_COVERS],
    [answer, ANSWER_COVERS],
  ] as const) {
    for (const term of read(text).keys()) {
      const number = vocabulary.add(term)
      if (!covers.has(number)) covers.set(number, weight)
    }
    yield costOf(text)
  }
  return {
    id,
    category,
    language,
    phrasings: all,
    terms: Int32Array.from(terms),
    said: Float32Array.from(said),
    ends: Int32Array.from(ends),
    covered: Int32Array.from(covers.keys()),
    covers: Float32Array.from(covers.values()),
    asked,
  }
}

function costOf(text: string): number {
  return 10 + Math.min(text.length, 2_000)
}
