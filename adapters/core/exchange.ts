import type { Conversation, Cursor, Profile, Verification, Visit } from './conversation.ts'
import type { Change } from './degrade.ts'
import type { ContactBody, Entry, Participant } from './entry.ts'
import type { Part } from './parts.ts'
import type { Signal } from './signal.ts'

/** What passes between a relay and its adapters; the contract itself is adapter.ts. */

export interface Lease {
  renew(): Promise<boolean>
  release(): Promise<void>
}

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Milliseconds since 1970, UTC. Tests give one that they move. */
export interface Clock {
  now(): number
}

/** A contact on this channel: the platform's own id for it (openid, mail address, hash of a visitor token). */
export interface Address {
  address: string
  /** How this arrival proves the address; absent when it proves nothing. */
  verified?: Verification
  profile?: Profile
  visit?: Visit
}

export interface Arrival {
  from: Address
  /** The site it belongs to; a relay with one site may leave it out. */
  site?: string
  /** The sender's idempotency key, unique in the conversation. */
  key: string
  /** The platform's id of this message, unique in the channel; absent on channels that have none. */
  native?: string
  body: ContactBody
  /** When the platform says it was written; defaults to the relay's clock. */
  at?: number
  /**
   * Who wrote it when it was not the contact: a person answering in the platform's own client, or somebody else's `outsider()`,
   * whom agents alone see and to whom nothing is ever sent.
   */
  author?: Participant
  /**
   * The conversation it belongs to, when the platform proves that (a signed token in the reply); a verified address
   * becomes one more identity of its contact unless it is somebody else's. Without it the address decides.
   */
  conversation?: string
  /**
   * A robot wrote it. `true` (an absence notice, a report): it is kept and shown, nobody is asked to answer and nobody waits.
   * `people` (a list, a form, too many at once): no backend is asked, it waits for a person.
   */
  automatic?: boolean | 'people'
  /** State of the channel (a cursor) that is written in the same transaction, also when the message is a duplicate. */
  state?: { key: string; value: unknown }
  /** The untouched payload, kept beside the entry for the configured time. */
  raw?: string
}

/** What an agent wants to see of a message as it came. */
export interface Showing {
  /** Images from elsewhere too: their senders learn then that they are looked at. */
  remote: boolean
  /** The link of a file that came with the message; undefined when it is not one of that message. */
  link(file: string): string | undefined
}

/** A message as it came, with what was cut from it before it went into the log. */
export interface Original {
  subject: string
  /** Everything a person reads in it, as plain text; the next two are pieces of it. */
  text: string
  quoted: string
  signature: string
  /** Markup that can do nothing and loads nothing, unless images from elsewhere were asked for by `remote`. */
  html?: string
  /** Whether there are such images. */
  remote: boolean
}

/**
 * The contact of a conversation (its scene token came back), or the person whom the platform calls by one key on all the
 * accounts of one owner.
 */
export type SamePerson = { conversation: string } | { union: string }

/**
 * Whether the platform lets us write to an address: how many messages are left and until when (ms), where it counts; else why
 * not, for agents to read. `sooner`: so many of them only until then.
 */
export type Standing =
  | { open: true; left?: number; until?: number; sooner?: { left: number; until: number } }
  | { open: false; code: 'window_closed' | 'quota' | 'gone'; reason: string }

/** A message that a channel could not take. */
export interface Aside {
  /** Unique in the channel. */
  id: string
  /** When it was set aside, in ms. */
  at: number
  /** As the message says it; empty when it cannot be read. */
  from: string
  subject: string
  /** Why, for agents to read. */
  reason: string
}

/** What a channel set aside, newest first. It stays with the platform, whatever is done here; unknown ids are `not_found`. */
export interface SetAside {
  list(): Promise<Aside[]>
  /** Takes it now. Rejects with the reason, and keeps it, when it still cannot be taken; with `gone` when the platform has it no more. */
  retry(id: string): Promise<void>
  /** Forgets it. */
  discard(id: string): Promise<void>
}

export interface Accepted {
  conversation: string
  seq: number
  at: number
  /** True when this key or native id was known: the answer is the first one's. */
  duplicate: boolean
}

export interface DeliveryReport {
  state: 'delivered' | 'read' | 'failed'
  /** Why it failed, for agents to read. */
  reason?: string
}

export type ContactSignal =
  | { kind: 'typing'; on: boolean; preview?: string }
  | { kind: 'presence'; online: boolean }
  | { kind: 'cursor'; delivered: number; read: number }
  | { kind: 'visit'; visit: Visit }

export interface LogReader {
  /** The contact's conversation, or undefined: looking creates nothing. */
  find(site: string, address: string): Promise<Thread | undefined>
  /** Entries as the contact may see them, in `seq` order: the first after `after`, or the last before `before`. */
  read(conversation: string, range: Range): Promise<Entry[]>
  /** The entry that this id of the platform stands for, received or sent on this channel; undefined when it is not known. */
  locate(native: string): Promise<{ conversation: string; seq: number } | undefined>
  /**
   * Calls for every batch committed and signal passed from now on, until the returned function is called. The texts that are
   * being written come first and at once, whole: what comes of them later are pieces.
   */
  follow(conversation: string, listener: LogListener): () => void
}

export type Range = { after: number; limit: number } | { before: number; limit: number }

export interface Thread {
  conversation: Conversation
  cursors: Cursor[]
  /** How the address that was looked for was proven; absent when it was not. */
  verified?: Verification
}

export interface LogListener {
  /** Entries committed in one turn, ascending and without holes. */
  entries(entries: readonly Entry[]): void
  signal(signal: Signal): void
}

export interface FileStorage {
  /**
   * Stores a stream. The media type is sniffed from the bytes; what the sender claims only breaks ties. Rejects with
   * `too_large` or `unsupported_type` and keeps nothing then. `owner` is the address of the contact who uploaded it, who alone
   * may send it then; left out for what the platform itself says belongs to a message.
   */
  put(
    content: ReadableStream<Uint8Array>,
    meta: { site: string; name: string; type?: string; maxBytes?: number; owner?: string },
  ): Promise<StoredFile>
  /** The content of a file, or undefined when there is none of that id. */
  get(id: string): Promise<{ file: StoredFile; content: ReadableStream<Uint8Array> } | undefined>
  /** A signed link that works until then (ms), or for a stated time, without further credentials. */
  url(file: { id: string }, until?: number): string
}

export interface StoredFile {
  id: string
  site: string
  name: string
  type: string
  bytes: number
  /** Who uploaded it. */
  owner?: string
}

/** A code that came back from the address it was sent to. */
export interface CodeAnswer {
  site?: string
  address: string
  /** In which the code was asked for. */
  conversation: string
  code: string
}

/** Where a delivery goes. */
export interface Target {
  address: string
  conversation: string
}

/**
 * One message of the platform on its way to one contact. An entry that degrades into several messages is several deliveries,
 * each under a key of its own, sent in order.
 */
export interface Delivery {
  /** The same for every try of this delivery; the platform's idempotency key where it has one. */
  key: string
  to: Target
  entry: Entry
  /** What to show: already turned into what `capabilities` allows. */
  parts: Part[]
  /** What `degrade()` changed, and why. */
  changes: Change[]
  /** 1 for the first try. */
  attempt: number
  /**
   * The try before was cut off, so it may have arrived; only on channels whose `idempotentSend` is `none`. Such a channel looks
   * whether it has, and resolves with `unsure` when it cannot tell: it sends nothing again.
   */
  cutOff?: true
  /**
   * It brings a code to an address that is not proven: what answers it is not of the conversation, and only the code in it counts,
   * by `Host.prove`.
   */
  code?: true
}
