import { z } from 'zod'
import type { ActResult, Agent, Event, eventAnswer } from './backend.ts'
import type { Cursor, Profile } from './conversation.ts'
import { visit } from './conversation.ts'
import type { Entry, Floor } from './entry.ts'
import { body, CONTACT_KINDS, key } from './entry.ts'
import type { WireError } from './errors.ts'
import { PREVIEW_MAX, type Signal } from './signal.ts'

/**
 * What travels over Socket.IO, described for readers in docs/wire-protocol.md. Visitors speak on the namespace "/",
 * backends on "/backend". Every packet with an acknowledgement answers `{ error }` when it is refused.
 */

/** Most entries of one `entries` packet and of one history page. */
export const PAGE_MAX = 100
/** Largest packet either side may send, in bytes. */
export const PACKET_MAX = 64 * 1024
/** Most events that a backend may have unacknowledged on one socket. */
export const CREDIT_MAX = 256

const seq = z.int().nonnegative()

/** `auth` of the visitor's CONNECT. Without `token` and `jwt` the relay makes a token and says it in `ready`. */
export const visitorAuth = z.object({
  site: z.string().min(1).max(64),
  token: z.string().max(128).optional(),
  jwt: z.string().max(4_096).optional(),
  /** The last `seq` this client has; 0 or absent for none. */
  after: seq.optional(),
  locale: z.string().max(35).optional(),
  visit: visit.optional(),
})

const contactBody = body.refine((one) => (CONTACT_KINDS as readonly string[]).includes(one.kind), {
  message: `a visitor may send ${CONTACT_KINDS.join(', ')}`,
  path: ['kind'],
})

/** Client → relay, with the acknowledgement's type beside it in `VisitorRequests`. */
export const sendPacket = z.object({ key, body: contactBody })
export const afterPacket = z.object({ after: seq, limit: z.int().min(1).max(PAGE_MAX).default(PAGE_MAX) })
export const historyPacket = z.object({ before: z.int().positive(), limit: z.int().min(1).max(PAGE_MAX).default(50) })
export const typingPacket = z.object({ on: z.boolean(), preview: z.string().max(PREVIEW_MAX).optional() })
export const cursorPacket = z.object({ delivered: seq, read: seq })
export const visitPacket = visit
export const identifyPacket = z.object({ jwt: z.string().max(4_096) })

/** `auth` of a backend's CONNECT: an API token, or the desk's session cookie in its place. */
export const backendAuth = z.object({
  token: z.string().max(256).optional(),
  /** Resume after this feed position; absent starts at the present. */
  after: seq.optional(),
  /**
   * Asks for the events that the backend of the token's name has to answer, so many at once that are not acknowledged; 0 for none.
   * The feed comes with `after` alone.
   */
  credit: z.int().min(0).max(CREDIT_MAX).default(0),
  /** False: the feed is not wanted. */
  feed: z.boolean().default(true),
})
export const backendActPacket = z.object({ conversation: z.string(), request: z.unknown() })
/** A bot gives the `term` it types for. */
export const backendTypingPacket = z.object({
  conversation: z.string(),
  on: z.boolean(),
  term: z.int().nonnegative().optional(),
})
export const backendCursorPacket = z.object({ conversation: z.string(), delivered: seq, read: seq })
export const backendWatchPacket = z.object({ conversation: z.string().nullable() })

export type VisitorAuth = z.input<typeof visitorAuth>
export type SendPacket = z.input<typeof sendPacket>
export type BackendAuth = z.input<typeof backendAuth>

export interface Refused {
  error: WireError
}

/** First packet of the relay after every connect. */
export interface Ready {
  /** The visitor token to keep; only when the client sent none or `identify` replaced it. */
  token?: string
  contact?: Profile & { id: string; verified: boolean }
  /** Absent until the first message made one. */
  conversation?: string
  last: number
  floor?: Floor
  cursors: Cursor[]
  site: {
    name: string
    /** Whether somebody is at the desk now. */
    staffed: boolean
    typingPreview: boolean
    uploads: { maxBytes: number; types: string[] }
  }
  /** The relay's clock, milliseconds. */
  at: number
}

export interface EntriesPacket {
  conversation: string
  /** Ascending, without holes. */
  entries: Entry[]
  /** The log's last `seq`: when it is above the last entry here, ask `after`. */
  last: number
}

/** The relay is going away: connect again after `in` milliseconds; nothing is wrong. */
export interface GoawayPacket {
  in: number
}

export interface VisitorRequests {
  send(packet: SendPacket, ack: (answer: { seq: number; at: number } | Refused) => void): void
  after(packet: z.input<typeof afterPacket>, ack: (answer: EntriesPacket | Refused) => void): void
  history(packet: z.input<typeof historyPacket>, ack: (answer: EntriesPacket | Refused) => void): void
  identify(packet: z.input<typeof identifyPacket>, ack: (answer: Ready | Refused) => void): void
  typing(packet: z.input<typeof typingPacket>): void
  cursor(packet: z.input<typeof cursorPacket>): void
  visit(packet: z.input<typeof visitPacket>): void
}

export interface VisitorPushes {
  ready(packet: Ready): void
  entries(packet: EntriesPacket): void
  signal(signal: Signal): void
  /** Somebody came to the desk, or the last one left. */
  staffed(packet: { staffed: boolean }): void
  goaway(packet: GoawayPacket): void
}

export interface BackendRequests {
  act(packet: { conversation: string; request: unknown }, ack: (answer: ActResult | Refused) => void): void
  typing(packet: z.input<typeof backendTypingPacket>): void
  cursor(packet: z.input<typeof backendCursorPacket>): void
  /** Signals of this conversation are wanted (typing, previews, visits); null for none. */
  watch(packet: z.input<typeof backendWatchPacket>): void
}

/** First packet of the relay after every connect of a backend. */
export interface BackendReady {
  position: number
  me: { kind: 'agent' | 'bot'; id: string; name: string }
  agents: Agent[]
  /** The relay's clock, milliseconds. */
  at: number
}

export interface BackendPushes {
  ready(packet: BackendReady): void
  /** The feed. Acknowledge when they are safe; the next batch follows the acknowledgement. `at`: the relay's clock, milliseconds. */
  events(packet: { events: Event[]; position: number; at: number }, ack: () => void): void
  /**
   * An event that this backend has to answer; the answer to it is its acknowledgement. One at a time per conversation, and the same
   * again on this or the next connection until it is acknowledged. An answer of `{ error }` counts as a failure.
   */
  event(
    packet: { event: Event },
    ack: (answer?: z.input<typeof eventAnswer> | { error: { message: string } }) => void,
  ): void
  signal(packet: { conversation: string; signal: Signal }): void
  agents(packet: { agents: Agent[] }): void
  goaway(packet: GoawayPacket): void
}
