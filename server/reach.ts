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
}

export interface Whereabouts {
  identities: readonly Identity[]
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

type Abilities = Pick<Capabilities, 'readsLog' | 'initiate'>

/** The ways, best first. Empty when nobody can be reached. */
export function reach(
  { identities, createdAt, last, connected, standings }: Whereabouts,
  channels: ReadonlyMap<string, Abilities>,
): Way[] {
  const usable = identities
    .filter(({ verified, at }) => verified !== undefined || at === createdAt)
    .toSorted((a, b) => (b.usedAt ?? b.at) - (a.usedAt ?? a.at))
  return usable
    .flatMap(({ channel, address, verified }): Way[] => {
      const can = channels.get(channel)
      const standing = standings.get(placeOf({ channel, address }))
      if (!can || standing?.open === false) return []
      const way = { channel, address, readsLog: can.readsLog }
      if (can.readsLog && connected.includes(channel)) return [{ ...way, why: 'connected' }]
      if (channel === last) return [{ ...way, why: 'last' }]
      return (can.initiate || standing?.open) && verified !== undefined ? [{ ...way, why: 'verified' }] : []
    })
    .toSorted((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why))
}

const ORDER: readonly Why[] = ['connected', 'last', 'verified']

export interface ReachTimes {
  /** Milliseconds that an answer may stay unread once the contact has left, before it is sent elsewhere. */
  afterMs: number
  /** Milliseconds after which a contact who is connected and reads nothing counts as gone. */
  unreadMs: number
}

/** The way on which something is sent, and how long it waits for the contact to read the log first. */
export function sending(ways: readonly Way[], { afterMs }: ReachTimes): { way: Way; wait: number } | undefined {
  const way = ways.find(({ readsLog }) => !readsLog)
  return way && { way, wait: ways[0]?.readsLog ? afterMs : 0 }
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
