import type { Labelled } from './knowledge-questions.ts'

/** Whatever puts intents in an order for a question, best first. */
export interface Engine {
  name: string
  rank(question: string): readonly Ranked[]
}

export interface Ranked {
  intent: string
  score: number
}

/** What a customer gets: an answer, or a choice between some, or neither, and is passed on to people. */
export interface Outcome {
  said?: string | undefined
  offered: readonly string[]
}

export type Decide = (question: string, found: readonly Ranked[]) => Outcome | Promise<Outcome>

/** What an engine did with a set of questions, each figure a share of 1. */
export interface Measured {
  top1: number
  top3: number
  /** Of the questions that have an answer: it was given. */
  right: number
  /** Of the questions that have an answer: another one was given. */
  wrong: number
  /** Of the questions that have an answer: it was among those offered. */
  offeredRight: number
  /** Of the questions that have an answer: others were offered. */
  offeredWrong: number
  /** Of the questions that have an answer: nothing was said or offered. */
  passedOn: number
  /** Of the questions that have none: nothing was said or offered. */
  strangePassedOn: number
  /** Of the questions that have none: something was offered, beside "none of these". */
  strangeOffered: number
  /** Of the questions that have none: an answer was given all the same. */
  strangeAnswered: number
}

export async function measure(engine: Engine, questions: readonly Labelled[], decide: Decide): Promise<Measured> {
  const all = await Promise.all(
    questions.map(async ({ question, intent }) => {
      const found = engine.rank(question)
      return { intent, found, ...(await decide(question, found)) }
    }),
  )
  type One = (typeof all)[number]
  const known = all.filter(({ intent }) => intent !== undefined)
  const strange = all.filter(({ intent }) => intent === undefined)
  const share = (of: readonly One[], holds: (one: One) => boolean) =>
    of.length === 0 ? Number.NaN : of.filter(holds).length / of.length
  const silent = ({ said, offered }: One) => said === undefined && offered.length === 0
  const hit = ({ intent, offered }: One) => offered.some((one) => one === intent)
  return {
    top1: share(known, ({ intent, found }) => found[0]?.intent === intent),
    top3: share(known, ({ intent, found }) => found.slice(0, 3).some((one) => one.intent === intent)),
    right: share(known, ({ intent, said }) => said === intent),
    wrong: share(known, ({ intent, said }) => said !== undefined && said !== intent),
    offeredRight: share(known, hit),
    offeredWrong: share(known, (one) => one.offered.length > 0 && !hit(one)),
    passedOn: share(known, silent),
    strangePassedOn: share(strange, silent),
    strangeOffered: share(strange, ({ offered }) => offered.length > 0),
    strangeAnswered: share(strange, ({ said }) => said !== undefined),
  }
}

/** Says the best from this score on, and offers nothing. */
export function from(least: number): Decide {
  return (_, [best]) => ({ said: best !== undefined && best.score >= least ? best.intent : undefined, offered: [] })
}

/** The score from which answering does best on these questions: right answers and right hand-overs count the same, as shares. */
export async function bestThreshold(engine: Engine, questions: readonly Labelled[]): Promise<number> {
  const known = new Map(questions.map(({ question }) => [question, engine.rank(question)]))
  const again: Engine = { name: engine.name, rank: (question) => known.get(question) ?? [] }
  const scores = [...known.values()].map(([first]) => first?.score ?? 0)
  let best = { least: 0, worth: Number.NEGATIVE_INFINITY }
  for (const least of [...new Set([0, ...scores])].sort((a, b) => a - b)) {
    const { right, strangePassedOn } = await measure(again, questions, from(least))
    if (right + strangePassedOn > best.worth) best = { least, worth: right + strangePassedOn }
  }
  return best.least
}
