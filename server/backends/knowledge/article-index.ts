import type { Steps } from './job.ts'
import type { NearWords } from './near-words.ts'
import { emptyPostings, type Postings } from './postings.ts'
import type { ReadArticle, Vocabulary } from './read-article.ts'
import type { Terms } from './terms.ts'

/** A question in terms of the index. */
export interface Asked {
  /** Known terms, and the known ones that mistyped ones may stand for. */
  terms: { term: number; weight: number }[]
  /** Of the vector of all its terms, unknown ones too; and the sum of their weights. */
  length: number
  mass: number
  /** Of that sum, what unknown words weigh; none in a question with Han signs, where any cut makes some that are unknown. */
  strange: number
}

export interface ArticleIndex {
  readonly articles: readonly ReadArticle[]
  /** The article of each phrasing, and the first phrasing of each article. */
  readonly owners: Int32Array
  readonly firsts: Int32Array
  /** Terms by phrasing and by article, each as a vector of length 1. */
  readonly byPhrasing: Postings
  readonly byArticle: Postings
  /** Terms by the article that they stand in at all, each as much as its place counts. */
  readonly covering: Postings
  /** `heard` are terms that were not written, but sound like what was. */
  asked(question: Terms, heard?: (term: string) => boolean): Asked
  /** In so many articles' phrasings the term stands. */
  holders(term: string): number
}

/** Words that no article knows make a question less like any; they are not as sure a sign as words that are known. */
const UNKNOWN = 0.8
/** How close a word is that sounds the same. */
const HEARD = 0.85
const WORD = /^\p{L}+$/u
const HAN = /\p{Script=Han}/u
/** Most words of a question that are looked up as mistyped ones. */
const MISTYPED_MAX = 12

export interface Words {
  vocabulary: Vocabulary
  near: NearWords
}

/** Weighs what was read; nothing is read again. */
export function* createArticleIndex(articles: readonly ReadArticle[], words: Words): Steps<ArticleIndex> {
  const { vocabulary, near } = words
  const size = vocabulary.size
  const counted = yield* counts(articles, size)
  const rarities = counted.asking.map((holders) => rarest(articles.length) - Math.log(Math.max(1, holders)))
  const unknown = UNKNOWN * rarest(articles.length)
  const postings = yield* filled(articles, { rarities, counted })

  /** What nobody asks about any more, or not yet when this was made, is not known. */
  const knows = (term: number) => term < size && (counted.standing[term] ?? 0) > 0
  const asking = (term: number | undefined) => (term !== undefined && term < size ? (counted.asking[term] ?? 0) : 0)
  const asks = (term: number) => asking(term) > 0

  function meanings(text: string, mistyped: () => boolean): readonly { term: number; closeness: number }[] {
    const term = vocabulary.of(text)
    if (term !== undefined && knows(term)) return [{ term, closeness: 1 }]
    return mistyped() ? near.of(text, asks) : []
  }

  return {
    articles,
    ...postings,
    holders: (text) => asking(vocabulary.of(text)),
    asked(question, heard = () => false) {
      const asked: Asked = { terms: [], length: 0, mass: 0, strange: 0 }
      let looked = 0
      const han = [...question.keys()].some((text) => HAN.test(text))
      for (const [text, said] of question) {
        const pair = text.includes(' ')
        const meant = meanings(text, () => !pair && looked++ < MISTYPED_MAX)
        // A pair of words that nobody wrote says nothing beyond its words.
        if (meant.length === 0 && pair) continue
        let most = meant.length === 0 ? said * unknown : 0
        for (const { term, closeness } of meant) {
          const weight = said * (rarities[term] ?? 1)
          asked.terms.push({ term, weight: weight * closeness * (heard(text) ? HEARD : 1) })
          most = Math.max(most, weight)
        }
        asked.length += most * most
        asked.mass += most
        if (meant.length === 0 && !han && WORD.test(text)) asked.strange += most
      }
      asked.length = Math.sqrt(asked.length)
      return asked
    },
  }
}

interface Counted {
  phrasings: number
  /** In so many phrasings, articles, and articles' phrasings each term stands. */
  documents: Int32Array
  standing: Int32Array
  asking: Float64Array
}

function* counts(articles: readonly ReadArticle[], size: number): Steps<Counted> {
  const [documents, standing, asking] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)]
  let phrasings = 0
  for (const { terms, covered, asked, ends } of articles) {
    phrasings += ends.length
    for (const term of terms) documents[term] = (documents[term] ?? 0) + 1
    for (let at = 0; at < covered.length; at++) {
      const term = covered[at] ?? 0
      standing[term] = (standing[term] ?? 0) + 1
      if (at < asked) asking[term] = (asking[term] ?? 0) + 1
    }
    yield costOf(terms)
  }
  return { phrasings, documents, standing, asking }
}

type Filled = Pick<ArticleIndex, 'owners' | 'firsts' | 'byPhrasing' | 'byArticle' | 'covering'>

function* filled(
  articles: readonly ReadArticle[],
  { rarities, counted }: { rarities: Float64Array; counted: Counted },
): Steps<Filled> {
  const owners = new Int32Array(counted.phrasings)
  const firsts = new Int32Array(articles.length)
  const { next: nextPhrasing, ...byPhrasing } = emptyPostings(counted.documents)
  const { next: nextArticle, ...covering } = emptyPostings(counted.standing)
  const byArticle = { ...covering, weights: new Float32Array(covering.weights.length) }
  const middle = new Float64Array(rarities.length)
  let document = 0
  for (const [article, read] of articles.entries()) {
    const { terms, said, ends } = read
    firsts[article] = document
    let at = 0
    for (const end of ends) {
      const length = lengthOf(read, { from: at, end, rarities })
      for (; at < end; at++) {
        const term = terms[at] ?? 0
        const weight = ((said[at] ?? 0) * (rarities[term] ?? 1)) / length
        const place = nextPhrasing[term] ?? 0
        nextPhrasing[term] = place + 1
        byPhrasing.documents[place] = document
        byPhrasing.weights[place] = weight
        middle[term] = (middle[term] ?? 0) + weight
      }
      owners[document] = article
      document++
    }
    stand(read, { article, middle, next: nextArticle, covering, byArticle })
    yield costOf(terms) * 2
  }
  return { owners, firsts, byPhrasing, byArticle, covering }
}

function lengthOf(
  { terms, said }: ReadArticle,
  { from, end, rarities }: { from: number; end: number; rarities: Float64Array },
): number {
  let square = 0
  for (let at = from; at < end; at++) square += ((said[at] ?? 0) * (rarities[terms[at] ?? 0] ?? 1)) ** 2
  return Math.sqrt(square) || 1
}

/** All phrasings of an article in one vector, of length 1, beside what the article covers; `middle` is empty afterwards. */
function stand(
  { covered, covers }: ReadArticle,
  to: { article: number; middle: Float64Array; next: Int32Array; covering: Postings; byArticle: Postings },
): void {
  const { article, middle, next, covering, byArticle } = to
  let square = 0
  for (const term of covered) square += (middle[term] ?? 0) ** 2
  const length = Math.sqrt(square) || 1
  for (let at = 0; at < covered.length; at++) {
    const term = covered[at] ?? 0
    const place = next[term] ?? 0
    next[term] = place + 1
    covering.documents[place] = article
    covering.weights[place] = covers[at] ?? 0
    byArticle.weights[place] = (middle[term] ?? 0) / length
    middle[term] = 0
  }
}

/** The weight of a term that one article knows; one that all know still weighs one. */
function rarest(articles: number): number {
  return 1 + Math.log(Math.max(1, articles))
}

function costOf({ length }: Int32Array): number {
  return 1 + length / 50
}
