import type { Host } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { Limit } from './app-capabilities.ts'

/** What was sent to an address lately, as it is kept in the channel's state: small, and the same for every node. */
const page = z.object({
  /** For each limit, how many messages went out in which slice of time. */
  counts: z.array(z.array(z.tuple([z.int(), z.int()]))).default([]),
  /** Files that are at the platform: ours, the platform's id, until when (ms). */
  uploads: z.array(z.tuple([z.string(), z.string(), z.string(), z.int()])).default([]),
  /** How far the last delivery has come. */
  last: z
    .object({
      key: z.string(),
      /** The ids of its messages that the platform took; empty where it gives none. */
      done: z.array(z.string()),
      /** When the one after those was first tried, whose answer has not come. */
      pending: z.int().optional(),
    })
    .optional(),
})
export type Page = z.output<typeof page>

export interface Ledger {
  /** Runs alone for this address on this node; `save` resolves once what was changed in the page is durable. */
  alone<T>(address: string, run: (page: Page, save: () => Promise<void>) => Promise<T>): Promise<T>
}

export function createLedger(state: Host['state']): Ledger {
  const underWay = new Map<string, Promise<unknown>>()

  async function work<T>(address: string, run: (page: Page, save: () => Promise<void>) => Promise<T>): Promise<T> {
    const key = `app:${address}`
    const kept = page.safeParse((await state.get(key)) ?? {})
    const found: Page = kept.success ? kept.data : { counts: [], uploads: [] }
    return run(found, () => state.set(key, found))
  }

  return {
    alone(address, run) {
      const before = underWay.get(address) ?? Promise.resolve()
      const mine = before.then(
        () => work(address, run),
        () => work(address, run),
      )
      underWay.set(address, mine)
      const forget = () => {
        if (underWay.get(address) === mine) underWay.delete(address)
      }
      mine.then(forget, forget)
      return mine
    },
  }
}

const SLICES = 60

/**
 * Counts one message against every limit, or throws `throttled` with the time until there is room: the platform drops what is too
 * much without a word. A slice counts until the whole of it is past.
 */
export function countMessage(page: Page, limits: readonly Limit[], now: number): void {
  const fresh = limits.map(({ ms }, index) => {
    const slice = ms / SLICES
    const oldest = Math.floor((now - ms) / slice)
    return (page.counts[index] ?? []).filter(([at]) => at >= oldest && at * slice <= now)
  })
  for (const [index, { count, ms }] of limits.entries()) {
    const counts = fresh[index] ?? []
    const [first] = counts
    if (first === undefined || counts.reduce((sum, [, sent]) => sum + sent, 0) < count) continue
    const retryAfter = Math.ceil((first[0] + 1) * (ms / SLICES) + ms - now)
    const message = `WeCom shows at most ${count} messages of an app in ${ms / 60_000} min and drops the others without a word`
    throw new HutongError('throttled', message, { retryAfter })
  }
  page.counts = fresh.map((counts, index) => counted(counts, Math.floor(now / ((limits[index]?.ms ?? 0) / SLICES))))
}

function counted(counts: [number, number][], slice: number): [number, number][] {
  const last = counts.at(-1)
  return last?.[0] === slice ? [...counts.slice(0, -1), [slice, last[1] + 1]] : [...counts, [slice, 1]]
}
