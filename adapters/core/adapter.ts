import type { Conversation, Cursor, Profile, Verification, Visit } from './conversation.ts'
import type { Change } from './degrade.ts'
import type { ContactBody, Entry, Participant } from './entry.ts'
import type { Part, PartKind } from './parts.ts'
import type { Signal } from './signal.ts'

/** One configured connection to a platform. The whole contract is this file. */
export interface Adapter {
  /** The channel's id in the configuration: unique in a relay, part of every identity, never reused for another account. */
  readonly channel: string
  readonly capabilities: Capabilities
  /** Starts receiving. Resolves when the channel is ready; rejects with `misconfigured` or `unreachable`. Called once. */
  open(host: Host): Promise<void>
  /**
   * Sends one delivery. Resolves once the platform has accepted it, or with `unsure` when it may have; the same
   * `delivery.key` again must not reach the contact twice where the platform offers any means to prevent it. Rejects with a
   * HutongError: `retryable` ones are tried again with the same key, `retryAfter` obeyed.
   */
  send(delivery: Delivery): Promise<Receipt>
  /** Passes a signal on to the contact. May do nothing; never throws. */
  signal(to: Target, signal: Signal): void
  /** What a kept raw payload says in full, for agents to read. Absent on channels whose log says everything. Never throws. */
  original?(raw: string, show: { remote: boolean }): Original
  /**
   * Brings what was said so far to an address: no delivery, and without an entry. `key`, answer and rejections as of `send`.
   * Absent on channels that cannot.
   */
  transcript?(to: Target, key: string): Promise<Receipt>
  /**
   * Tells an agent at an address of the channel what a contact said last; the answer arrives with the agent as its author.
   * As `transcript` otherwise. Needs `site`.
   */
  notify?(agent: { id: string; address: string }, conversation: string, key: string): Promise<Receipt>
  /** The site it serves, when it serves one alone. */
  readonly site?: string
  /** Stops receiving, lets what is under way finish, frees everything. Idempotent. */
  close(): Promise<void>
}

/** What a relay offers its adapters. */
export interface Host {
  /**
   * Hands over what a contact (or a person typing in the platform's own client) wrote. Resolves once it is durable: from
   * here on the platform may forget it. The same `key`, or the same `native` id on this channel, again resolves with the
   * first `seq` and changes nothing. Rejects with `invalid`, `throttled` or `unavailable`; then nothing was kept.
   */
  receive(arrival: Arrival): Promise<Accepted>
  /**
   * What became of a delivery that the platform had accepted: `native` is the id of its receipt. Resolves once it is kept;
   * an unknown id changes nothing. After `failed` the relay tries the contact's other channels.
   */
  report(native: string, report: DeliveryReport): Promise<void>
  /** Passes on what is not kept: typing, presence, cursors, visits. Unknown addresses are ignored. */
  signal(from: { site?: string; address: string }, signal: ContactSignal): void
  /** The log, for channels whose clients read it themselves. */
  readonly log: LogReader
  /** Registers an HTTP route below `/channels/<channel>`; `path` begins with "/". Call before `open` resolves. */
  route(method: 'GET' | 'POST' | 'PUT' | 'OPTIONS', path: string, handle: (request: Request) => Promise<Response>): void
  /** Small durable state (cursors, tokens): at most 64 KiB of JSON a key. `set` resolves once it is durable. */
  readonly state: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<void> }
  readonly files: FileStorage
  /**
   * Exclusive right to `name` among all nodes for `ms` milliseconds, or undefined while another holds it. `renew` resolves
   * false when it was lost.
   */
  lease(name: string, ms: number): Promise<Lease | undefined>
  readonly logger: Logger
  readonly clock: Clock
}

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
  /** Who wrote it when it was not the contact: a person answering in the platform's own client. */
  author?: Participant
  /**
   * The conversation it belongs to, when the platform proves that (a signed token in the reply); a verified address
   * becomes one more identity of its contact unless it is somebody else's. Without it the address decides.
   */
  conversation?: string
  /** A robot wrote it (an absence notice, a newsletter): it is kept and shown, nobody is asked to answer and nobody waits. */
  automatic?: boolean
  /** State of the channel (a cursor) that is written in the same transaction, also when the message is a duplicate. */
  state?: { key: string; value: unknown }
  /** The untouched payload, kept beside the entry for the configured time. */
  raw?: string
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
  /** Calls for every batch committed and signal passed from now on, until the returned function is called. */
  follow(conversation: string, listener: LogListener): () => void
}

export type Range = { after: number; limit: number } | { before: number; limit: number }

export interface Thread {
  conversation: Conversation
  cursors: Cursor[]
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
  /** A signed link that works for a stated time without further credentials. */
  url(file: { id: string }): string
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
}

/**
 * `sent`: the platform took it; `native` is its id there. `unsure`: the answer was lost on a platform without
 * idempotency, so it may have arrived; it is never sent again by itself.
 */
export type Receipt = { state: 'sent'; native?: string } | { state: 'unsure'; reason: string }

/** What a channel can do, as data. Every field is a fact of the platform, not of our code. */
export interface Capabilities {
  /** The part kinds it shows natively; everything else is degraded. */
  readonly parts: readonly PartKind[]
  readonly text: {
    readonly markdown: boolean
    /** Longest text of one message, or null for no limit; longer texts are split at word borders. */
    readonly max: number | null
    readonly unit: 'chars' | 'bytes'
  }
  /** Most options shown natively in one choices part and the longest label; beyond it options become numbered text. */
  readonly choices: { readonly max: number; readonly label: number }
  /** Most buttons of a card. */
  readonly buttons: number
  readonly files: { readonly maxBytes: number }
  /** Most parts that one message of the platform carries together. */
  readonly partsPerMessage: number
  readonly edit: boolean
  readonly recall: boolean
  readonly reactions: boolean
  readonly typing: boolean
  /** Whether we may write first, or only answer. */
  readonly initiate: boolean
  readonly idempotentSend: 'key' | 'content' | 'none'
  /** Milliseconds to wait for more to say before sending, so that several messages travel as one; 0 sends at once. */
  readonly gatherMs: number
  /** Which states the platform reports after accepting. */
  readonly reports: readonly ('delivered' | 'read' | 'failed')[]
  /** True when clients read the log themselves: nothing is sent through the outbox. */
  readonly readsLog: boolean
}
