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
/** Largest packet that a visitor may send and is sent, in bytes. */
export const PACKET_MAX = 64 * 1024
/** Largest packet that a backend or the desk may send, in bytes: as much as REST takes. */
export const BACKEND_PACKET_MAX = 256 * 1024
/** Most events that a backend may have unacknowledged on one socket. */
export const CREDIT_MAX = 256

const seq = z.int().nonnegative()

export const visitorAuth = z
  .object({
    site: z.string().min(1).max(64).describe('Public key of the site; the same as in the address'),
    token: z
      .string()
      .max(128)
      .optional()
      .describe('What an earlier `ready` gave. Without it and `jwt` the relay makes one and says it in `ready`'),
    jwt: z
      .string()
      .max(4_096)
      .optional()
      .describe('In place of `token`: who the visitor is, signed by the site’s own server'),
    after: seq.optional().describe('The last `seq` this client has; 0 or absent for none'),
    locale: z
      .string()
      .max(35)
      .optional()
      .meta({ description: 'Language tag of the page', examples: ['zh-CN'] }),
    visit: visit.optional(),
  })
  .meta({ description: '`auth` of a visitor’s CONNECT', examples: [{ site: 'shop', after: 12, locale: 'zh-CN' }] })

const contactBody = body.refine((one) => (CONTACT_KINDS as readonly string[]).includes(one.kind), {
  message: `a visitor may send ${CONTACT_KINDS.join(', ')}`,
  path: ['kind'],
})

const conversation = z.string().describe('Id of the conversation')
const delivered = seq.describe('Everything up to this `seq` was received; it only grows')
const read = seq.describe('Everything up to this `seq` was read; it only grows')
const limit = (absent: number) =>
  z.int().min(1).max(PAGE_MAX).default(absent).describe('Most entries of the answer, which may be shorter')
const on = z.boolean().describe('False: no more')

/** Client → relay, with the acknowledgement's type beside it in `VisitorRequests`. */
export const sendPacket = z
  .object({
    key: key.describe(
      'Made when the visitor presses send, and kept until it is acknowledged: the same again is the same message',
    ),
    body: contactBody,
  })
  .meta({
    examples: [{ key: 'k_7QdX2mPz', body: { kind: 'message', parts: [{ kind: 'text', text: 'Is it in stock?' }] } }],
  })
export const afterPacket = z
  .object({
    after: seq.describe('The last `seq` you have: entries above it come, oldest first'),
    limit: limit(PAGE_MAX),
  })
  .meta({ examples: [{ after: 12 }] })
export const historyPacket = z
  .object({
    before: z.int().positive().describe('The first `seq` you have: the last entries below it come, oldest first'),
    limit: limit(50),
  })
  .meta({ examples: [{ before: 8, limit: 50 }] })
export const typingPacket = z
  .object({
    on,
    preview: z
      .string()
      .max(PREVIEW_MAX)
      .optional()
      .describe('What is written so far, where `ready.site.typingPreview` wants it; the rest is cut'),
  })
  .meta({ examples: [{ on: true, preview: 'Is it in st' }] })
export const cursorPacket = z.object({ delivered, read }).meta({ examples: [{ delivered: 12, read: 9 }] })
export const visitPacket = visit
export const identifyPacket = z
  .object({
    jwt: z.string().max(4_096).describe('Who the visitor is, signed by the site’s own server'),
  })
  .meta({ examples: [{ jwt: 'eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiJ1LTcifQ.c2lnbmF0dXJl' }] })

export const backendAuth = z
  .object({
    token: z.string().max(256).optional().describe('An API token; absent where the desk’s session cookie is sent'),
    after: seq.optional().describe('Go on after this feed position; absent begins at the present'),
    credit: z
      .int()
      .min(0)
      .max(CREDIT_MAX)
      .default(0)
      .describe(
        'Asks for the events that the backend of the token’s name has to answer, so many at once that are not acknowledged; a stop takes none; 0 for none. Refused unless that backend is of kind `socket`. The feed comes with `after` alone',
      ),
    feed: z.boolean().default(true).describe('False: the feed is not wanted'),
  })
  .meta({
    description: '`auth` of a backend’s CONNECT',
    examples: [{ token: 'the token of the configuration', credit: 8, feed: false }],
  })
export const backendActPacket = z.object({ conversation, request: z.unknown() })
export const backendTypingPacket = z
  .object({
    conversation,
    on,
    term: z.int().nonnegative().optional().describe('The floor’s term that a bot types for; agents leave it out'),
  })
  .meta({ examples: [{ conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ', on: true, term: 3 }] })
export const backendCursorPacket = z
  .object({ conversation, delivered, read })
  .meta({ examples: [{ conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ', delivered: 12, read: 9 }] })
export const backendWatchPacket = z
  .object({
    conversation: z.string().nullable().describe('Id of the conversation whose signals are wanted; null for none'),
  })
  .meta({ examples: [{ conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ' }] })

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
   * An event that this backend has to answer; the answer to it is its acknowledgement. One at a time per conversation, but for a
   * stop, which comes beside what it stops and takes no credit; and the same again on this or the next connection until it is
   * acknowledged. An answer of `{ error }` counts as a failure.
   */
  event(
    packet: { event: Event },
    ack: (answer?: z.input<typeof eventAnswer> | { error: { message: string } }) => void,
  ): void
  signal(packet: { conversation: string; signal: Signal }): void
  agents(packet: { agents: Agent[] }): void
  goaway(packet: GoawayPacket): void
}
