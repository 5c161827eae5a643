import type { Article } from './article.ts'
import { createNearWords } from './near-words.ts'
import { createPostings, type Posting, type Postings } from './postings.ts'
import type { Terms } from './terms.ts'

export type Searched = Pick<Article, 'id' | 'question' | 'phrasings' | 'category' | 'tags' | 'language' | 'answer'>

/** A question in terms of the index. */
export interface Asked {
  /** Known terms, and the known ones that mistyped ones may stand for. */
  terms: { term: number; weight: number }[]
  /** Of the vector of all its terms, unknown ones too; and the sum of their weights. */
  length: number
  mass: number
}

export interface ArticleIndex {
  /** Every phrasing is a document of its own. */
  readonly phrasings: readonly { article: number; text: string }[]
  /** Terms by phrasing and by article, each as a vector of length 1. */
  readonly byPhrasing: Postings
  readonly byArticle: Postings
  /** Terms by the article that they stand in at all, each as much as its place counts. */
  readonly covering: Postings
  asked(question: Terms): Asked
}

const TAG_COVERS = 0.6
const ANSWER_COVERS = 0.3
/** Words that no article knows make a question less like any; they are not as sure a sign as words that are known. */
const UNKNOWN = 0.8

export function createArticleIndex(articles: readonly Searched[], terms: (text: string) => Terms): ArticleIndex {
  const phrasings = articles.flatMap(({ question, phrasings }, article) =>
    [question, ...phrasings].map((text) => ({ article, text })),
  )
  const vocabulary = new Map<string, number>()
  const idOf = (term: string) => {
    const id = vocabulary.get(term) ?? vocabulary.size
    vocabulary.set(term, id)
    return id
  }
  const written = phrasings.map(({ text }) => Array.from(terms(text), ([term, said]) => ({ term: idOf(term), said })))
  // Only what questions are made of is looked up for a mistyped word.
  const near = createNearWords(vocabulary.keys())
  const covers = coversOf({ articles, phrasings, written, terms: (text) => [...terms(text).keys()].map(idOf) })
  const rarities = raritiesOf(covers, vocabulary.size)
  const unknown = UNKNOWN * rarest(articles.length)
  const documents = written.flatMap((all, document) =>
    unit(new Map(all.map(({ term, said }) => [term, said * (rarities[term] ?? 1)])), document),
  )

  return {
    phrasings,
    byPhrasing: createPostings(documents, vocabulary.size),
    byArticle: createPostings(middles(documents, { articles, phrasings }), vocabulary.size),
    covering: createPostings(
      covers.flatMap((of, document) => Array.from(of, ([term, weight]) => ({ term, document, weight }))),
      vocabulary.size,
    ),
    asked(question) {
      const asked: Asked = { terms: [], length: 0, mass: 0 }
      for (const [text, said] of question) {
        const meant = meanings(text)
        // A pair of words that nobody wrote says nothing beyond its words.
        if (meant.length === 0 && text.includes(' ')) continue
        let most = meant.length === 0 ? said * unknown : 0
        for (const { term, closeness } of meant) {
          const weight = said * (rarities[term] ?? 1)
          asked.terms.push({ term, weight: weight * closeness })
          most = Math.max(most, weight)
        }
        asked.length += most * most
        asked.mass += most
      }
      asked.length = Math.sqrt(asked.length)
      return asked
    },
  }

  function meanings(text: string): { term: number; closeness: number }[] {
    const term = vocabulary.get(text)
    if (term !== undefined) return [{ term, closeness: 1 }]
    return near.of(text).map(({ word, closeness }) => ({ term: idOf(word), closeness }))
  }
}

interface Written {
  articles: readonly Searched[]
  phrasings: ArticleIndex['phrasings']
  written: readonly (readonly { term: number }[])[]
  terms(text: string): number[]
}

function coversOf({ articles, phrasings, written, terms }: Written): Map<number, number>[] {
  const covers = articles.map(() => new Map<number, number>())
  for (const [document, all] of written.entries()) {
    const of = covers[phrasings[document]?.article ?? 0]
    for (const { term } of all) of?.set(term, 1)
  }
  for (const [article, { tags, category = '', answer = '' }] of articles.entries()) {
    const of = covers[article]
    for (const term of terms([...tags, category].join('\n'))) if (!of?.has(term)) of?.set(term, TAG_COVERS)
    for (const term of terms(answer)) if (!of?.has(term)) of?.set(term, ANSWER_COVERS)
  }
  return covers
}

function unit(weights: ReadonlyMap<number, number>, document: number): Posting[] {
  let square = 0
  for (const weight of weights.values()) square += weight * weight
  const length = Math.sqrt(square) || 1
  return Array.from(weights, ([term, weight]) => ({ term, document, weight: weight / length }))
}

/** The phrasings of each article in one vector. */
function middles(documents: readonly Posting[], { articles, phrasings }: Pick<Written, 'articles' | 'phrasings'>) {
  const sums = articles.map(() => new Map<number, number>())
  for (const { term, document, weight } of documents) {
    const sum = sums[phrasings[document]?.article ?? 0]
    sum?.set(term, (sum.get(term) ?? 0) + weight)
  }
  return sums.flatMap(unit)
}

function raritiesOf(covers: readonly ReadonlyMap<number, number>[], terms: number): Float64Array {
  const holders = new Float64Array(terms)
  for (const of of covers)
    for (const [term, weight] of of) holders[term] = (holders[term] ?? 0) + (weight === 1 ? 1 : 0)
  return holders.map((count) => rarest(covers.length) - Math.log(Math.max(1, count)))
}

/** The weight of a term that one article knows; one that all know still weighs one. */
function rarest(articles: number): number {
  return 1 + Math.log(Math.max(1, articles))
}
