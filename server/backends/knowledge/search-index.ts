import { type ArticleIndex, type Asked, createArticleIndex, type Searched } from './article-index.ts'
import type { Match, MatchOptions } from './knowledge-base.ts'
import { type Signs, scoreOf } from './score.ts'
import { createTermReader, type TermReader } from './terms.ts'

/**
 * Questions in, articles out, best first. What says exactly what was asked is not drowned by the other phrasings of its article; tags
 * and answers only help to cover what no phrasing says. The same articles and the same question always give the same scores.
 */
export interface SearchIndex {
  search(question: string, options?: MatchOptions): Match[]
}

const DEFAULT_LIMIT = 5
const LIMIT_MAX = 50
const QUESTION_CUT = 1_000
/** Less sure than this is not told from nothing. */
const LEAST = 0.001

export function createSearchIndex(
  given: readonly Searched[],
  { reader = createTermReader(), ask = reader }: { reader?: TermReader; ask?: TermReader } = {},
): SearchIndex {
  const articles = given.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const index = createArticleIndex(articles, reader)
  const weigh = createScale(index, articles.length)

  return {
    search(question, { language, limit = DEFAULT_LIMIT, category } = {}) {
      const signsOf = weigh(index.asked(ask(question.slice(0, QUESTION_CUT))))
      const found = articles.flatMap((article, at) => {
        const signs = speaks(article, language) ? signsOf(at) : undefined
        if (signs === undefined) return []
        const score = scoreOf(signs, category !== undefined && article.category === category)
        return score < LEAST ? [] : [{ at, article, score, signs }]
      })
      return found
        .sort((a, b) => b.score - a.score || b.signs.similarity - a.signs.similarity || a.at - b.at)
        .slice(0, Math.max(1, Math.min(limit, LIMIT_MAX)))
        .map(({ article: { id, question }, score, signs: { document, ...signs } }) => ({
          id,
          question,
          score,
          why: { phrasing: index.phrasings[document]?.text ?? '', ...signs },
        }))
    },
  }
}

function speaks({ language: spoken }: Searched, language: string | undefined): boolean {
  return spoken === undefined || language === undefined || spoken.split('-')[0] === language.split('-')[0]
}

type Found = Signs & { document: number }

/** Holds what one question adds up to; each call starts over. */
function createScale({ phrasings, byPhrasing, byArticle, covering }: ArticleIndex, articles: number) {
  const cosines = new Float64Array(phrasings.length)
  const kinships = new Float64Array(articles)
  const coverages = new Float64Array(articles)
  const closest = new Int32Array(articles)
  const owners = Int32Array.from(phrasings, ({ article }) => article)

  return ({ terms, length, mass }: Asked) => {
    for (const one of [cosines, kinships, coverages]) one.fill(0)
    closest.fill(-1)
    for (const { term, weight } of terms) {
      byPhrasing.add(term, weight / length, cosines)
      byArticle.add(term, weight / length, kinships)
      covering.add(term, weight / mass, coverages)
    }
    for (let document = 0; document < owners.length; document++) {
      const cosine = cosines[document] ?? 0
      if (cosine <= 0) continue
      const article = owners[document] ?? 0
      const best = closest[article] ?? -1
      if (best === -1 || cosine > (cosines[best] ?? 0)) closest[article] = document
    }
    const shares = sharesOf(owners, cosines)
    return (article: number): Found | undefined => {
      const coverage = Math.min(1, coverages[article] ?? 0)
      if (coverage === 0) return undefined
      const document = closest[article] ?? -1
      const similarity = document === -1 ? 0 : Math.min(1, cosines[document] ?? 0)
      const kinship = Math.min(1, kinships[article] ?? 0)
      return { document, similarity, kinship, coverage, share: shares.get(article) ?? 0 }
    }
  }
}

const NEIGHBOURS = 12

/** The share that each article has in the closest phrasings of all. */
function sharesOf(owners: Int32Array, cosines: Float64Array): Map<number, number> {
  const nearest: { article: number; cosine: number }[] = []
  for (let document = 0; document < owners.length; document++) {
    const cosine = cosines[document] ?? 0
    if (cosine <= 0 || (nearest.length === NEIGHBOURS && cosine <= (nearest.at(-1)?.cosine ?? 0))) continue
    const after = nearest.findIndex((one) => one.cosine < cosine)
    nearest.splice(after === -1 ? nearest.length : after, 0, { article: owners[document] ?? 0, cosine })
    if (nearest.length > NEIGHBOURS) nearest.pop()
  }
  const votes = new Map<number, number>()
  for (const { article, cosine } of nearest) votes.set(article, (votes.get(article) ?? 0) + cosine ** 4)
  const all = nearest.reduce((sum, { cosine }) => sum + cosine ** 4, 0)
  return new Map(Array.from(votes, ([article, vote]) => [article, vote / all]))
}
