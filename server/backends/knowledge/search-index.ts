import { type AlikeWords, createAlikeWords } from './alike-words.ts'
import { type ArticleIndex, type Asked, createArticleIndex } from './article-index.ts'
import { fold } from './fold.ts'
import { finished, type Steps } from './job.ts'
import type { Match, MatchOptions } from './knowledge-base.ts'
import { createNearWords } from './near-words.ts'
import { addTo, createSums, holdersOf, wipe } from './postings.ts'
import { createVocabulary, type ReadArticle, readArticle, type Searched } from './read-article.ts'
import { inOther, type Signs, scoreOf } from './score.ts'
import { createTermReader, type TermReader } from './terms.ts'

/**
 * Questions in, articles out, best first. What says exactly what was asked is not drowned by the other phrasings of its article; tags
 * and answers only help to cover what no phrasing says. The same articles and the same question always give the same scores, and no
 * question makes more than a bounded amount of work.
 */
export interface SearchIndex {
  search(question: string, options?: MatchOptions): Match[]
}

const DEFAULT_LIMIT = 5
const LIMIT_MAX = 50
const QUESTION_CUT = 1_000
/** Less sure than this is not told from nothing. */
const LEAST = 0.001

type Synonyms = readonly (readonly string[])[]

/** What articles were read into: an article that did not change is not read again. */
export interface Library {
  read(article: Searched): Steps<ReadArticle>
  index(articles: readonly ReadArticle[]): Steps<SearchIndex>
}

export function createLibrary(synonyms: Synonyms): Library {
  const reader = createTermReader(synonyms)
  const members = new Set(synonyms.flat().map(fold))
  const vocabulary = createVocabulary()
  const near = createNearWords()
  const alike = createAlikeWords()
  for (const member of members) alike.add(member)
  return {
    read: (article) =>
      readArticle(article, {
        read: reader,
        vocabulary,
        onWord(term, word, said) {
          near.add(term, word)
          if (said >= WHOLE) alike.add(word)
        },
      }),
    *index(articles) {
      const sorted = articles.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      return searching(yield* createArticleIndex(sorted, { vocabulary, near }), { reader, alike, members })
    },
  }
}

export function createSearchIndex(given: readonly Searched[], synonyms: Synonyms = []): SearchIndex {
  const { read, index } = createLibrary(synonyms)
  return finished(index(given.map((article) => finished(read(article)))))
}

/** What a text is said to say of a pair of signs that is a word. */
const WHOLE = 1

interface Reading {
  reader: TermReader
  alike: AlikeWords
  /** The words that others stand for: they are in no article, but are known. */
  members: ReadonlySet<string>
}

function searching(index: ArticleIndex, { reader, alike, members }: Reading): SearchIndex {
  const { articles } = index
  const weigh = createScale(index)

  function askedBy(question: string): Asked {
    const text = fold(question)
    const mended = alike.mended(text, (word) => Math.max(index.holders(word), members.has(word) ? 1 : 0))
    const written = reader(text)
    return mended === text ? index.asked(written) : index.asked(reader(mended), (term) => !written.has(term))
  }

  return {
    search(question, { language, limit = DEFAULT_LIMIT, category, prefer } = {}) {
      const asked = askedBy(question.slice(0, QUESTION_CUT))
      const strange = asked.strange / Math.max(1e-9, asked.mass)
      const best: Found[] = []
      weigh(asked, (at, signs) => {
        const article = articles[at]
        if (article === undefined || !speaks(article, language)) return
        const liked = category !== undefined && article.category === category
        const found = { at, score: scoreOf(signs, { liked, strange }), signs, article }
        if (found.score >= LEAST) keep(best, found)
      })
      return preferred(best, spokenIn(question, prefer))
        .slice(0, Math.max(1, Math.min(limit, LIMIT_MAX)))
        .map(({ article: { id, phrasings }, score, signs: { phrasing, ...signs } }) => ({
          id,
          question: phrasings[0] ?? '',
          score,
          why: { phrasing: phrasings[phrasing] ?? '', ...signs },
        }))
    },
  }
}

interface Found {
  at: number
  score: number
  signs: Weighed
  article: ReadArticle
}

function keep(best: Found[], found: Found): void {
  const last = best.at(-1)
  if (best.length === LIMIT_MAX && last !== undefined && before(last, found)) return
  const after = best.findIndex((one) => before(found, one))
  best.splice(after === -1 ? best.length : after, 0, found)
  if (best.length > LIMIT_MAX) best.pop()
}

function before(one: Found, other: Found): boolean {
  const ahead = one.score - other.score || one.signs.similarity - other.signs.similarity || other.at - one.at
  return ahead > 0
}

function speaks({ language: spoken }: ReadArticle, language: string | undefined): boolean {
  return spoken === undefined || language === undefined || spoken.split('-')[0] === language.split('-')[0]
}

/** Where the preferred language has anything half as good, what is said in another comes after it. */
function preferred(best: readonly Found[], speaks: (article: ReadArticle) => boolean): readonly Found[] {
  const own = best.find(({ article }) => speaks(article))?.score ?? 0
  const behind = (one: Found) =>
    speaks(one.article) || own < one.score / 2 ? one : { ...one, score: inOther(one.score, own) }
  return best.map(behind).sort((a, b) => (before(a, b) ? -1 : 1))
}

const HAN = /\p{Script=Han}/u
const WRITES_HAN = /^(?:zh|ja)\b/

/** Where no language is preferred, it is told by whether the question is written in Han signs. */
function spokenIn(question: string, prefer: string | undefined): (article: ReadArticle) => boolean {
  if (prefer !== undefined) return (article) => speaks(article, prefer)
  const han = HAN.test(question)
  return ({ language }) => language === undefined || WRITES_HAN.test(language) === han
}

/** `phrasing` is the place of the closest one in its article, -1 when none has anything in common. */
type Weighed = Signs & { phrasing: number }

/**
 * Most places of terms that one question is looked up in. Rare terms come first, so that it is the words that stand everywhere, and say
 * least, that are left out of what is beyond it.
 */
const PLACES_MAX = 2_000_000

/** Holds what one question adds up to; each call starts over. */
function createScale({ articles, owners, firsts, byPhrasing, byArticle, covering }: ArticleIndex) {
  const cosines = createSums(owners.length)
  const kinships = createSums(articles.length)
  const coverages = createSums(articles.length)
  const closest = new Int32Array(articles.length)
  const placesOf = (term: number) => holdersOf(byPhrasing, term) + holdersOf(covering, term)

  return ({ terms, length, mass }: Asked, each: (article: number, signs: Weighed) => void): void => {
    for (const sums of [cosines, kinships, coverages]) wipe(sums)
    let left = PLACES_MAX
    const rareFirst = terms.map((one) => ({ ...one, places: placesOf(one.term) })).sort((a, b) => a.places - b.places)
    for (const { term, weight, places } of rareFirst) {
      left -= places
      if (left < 0) break
      addTo(cosines, byPhrasing, { term, times: weight / length })
      addTo(kinships, byArticle, { term, times: weight / length })
      addTo(coverages, covering, { term, times: weight / mass })
    }
    const nearest = nearestOf()
    for (let n = 0; n < coverages.count; n++) {
      const article = coverages.touched[n] ?? 0
      const document = closest[article] ?? -1
      each(article, {
        phrasing: document === -1 ? -1 : document - (firsts[article] ?? 0),
        similarity: document === -1 ? 0 : Math.min(1, cosines.values[document] ?? 0),
        kinship: Math.min(1, kinships.values[article] ?? 0),
        coverage: Math.min(1, coverages.values[article] ?? 0),
        share: nearest.get(article) ?? 0,
      })
    }
  }

  /** Finds the closest phrasing of each article, and the share that each article has in the closest of all. */
  function nearestOf(): Map<number, number> {
    for (let n = 0; n < coverages.count; n++) closest[coverages.touched[n] ?? 0] = -1
    const nearest: Neighbour[] = []
    for (let n = 0; n < cosines.count; n++) {
      const document = cosines.touched[n] ?? 0
      const cosine = cosines.values[document] ?? 0
      const article = owners[document] ?? 0
      const best = closest[article] ?? -1
      const high = best === -1 ? -1 : (cosines.values[best] ?? 0)
      if (cosine > high || (cosine === high && document < best)) closest[article] = document
      neighbour(nearest, { document, article, cosine })
    }
    return sharesOf(nearest)
  }
}

interface Neighbour {
  document: number
  article: number
  cosine: number
}

const NEIGHBOURS = 12

function neighbour(nearest: Neighbour[], one: Neighbour): void {
  const closer = (other: Neighbour) =>
    one.cosine > other.cosine || (one.cosine === other.cosine && one.document < other.document)
  const last = nearest.at(-1)
  if (nearest.length === NEIGHBOURS && last !== undefined && !closer(last)) return
  const after = nearest.findIndex(closer)
  nearest.splice(after === -1 ? nearest.length : after, 0, one)
  if (nearest.length > NEIGHBOURS) nearest.pop()
}

function sharesOf(nearest: readonly Neighbour[]): Map<number, number> {
  const votes = new Map<number, number>()
  for (const { article, cosine } of nearest) votes.set(article, (votes.get(article) ?? 0) + cosine ** 4)
  const all = nearest.reduce((sum, { cosine }) => sum + cosine ** 4, 0)
  return new Map(Array.from(votes, ([article, vote]) => [article, vote / all]))
}
