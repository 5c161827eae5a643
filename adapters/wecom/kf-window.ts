import type { Host, Standing } from '@hutong/core/adapter'
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

export const WINDOW_MS = 48 * 3_600_000
export const MOST_ANSWERS = 5
const MOST_CODES = 5
const NOTHING: KfSaidLast = { at: 0, id: '', codes: [], ended: false }
const MOST_OFFERS = 5

/** Each customer's 48 hours and 5 messages (https://developer.work.weixin.qq.com/document/path/94677), counted before the call. */
export interface KfWindow {
  /** She wrote, and a session that was over begins anew. */
  wrote(address: string, message: { id: string; at: number }): Promise<void>
  /** She came, or her session changed. */
  changed(address: string, change: { code?: KfCode; session?: { ended: boolean; servicer?: string } }): Promise<void>
  look(address: string): Promise<{ said: KfSaidLast | undefined; sent: KfSentSince }>
  save(address: string, sent: KfSentSince): Promise<void>
}

export function createKfWindow({ state, clock }: Pick<Host, 'state' | 'clock'>): KfWindow {
  const saidKey = (address: string) => `said:${address}`
  const sentKey = (address: string) => `sent:${address}`

  async function saidBy(address: string): Promise<KfSaidLast | undefined> {
    return said.safeParse(await state.get(saidKey(address))).data
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
    async look(address) {
      const last = await saidBy(address)
      const since = last?.id ?? ''
      const known = sent.safeParse(await state.get(sentKey(address))).data
      if (known?.since === since) return { said: last, sent: known }
      const { spent = [], offers = [] } = known ?? {}
      return { said: last, sent: { since, ids: [], spent, offers } }
    },
    save: (address, { spent, offers, ...rest }) =>
      state.set(sentKey(address), { ...rest, spent: spent.slice(-MOST_CODES), offers: offers.slice(-MOST_OFFERS) }),
  }
}

/** Whether the platform will take a message now, as far as can be counted. Somebody of whom nothing is known may be tried. */
export function standingOf(known: Awaited<ReturnType<KfWindow['look']>>, now: number): Standing {
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
export function codeFor(
  kind: 'text' | 'menu',
  { said: last, sent: since }: Awaited<ReturnType<KfWindow['look']>>,
  now: number,
): KfCode | undefined {
  const unspent = (last?.codes ?? []).filter(({ code }) => !since.spent.some((one) => one.code === code))
  return unspent.find(({ until, takes }) => until > now && (kind === 'text' || takes === 'menu'))
}

function closed(code: 'window_closed' | 'quota', reason: string): Standing {
  return { open: false, code, reason }
}
