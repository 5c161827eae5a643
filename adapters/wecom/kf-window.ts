import type { Host, Lease, Standing } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { ratingScale } from '@hutong/core/parts'
import { z } from 'zod'

/** What customers did last, written by the reader of their account alone. */
const said = z.object({
  /** When she last wrote, in ms; 0 when she has come without writing yet. */
  at: z.number(),
  /** The message that she wrote then: times are whole seconds. */
  id: z.string(),
  /** Codes that are each good for one message. */
  codes: z.array(z.object({ code: z.string(), until: z.number(), takes: z.enum(['text', 'menu']) })),
  servicer: z.string().optional(),
  ended: z.boolean(),
})
/** What was sent since, written by the sender alone. */
const sent = z.object({
  /** Her message that this was counted from. */
  since: z.string(),
  ids: z.array(z.string()),
  /** The last that were counted before it, whose answers may have been lost. */
  earlier: z.array(z.string()).default([]),
  /** Codes that were used, and for which message. */
  spent: z.array(z.object({ code: z.string(), id: z.string() })),
  /** What the platform said of the window since then, which it knows better. */
  closed: z.enum(['window_closed', 'quota']).optional(),
  offers: z.array(z.object({ of: z.number(), options: z.array(z.string()), scale: ratingScale.optional() })),
})
export type KfSaidLast = z.infer<typeof said>
export type KfSentSince = z.infer<typeof sent>
export type KfOffer = KfSentSince['offers'][number]
export type KfCode = KfSaidLast['codes'][number]
export interface KfKnown {
  readonly said: KfSaidLast | undefined
  readonly sent: KfSentSince
}

export const WINDOW_MS = 48 * 3_600_000
export const MOST_ANSWERS = 5
const MOST_CODES = 5
const NOTHING: KfSaidLast = { at: 0, id: '', codes: [], ended: false }
const MOST_OFFERS = 5
const MOST_EARLIER = 20
const LEASE_MS = 5_000
const LOOK_MS = 20
/** Longer than a node that died can hold a lease. */
const MOST_LOOKS = 300

/**
 * Each customer's 48 hours and 5 messages (https://developer.work.weixin.qq.com/document/path/94677), counted before the call and for
 * all nodes together.
 */
export interface KfWindow {
  /** She wrote, and a session that was over begins anew. */
  wrote(address: string, message: { id: string; at: number }): Promise<void>
  /** She came, or her session changed. */
  changed(address: string, change: { code?: KfCode; session?: { ended: boolean; servicer?: string } }): Promise<void>
  look(address: string): Promise<KfKnown>
  /**
   * Writes what `work` makes of what was sent, while no other node does so for this customer. What `work` throws changes nothing.
   * Rejects with `unavailable` when others keep it from that for too long.
   */
  change<T>(address: string, work: (known: KfKnown) => { sent: KfSentSince; result: T }): Promise<T>
}

export interface KfWindowOptions {
  host: Pick<Host, 'state' | 'clock' | 'lease'>
  wait(ms: number): Promise<void>
}

export function createKfWindow({ host: { state, clock, lease }, wait }: KfWindowOptions): KfWindow {
  const saidKey = (address: string) => `said:${address}`
  const sentKey = (address: string) => `sent:${address}`

  async function saidBy(address: string): Promise<KfSaidLast | undefined> {
    return said.safeParse(await state.get(saidKey(address))).data
  }

  async function look(address: string): Promise<KfKnown> {
    const last = await saidBy(address)
    const since = last?.id ?? ''
    const known = sent.safeParse(await state.get(sentKey(address))).data
    if (known?.since === since) return { said: last, sent: known }
    const { spent = [], offers = [], ids = [], earlier = [] } = known ?? {}
    return { said: last, sent: { since, ids: [], earlier: [...earlier, ...ids].slice(-MOST_EARLIER), spent, offers } }
  }

  async function alone(address: string): Promise<Lease> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const held = await lease(sentKey(address), LEASE_MS)
      if (held !== undefined) return held
      await wait(LOOK_MS)
    }
    throw new HutongError('unavailable', 'other nodes count the messages to this customer')
  }

  return {
    async wrote(address, { id, at }) {
      const before = (await saidBy(address)) ?? NOTHING
      // What was given for her coming or for an end is of no use once she talks.
      const codes = before.codes.filter(({ takes }) => takes === 'text')
      if (at >= before.at) await state.set(saidKey(address), { ...before, at, id, codes, ended: false })
    },
    async changed(address, { code, session }) {
      const { servicer, ended, codes, ...before } = (await saidBy(address)) ?? NOTHING
      const alive = codes.filter((one) => session === undefined && one.until > clock.now() && one.code !== code?.code)
      const now = session ?? { ended, ...(servicer === undefined ? {} : { servicer }) }
      const kept = code === undefined ? alive : [...alive, code].slice(-MOST_CODES)
      await state.set(saidKey(address), { ...before, codes: kept, ...now })
    },
    look,
    async change(address, work) {
      const held = await alone(address)
      try {
        const { sent: next, result } = work(await look(address))
        const { spent, offers } = next
        const kept = { ...next, spent: spent.slice(-MOST_CODES), offers: offers.slice(-MOST_OFFERS) }
        await state.set(sentKey(address), kept)
        return result
      } finally {
        await held.release()
      }
    },
  }
}

/** Whether the platform will take a message now, as far as can be counted. Somebody of whom nothing is known may be tried. */
export function standingOf(known: KfKnown, now: number): Standing {
  const { said: last, sent: since } = known
  if (last === undefined) return { open: true }
  const until = last.at + WINDOW_MS
  const left = MOST_ANSWERS - since.ids.length
  const code = codeFor('text', known, now)
  if (code !== undefined && (left <= 0 || until <= now || last.ended)) return { open: true, left: 1, until: code.until }
  if (last.at === 0) return closed('window_closed', 'the customer has come, but not written yet')
  if (until <= now || since.closed === 'window_closed')
    return closed(
      'window_closed',
      'the customer last wrote more than 48 hours ago: WeChat takes an answer when they write again',
    )
  if (last.ended)
    return closed('window_closed', 'the session is over: WeChat takes an answer when the customer writes again')
  if (left <= 0 || since.closed === 'quota')
    return closed('quota', 'WeChat takes 5 messages after each of the customer: more when they write again')
  return { open: true, left, until }
}

/** A code that is still good for a message of this kind. */
export function codeFor(kind: 'text' | 'menu', { said: last, sent: since }: KfKnown, now: number): KfCode | undefined {
  const unspent = (last?.codes ?? []).filter(({ code }) => !since.spent.some((one) => one.code === code))
  return unspent.find(({ until, takes }) => until > now && (kind === 'text' || takes === 'menu'))
}

function closed(code: 'window_closed' | 'quota', reason: string): Standing {
  return { open: false, code, reason }
}
