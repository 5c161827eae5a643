/** What speaks for an article, each 0 … 1. */
export interface Signs {
  /** How alike the question and the closest phrasing are: 1 is the same words. */
  similarity: number
  /** How alike the question and all phrasings of the article together are. */
  kinship: number
  /** How much of what was asked stands anywhere in the article. */
  coverage: number
  /** How many of the closest phrasings of all articles are of this one. */
  share: number
}

export interface Circumstances {
  /** The article is of the topic that was spoken of last. */
  liked?: boolean
  /** The part of the question that is words no article knows, 0 … 1. */
  strange?: number
}

// The weights and the curve were set by the training and validation questions of `server/bench/knowledge-questions.ts`, never by its
// test questions.
const SIMILARITY = 0.45
const KINSHIP = 0.25
const COVERAGE = 0.25
const SHARE = 0.05
const STEEPNESS = 1.6
const LIFT = 0.92
const SAME = 0.999
/** What the topic that was spoken of last adds to odds: it settles ties and makes nothing certain. */
const TOPIC = 0.35
/** What unknown words alone would take from odds: they ask for something that the rest of the question does not. */
const STRANGE = 1
/** How sure it is that this article was asked for: the words of a phrasing give 1, words that have nothing in common give 0. */
export function scoreOf(signs: Signs, { liked = false, strange = 0 }: Circumstances = {}): number {
  const { similarity, kinship, coverage, share } = signs
  if (similarity > SAME) return 1
  const raw = SIMILARITY * similarity + KINSHIP * kinship + COVERAGE * coverage + SHARE * share
  if (raw <= 0) return 0
  const odds = STEEPNESS * Math.log(raw / Math.max(1e-9, 1 - raw)) + LIFT + (liked ? TOPIC : 0) - STRANGE * strange
  return Math.round(1_000 / (1 + Math.exp(-odds))) / 1_000
}

/** So much of the score of the best in the preferred language another language may come to: both are far enough apart to say the best. */
const BEHIND = 0.8

/** The score of an article in another language than the preferred one, in which something is `own` sure. */
export function inOther(score: number, own: number): number {
  return Math.round(1_000 * Math.min(score, own * BEHIND)) / 1_000
}
