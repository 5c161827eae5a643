import type { Case, Verdict } from './case.ts'
import { mannersFor } from './manners.ts'
import { CONTRACT, type Manner, type MannersBench } from './manners-bench.ts'
import { PUSH_CONTRACT, type PushBench, pushProbes } from './manners-push.ts'

export interface Held extends Verdict {
  /** The sentence of the contract that the case belongs to. */
  contract: string
}

/** So many conversations of one backend at a time, so that a slow one is held in sane time. */
const LANES = 4

/** Every manner that the bench is for: most side by side, and one after another those that disturb others. */
export async function* runManners(bench: MannersBench): AsyncIterable<Held> {
  const held = (one: Manner) => hold(one, bench, CONTRACT[one.contract])
  const manners = mannersFor(bench)
  yield* sideBySide(manners.filter(({ alone }) => !alone).map((one) => () => held(one)))
  for (const one of manners) if (one.alone) yield await held(one)
}

/** Every probe of a webhook's address, one after another, so that its times are its own. */
export async function* runProbes(bench: PushBench): AsyncIterable<Held> {
  for (const probe of pushProbes) yield await hold(probe, bench, PUSH_CONTRACT[probe.contract])
}

async function hold<B>({ title, run }: Case<B>, bench: B, contract: string): Promise<Held> {
  return run(bench).then(
    () => ({ title, contract }),
    (error: unknown) => ({ title, contract, complaint: error instanceof Error ? error.message : String(error) }),
  )
}

async function* sideBySide<T>(work: readonly (() => Promise<T>)[]): AsyncIterable<T> {
  const waiting = [...work]
  const under = new Map<number, Promise<{ at: number; result: T }>>()
  let at = 0
  while (waiting.length > 0 || under.size > 0) {
    for (let next = waiting.length > 0; next && under.size < LANES; next = waiting.length > 0) {
      const mine = at++
      const begun = waiting.shift()?.()
      if (begun)
        under.set(
          mine,
          begun.then((result) => ({ at: mine, result })),
        )
    }
    const first = await Promise.race(under.values())
    under.delete(first.at)
    yield first.result
  }
}
