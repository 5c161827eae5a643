import type { Labelled } from './knowledge-questions.ts'

/** Whatever puts intents in an order for a question, best first. */
export interface Engine {
  name: string
  rank(question: string): readonly { intent: string; score: number }[]
}

/** What an engine did with a set of questions, each figure a share of 1. */
export interface Measured {
  top1: number
  top3: number
  /** Of the questions that have an answer: nothing was said and people were asked. */
  handedOver: number
  /** Of the questions that have an answer: another one was given. */
  wrong: number
  /** Of the questions that have an answer: the right one was given. */
  right: number
  /** Of the questions that have none: people were asked. */
  rightlyHandedOver: number
}

/** `least` is the score from which an answer is given. */
export function measure(engine: Engine, questions: readonly Labelled[], least: number): Measured {
  const ranked = questions.map(({ question, intent }) => ({ intent, found: engine.rank(question) }))
  const inScope = ranked.filter(({ intent }) => intent !== undefined)
  const outOfScope = ranked.filter(({ intent }) => intent === undefined)
  const given = ({ found }: (typeof ranked)[number]) =>
    found[0] !== undefined && found[0].score >= least ? found[0] : undefined
  const share = (of: typeof ranked, holds: (one: (typeof ranked)[number]) => boolean) =>
    of.length === 0 ? Number.NaN : of.filter(holds).length / of.length
  return {
    top1: share(inScope, ({ intent, found }) => found[0]?.intent === intent),
    top3: share(inScope, ({ intent, found }) => found.slice(0, 3).some((one) => one.intent === intent)),
    handedOver: share(inScope, (one) => given(one) === undefined),
    wrong: share(inScope, (one) => given(one) !== undefined && given(one)?.intent !== one.intent),
    right: share(inScope, (one) => given(one) !== undefined && given(one)?.intent === one.intent),
    rightlyHandedOver: share(outOfScope, (one) => given(one) === undefined),
  }
}

/** The score at which the engine does best on these questions: right answers and right hand-overs count the same, as shares. */
export function bestThreshold(engine: Engine, questions: readonly Labelled[]): number {
  const scores = questions.map(({ question }) => engine.rank(question)[0]?.score ?? 0)
  const candidates = [...new Set([0, ...scores])].sort((a, b) => a - b)
  let best = { least: 0, worth: Number.NEGATIVE_INFINITY }
  for (const least of candidates) {
    const { right, rightlyHandedOver } = measure(engine, questions, least)
    if (right + rightlyHandedOver > best.worth) best = { least, worth: right + rightlyHandedOver }
  }
  return best.least
}
