import type { Capabilities, Standing } from '@hutong/core/adapter'
import type { Identity } from '@hutong/core/conversation'

/** Which ways an answer can go to its contact, best first. Pure; the rule in words is in docs/replies-follow.md. */

/**
 * `connected`: reading there now. `last`: wrote there last. `verified`: another address proven to be the contact's, on a channel
 * that lets us write first or holds a reply window open.
 */
export type Why = 'connected' | 'last' | 'verified'

export interface Way {
  channel: string
  address: string
  why: Why
  /** The contact reads the log there: nothing is sent. */
  readsLog: boolean
  /** Where the platform counts: how many messages may be sent, and until when (ms). */
  left?: number
  until?: number
  /** So many of them only until then. */
  sooner?: { left: number; until: number }
}

/** A way that the platform does not let us take now. */
export interface ClosedWay extends Way {
  code: 'window_closed' | 'quota' | 'gone'
  /** The platform's, for agents to read. */
  reason: string
}

export interface Reach {
  /** Best first; empty when nobody can be reached. */
  open: Way[]
  closed: ClosedWay[]
}

export interface Whereabouts {
  identities: readonly Identity[]
  /** What others who are the same person have proven: where this conversation was held last only when nothing of its own is. */
  merged?: readonly Identity[]
  /** When the contact came to be: the address that began it belongs to it by definition. */
  createdAt: number
  /** The channel the contact wrote on last. */
  last: string
  /** The channels the contact is connected to now. */
  connected: readonly string[]
  /** What platforms that count say of writing to these addresses now, by `placeOf`. */
  standings: ReadonlyMap<string, Standing>
}

/** One text for an address of a channel. */
export function placeOf({ channel, address }: { channel: string; address: string }): string {
  return `${channel}\n${address}`
}

type Abilities = Pick<Capabilities, 'readsLog' | 'initiate' | 'gatherMs'>

/** Whether what is said there is seen as it is said, so that whoever speaks there waits for the answer there too. */
export function isTalk(can: Pick<Capabilities, 'readsLog' | 'gatherMs'> | undefined): boolean {
  return can !== undefined && !can.readsLog && can.gatherMs === 0
}

/** The ways that are open and those that would be if their platform let us, each best first. */
export function reach(
  { identities, merged = [], createdAt, last, connected, standings }: Whereabouts,
  channels: ReadonlyMap<string, Abilities>,
): Reach {
  const found: Reach = { open: [], closed: [] }
  const own = identities.filter(({ verified, at }) => verified !== undefined || at === createdAt)
  const usable = [...own, ...merged].toSorted((a, b) => (b.usedAt ?? b.at) - (a.usedAt ?? a.at))
  const there = usable.filter(({ channel }) => channel === last)
  const held = there.find((one) => own.includes(one)) ?? there[0]
  for (const identity of usable) {
    const { channel, address, verified } = identity
    const can = channels.get(channel)
    if (!can) continue
    const standing = standings.get(placeOf({ channel, address }))
    const mayWrite = (can.initiate || standing !== undefined) && verified !== undefined
    const why = whyOf({ here: can.readsLog && connected.includes(channel), last: identity === held, mayWrite })
    if (!why) continue
    const way: Way = { channel, address, why, readsLog: can.readsLog }
    if (standing?.open === false) found.closed.push({ ...way, code: standing.code, reason: standing.reason })
    else found.open.push({ ...way, ...countedOf(standing) })
  }
  const order: readonly Why[] = isTalk(channels.get(last)) ? ['last', 'connected', 'verified'] : ORDER
  const byReason = (a: Way, b: Way) => order.indexOf(a.why) - order.indexOf(b.why)
  return { open: found.open.toSorted(byReason), closed: found.closed.toSorted(byReason) }
}

function whyOf({ here, last, mayWrite }: { here: boolean; last: boolean; mayWrite: boolean }): Why | undefined {
  if (here) return 'connected'
  if (last) return 'last'
  return mayWrite ? 'verified' : undefined
}

function countedOf(standing: Standing | undefined): Pick<Way, 'left' | 'until' | 'sooner'> {
  if (!standing?.open) return {}
  const { left, until, sooner } = standing
  return { ...(left !== undefined && { left }), ...(until !== undefined && { until }), ...(sooner && { sooner }) }
}

const ORDER: readonly Why[] = ['connected', 'last', 'verified']

export interface ReachTimes {
  /** Milliseconds that an answer may stay unread once the contact has left, before it is sent elsewhere. */
  afterMs: number
  /** Milliseconds after which a contact who is connected and reads nothing counts as gone. */
  unreadMs: number
}

/**
 * The way on which something is sent, and how long it waits for the contact to read the log first. Where no open way is left to
 * send on, a closed one is taken, so that the log says why nothing went and what became of it.
 */
export function sending({ open, closed }: Reach, { afterMs }: ReachTimes): { way: Way; wait: number } | undefined {
  const way = open.find(({ readsLog }) => !readsLog) ?? closed[0]
  return way && { way, wait: open[0]?.readsLog ? afterMs : 0 }
}

export interface Waiting {
  at: number
  seq: number
  /** How far the contact has read. */
  read: number
  /** Whether the contact is connected, and since when it is or is not; absent when it was not seen. */
  seen?: { online: boolean; since: number } | undefined
}

/** Whether a message that is due is to be sent now, later, or not any more. */
export function whetherToSend(
  { at, seq, read, seen }: Waiting,
  { afterMs, unreadMs }: ReachTimes,
  now: number,
): 'send' | 'skip' | { until: number } {
  if (read >= seq) return 'skip'
  if (!seen) return 'send'
  const until = seen.online ? Math.min(now + afterMs, at + unreadMs) : seen.since + afterMs
  return until > now ? { until } : 'send'
}
