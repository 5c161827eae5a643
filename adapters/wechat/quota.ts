import type { Host, Standing } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

/**
 * What a customer did that lets the account write: how many messages and for how long. Each occasion starts its own count anew
 * (https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html). The fake has the same table, read from
 * the same page: what the page leaves open, no test against the fake can settle.
 */
const RULES = {
  message: { count: 5, ms: 48 * 3_600_000 },
  menu: { count: 3, ms: 60_000 },
  follow: { count: 3, ms: 60_000 },
  scan: { count: 3, ms: 60_000 },
} as const

export type Occasion = keyof typeof RULES

const grant = z.object({
  left: z.int(),
  /** When it ends, in ms. */
  until: z.number(),
  /** The pushes that began it, so that a repeat begins nothing. */
  by: z.array(z.string()),
})
const kept = z.object({
  gone: z.boolean(),
  grants: z.object({
    message: grant.optional(),
    menu: grant.optional(),
    follow: grant.optional(),
    scan: grant.optional(),
  }),
})
type Kept = z.output<typeof kept>
type Grant = z.output<typeof grant>

export interface Opening {
  occasion: Occasion
  native: string
  /** Milliseconds since 1970. */
  at: number
}

export interface StateEntry {
  key: string
  value: unknown
}

/**
 * The messages that each customer may still get, counted over restarts by the one relay that has the store. What ends first is used
 * first.
 */
export interface Quota {
  /**
   * Begins a count. `keep` must write the entry into the channel's state, in the transaction of the message where there is one;
   * there is none to write when the push came before. Resolves as `keep` does.
   */
  open<T>(openid: string, opening: Opening, keep: (entry: StateEntry | undefined) => Promise<T>): Promise<T>
  /** The customer has left, at this time (ms); what was done since counts on. */
  leave(openid: string, at: number): Promise<void>
  /**
   * Counts one message, before it is sent. Rejects with `window_closed`, `quota` or `gone` where the platform would refuse it.
   * Resolves with what gives it back when it was refused after all: to the count it was taken from, for none that began since.
   */
  take(openid: string): Promise<() => Promise<void>>
  /** What the platform says of its own count. */
  correct(openid: string, code: 'window_closed' | 'quota' | 'gone'): Promise<void>
  standing(openid: string): Promise<Standing>
}

const LAST_PUSHES = 8

export function createQuota({ state, clock }: Pick<Host, 'state' | 'clock'>): Quota {
  const turns = new Map<string, Promise<unknown>>()

  /** One change after the other for each customer. */
  function change<T>(openid: string, work: (now: Kept | undefined) => Promise<T>): Promise<T> {
    const turn = (turns.get(openid) ?? Promise.resolve()).then(async () => work(await read(openid)))
    const settled = turn.then(
      () => {},
      () => {},
    )
    turns.set(openid, settled)
    void settled.then(() => {
      if (turns.get(openid) === settled) turns.delete(openid)
    })
    return turn
  }

  async function read(openid: string): Promise<Kept | undefined> {
    return kept.safeParse(await state.get(keyOf(openid))).data
  }

  const write = (openid: string, value: Kept) => state.set(keyOf(openid), value)

  /** What began anew since has a count of its own. */
  function giveBack(openid: string, [occasion, taken]: [Occasion, Grant]): Promise<void> {
    return change(openid, async (found) => {
      const one = found?.grants[occasion]
      if (found === undefined || one === undefined || one.until !== taken.until || one.by.at(-1) !== taken.by.at(-1))
        return
      await write(openid, { ...found, grants: { ...found.grants, [occasion]: { ...one, left: one.left + 1 } } })
    })
  }

  return {
    open: (openid, { occasion, native, at }, keep) =>
      change(openid, async (found = NOBODY) => {
        const before = found.grants[occasion]
        if (before?.by.includes(native)) return keep(undefined)
        const { count: left, ms } = RULES[occasion]
        const until = Math.max(at + ms, before?.until ?? 0)
        const by = [...(before?.by ?? []), native].slice(-LAST_PUSHES)
        const value: Kept = { gone: false, grants: { ...found.grants, [occasion]: { left, until, by } } }
        return keep({ key: keyOf(openid), value })
      }),
    leave: (openid, at) =>
      change(openid, async (found = NOBODY) => {
        const grants = Object.entries(found.grants) as [Occasion, Grant][]
        const back = grants.some(([occasion, { until }]) => until - RULES[occasion].ms > at)
        if (!back) await write(openid, { gone: true, grants: {} })
      }),
    take: (openid) =>
      change(openid, async (found) => {
        const standing = standingOf(found, clock.now())
        if (!standing.open) throw new HutongError(standing.code, standing.reason)
        const [next] = found ? usableGrants(found, clock.now()) : []
        if (found === undefined || next === undefined) return async () => {}
        const [occasion, one] = next
        await write(openid, { ...found, grants: { ...found.grants, [occasion]: { ...one, left: one.left - 1 } } })
        return () => giveBack(openid, next)
      }),
    correct: (openid, code) =>
      change(openid, async (found = NOBODY) => {
        if (code === 'gone') return write(openid, { gone: true, grants: {} })
        const spent = code === 'quota' ? { left: 0 } : { until: 0 }
        const unknown = { left: 0, until: clock.now() + RULES.message.ms, by: [] }
        const { message = unknown, ...others } = found.grants
        const all = Object.entries({ message, ...others }).map(([name, one]) => [name, { ...one, ...spent }])
        const known: Kept['grants'] = Object.fromEntries(all)
        return write(openid, { ...found, grants: known })
      }),
    standing: async (openid) => standingOf(await read(openid), clock.now()),
  }
}

const NOBODY: Kept = { gone: false, grants: {} }

function keyOf(openid: string): string {
  return `quota:${openid}`
}

function openGrants({ grants }: Kept, now: number): [Occasion, Grant][] {
  const all = Object.entries(grants) as [Occasion, Grant | undefined][]
  return all.flatMap(([occasion, one]) => (one !== undefined && one.until > now ? [[occasion, one]] : []))
}

/** What ends first comes first. */
function usableGrants(found: Kept, now: number): [Occasion, Grant][] {
  const usable = openGrants(found, now).filter(([, { left }]) => left > 0)
  return usable.sort(([, one], [, other]) => one.until - other.until)
}

/** Of a customer of whom nothing is known the platform alone can tell. */
function standingOf(found: Kept | undefined, now: number): Standing {
  if (found === undefined) return { open: true }
  if (found.gone) return { open: false, code: 'gone', reason: 'the customer does not follow the account' }
  if (Object.keys(found.grants).length === 0) return { open: true }
  const open = openGrants(found, now)
  if (open.length === 0) return { open: false, code: 'window_closed', reason: closedWords(found) }
  const usable = usableGrants(found, now).map(([, { left, until }]) => ({ left, until }))
  const [sooner] = usable
  const last = usable.at(-1)
  if (!sooner || !last) return { open: false, code: 'quota', reason: spentWords(open) }
  const left = usable.reduce((sum, one) => sum + one.left, 0)
  return { open: true, left, until: last.until, ...(sooner !== last && { sooner }) }
}

/** What the platform allows after each occasion, for agents to read. */
const ALLOWED: Readonly<Record<Occasion, string>> = {
  message: 'five messages in the 48 hours after each message of the customer',
  menu: 'three messages in the minute after a tap on its menu',
  follow: 'three messages in the minute after somebody follows it',
  scan: 'three messages in the minute after a scan of its code',
}

function spentWords(open: readonly [Occasion, Grant][]): string {
  const allowed = open.map(([occasion]) => ALLOWED[occasion]).join(', ')
  return `WeChat lets an account send ${allowed}, and all are used: it takes more when the customer writes`
}

function closedWords({ grants }: Kept): string {
  const all = Object.entries(grants) as [Occasion, Grant][]
  const [[occasion] = ['message' as const]] = all.toSorted(([, one], [, other]) => other.until - one.until)
  return `WeChat lets an account send ${ALLOWED[occasion]}, and that time is over until the customer writes`
}
