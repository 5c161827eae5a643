/** What speaks for an article, each 0 … 1. */
export interface Signs {
  /** How alike the question and the closest phrasing are: 1 is the same words. */
  similarity: number
  /** How much of what was asked stands anywhere in the article. */
  coverage: number
  /** How many of the closest phrasings of all articles are of this one. */
  share: number
}

const SIMILARITY = 0.7
const COVERAGE = 0.15
const SHARE = 0.15
/** What the topic that was spoken of adds, at most: it settles ties and makes nothing certain. */
const TOPIC = 0.06

/** How sure it is that this article was asked for: the same words give 1, words that have nothing in common give 0. */
export function scoreOf({ similarity, coverage, share }: Signs, liked = false): number {
  const raw = SIMILARITY * similarity + COVERAGE * coverage + SHARE * share * Math.min(1, 2 * similarity)
  const sure = similarity > 0.999 ? 1 : calibrated(raw)
  const score = liked ? sure + TOPIC * 4 * sure * (1 - sure) : sure
  return Math.round(score * 1_000) / 1_000
}

function calibrated(raw: number): number {
  return Math.min(1, Math.max(0, raw))
}
