import type { Article } from './article.ts'
import type { Match, MatchOptions } from './knowledge-base.ts'
import { createNearWords } from './near-words.ts'
import { createPostings, type Posting } from './postings.ts'
import { type Signs, scoreOf } from './score.ts'
import { createSynonymTable } from './synonyms.ts'
import { type Terms, termsOf } from './terms.ts'

/**
 * Questions in, articles out, best first. Every phrasing is a document of its own (TF-IDF, cosine), so that one that says exactly what
 * was asked is not drowned by the others of its article; tags and answers only help to cover what no phrasing says. The same articles
 * and the same question always give the same scores.
 */
export interface SearchIndex {
  search(question: string, options?: MatchOptions): Match[]
}

export type Searched = Pick<Article, 'id' | 'question' | 'phrasings' | 'category' | 'tags' | 'language' | 'answer'>

const TAG_COVERS = 0.6
const ANSWER_COVERS = 0.3
/** Words that no article knows make a question less like any; they are not as sure a sign as words that are known. */
const UNKNOWN = 0.8
const DEFAULT_LIMIT = 5
const LIMIT_MAX = 50
const QUESTION_CUT = 1_000

export function createSearchIndex(
  given: readonly Searched[],
  { synonyms = [] }: { synonyms?: readonly (readonly string[])[] } = {},
): SearchIndex {
  const table = createSynonymTable(synonyms)
  const articles = given.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const index = built(articles, (text) => termsOf(text, table))

  return {
    search(question, { language, limit = DEFAULT_LIMIT, category } = {}) {
      const asked = index.asked(termsOf(question.slice(0, QUESTION_CUT), table))
      const found = index.signs(asked).filter(({ article }) => speaks(articles[article], language))
      return found
        .flatMap(({ article, phrasing, signs }) => {
          const one = articles[article]
          if (one === undefined) return []
          const liked = category !== undefined && one.category === category
          return [{ id: one.id, question: one.question, score: scoreOf(signs, liked), why: { phrasing, ...signs } }]
        })
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
        .slice(0, Math.min(limit, LIMIT_MAX))
    },
  }
}

function speaks(article: Searched | undefined, language: string | undefined): boolean {
  if (article?.language === undefined || language === undefined) return article !== undefined
  return article.language.split('-')[0] === language.split('-')[0]
}

interface Asked {
  /** Known terms, or the known ones that unknown ones may stand for. */
  terms: { term: number; weight: number }[]
  length: number
  mass: number
}

function built(articles: readonly Searched[], terms: (text: string) => Terms) {
  const phrasings = articles.flatMap(({ question, phrasings }, article) =>
    [question, ...phrasings].map((text) => ({ article, text, terms: terms(text) })),
  )
  const vocabulary = new Map<string, number>()
  const idOf = (term: string) => {
    const id = vocabulary.get(term) ?? vocabulary.size
    vocabulary.set(term, id)
    return id
  }
  const covers = articles.map(() => new Map<number, number>())
  const cover = (article: number, term: number, weight: number) => {
    const of = covers[article]
    if (of) of.set(term, Math.max(of.get(term) ?? 0, weight))
  }
  for (const { article, terms } of phrasings) for (const term of terms.keys()) cover(article, idOf(term), 1)
  const askable = vocabulary.size
  for (const [article, { tags, category = '', answer = '' }] of articles.entries()) {
    for (const term of terms([...tags, category].join(' \n')).keys()) cover(article, idOf(term), TAG_COVERS)
    for (const term of terms(answer).keys()) cover(article, idOf(term), ANSWER_COVERS)
  }
  const rarity = raritiesOf(covers, vocabulary.size)
  const weigh = (id: number | undefined, weight: number) =>
    weight * (id === undefined ? UNKNOWN * rarest(articles.length) : (rarity[id] ?? 1))

  const documents: Posting[] = []
  for (const [document, { terms }] of phrasings.entries()) {
    const weighed = [...terms].map(([term, weight]) => ({ term: idOf(term), weight: weigh(idOf(term), weight) }))
    const length = Math.hypot(...weighed.map(({ weight }) => weight)) || 1
    for (const { term, weight } of weighed) documents.push({ term, document, weight: weight / length })
  }
  const covering = covers.flatMap((of, document) => Array.from(of, ([term, weight]) => ({ term, document, weight })))
  const near = createNearWords([...vocabulary.keys()].slice(0, askable))
  const byPhrasing = createPostings(documents, vocabulary.size)
  const byArticle = createPostings(covering, vocabulary.size)
  const cosines = new Float64Array(phrasings.length)
  const coverages = new Float64Array(articles.length)

  function asked(question: Terms): Asked {
    const all: Asked = { terms: [], length: 0, mass: 0 }
    for (const [text, said] of question) {
      const term = vocabulary.get(text)
      if (term === undefined && text.includes(' ')) continue
      let weight = weigh(term, said)
      if (term !== undefined) all.terms.push({ term, weight })
      else
        for (const { word, closeness } of near.of(text)) {
          const id = vocabulary.get(word)
          if (id === undefined) continue
          all.terms.push({ term: id, weight: weigh(id, said) * closeness })
          weight = Math.max(weight, weigh(id, said))
        }
      all.length += weight * weight
      all.mass += weight
    }
    all.length = Math.sqrt(all.length)
    return all
  }

  function signs({ terms, length, mass }: Asked) {
    cosines.fill(0)
    coverages.fill(0)
    for (const { term, weight } of terms) {
      byPhrasing.each(term, (document, part) => {
        cosines[document] = (cosines[document] ?? 0) + (weight * part) / length
      })
      byArticle.each(term, (article, part) => {
        coverages[article] = (coverages[article] ?? 0) + (weight * part) / mass
      })
    }
    return gathered({ phrasings, cosines, coverages })
  }

  return { asked, signs }
}

interface Gathering {
  phrasings: readonly { article: number; text: string }[]
  cosines: Float64Array
  coverages: Float64Array
}

const NEIGHBOURS = 12

/** What speaks for each article: its closest phrasing, what its words cover, its share of the closest phrasings of all. */
function gathered({ phrasings, cosines, coverages }: Gathering) {
  const best = new Map<number, { document: number; similarity: number }>()
  const closest: { article: number; similarity: number }[] = []
  for (const [document, { article }] of phrasings.entries()) {
    const similarity = Math.min(1, cosines[document] ?? 0)
    if (similarity <= 0) continue
    if (similarity > (best.get(article)?.similarity ?? 0)) best.set(article, { document, similarity })
    if (closest.length < NEIGHBOURS || similarity > (closest.at(-1)?.similarity ?? 0)) {
      const after = closest.findIndex((one) => one.similarity < similarity)
      closest.splice(after === -1 ? closest.length : after, 0, { article, similarity })
      if (closest.length > NEIGHBOURS) closest.pop()
    }
  }
  const votes = new Map<number, number>()
  let all = 0
  for (const { article, similarity } of closest) {
    const vote = similarity ** 4
    votes.set(article, (votes.get(article) ?? 0) + vote)
    all += vote
  }
  return Array.from(coverages, (coverage, article) => {
    const { document = 0, similarity = 0 } = best.get(article) ?? {}
    const signs: Signs = {
      similarity,
      coverage: Math.min(1, coverage),
      share: all === 0 ? 0 : (votes.get(article) ?? 0) / all,
    }
    return { article, phrasing: similarity === 0 ? '' : (phrasings[document]?.text ?? ''), signs }
  }).filter(({ signs }) => signs.similarity > 0 || signs.coverage > 0)
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
