import type { Address, Host } from '@hutong/core/adapter'
import type { Profile, Visit } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import { type Buckets, takeToken } from '@hutong/core/rate'
import type { Socket } from 'socket.io'
import type { Identities } from './identity.ts'
import type { WebLimits } from './limits.ts'
import type { People, Person } from './people.ts'
import type { FindSite } from './site.ts'
import type { Thread, Threads } from './threads.ts'

/** What the relay may want to count. */
export type WebCount = 'packet_ignored' | 'signal_dropped' | 'reader_dropped'

/** One connected socket of a visitor. */
export interface Tab {
  readonly socket: Socket
  /** The network it comes from, for limits. */
  readonly place: string
  person: Person<Tab>
  thread: Thread<Tab> | undefined
  /** What the client said of itself, until the first message has carried it to the relay. */
  said: Said | undefined
  /** What later requests of this socket that change something have to wait for. */
  ahead: Promise<unknown> | undefined
}

export interface Said {
  profile?: Profile
  visit?: Visit
}

/** What every step of serving visitors needs. */
export interface Web {
  readonly host: Host
  readonly sites: FindSite
  readonly identities: Identities
  readonly limits: WebLimits
  readonly people: People<Tab>
  readonly threads: Threads<Tab>
  readonly buckets: { connects: Buckets; messagesPerIp: Buckets; conversations: Buckets }
  count(what: WebCount): void
  now(): number
}

export function senderOf({ site, identity }: Person<Tab>): { site: string; address: string; from: Address } {
  const { address, verified } = identity
  return { site: site.id, address, from: { address, verified } }
}

/**
 * Sends the tab what it misses of the conversation, then keeps it in step; a tab that cannot be served is hung up on. Does
 * nothing for a tab that follows it already.
 */
export function follow(web: Web, tab: Tab, from: { conversation: string; last: number; after: number }): void {
  if (tab.thread?.conversation === from.conversation) return
  web.threads.enter(tab, from.conversation, from.last)
  web.threads.catchUp(tab, from.after).catch((problem: unknown) => {
    web.host.logger.error(
      { conversation: from.conversation, err: problem },
      'a visitor could not be brought up to date',
    )
    tab.socket.conn.close()
  })
}

/** Takes a token of the visitor's bucket; resolves with the milliseconds to wait. */
export function spend(web: Web, person: Person<Tab>, what: 'messages' | 'reads' | 'signals'): number {
  const { full, wait } = takeToken(web.limits[what], person[what], web.now())
  person[what] = full
  return wait
}

export function refuseAfter(wait: number): void {
  if (wait > 0) throw new HutongError('throttled', `too fast; try again in ${wait} ms`, { retryAfter: wait })
}
