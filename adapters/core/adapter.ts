import type { HutongError } from './errors.ts'
import type {
  Accepted,
  Address,
  Arrival,
  Clock,
  CodeAnswer,
  ContactSignal,
  Delivery,
  DeliveryReport,
  FileStorage,
  Lease,
  Logger,
  LogReader,
  Original,
  SamePerson,
  SetAside,
  Showing,
  Standing,
  Target,
} from './exchange.ts'
import type { PartKind } from './parts.ts'
import type { Signal } from './signal.ts'

export type {
  Accepted,
  Address,
  Arrival,
  Aside,
  Clock,
  CodeAnswer,
  ContactSignal,
  Delivery,
  DeliveryReport,
  FileStorage,
  Lease,
  Logger,
  LogListener,
  LogReader,
  Original,
  Range,
  SamePerson,
  SetAside,
  Showing,
  Standing,
  StoredFile,
  Target,
  Thread,
} from './exchange.ts'

/** One configured connection to a platform. The whole contract is this file; what passes over it is in exchange.ts. */
export interface Adapter {
  /** The channel's id in the configuration: unique in a relay, part of every identity, never reused for another account. */
  readonly channel: string
  readonly capabilities: Capabilities
  /**
   * Starts receiving. Resolves when the channel is ready; rejects with `misconfigured` or `unreachable`, leaving nothing behind, and
   * is called again later then. Mistakes that show without the network are thrown where the adapter is made.
   */
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
  original?(raw: string, show: Showing): Original
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
  /**
   * Takes a message back that was sent: `native` is the id of its receipt. Rejects with `rejected` when it is too late. Present
   * exactly where `capabilities.recall` says so and messages are sent.
   */
  recall?(native: string, to: Target): Promise<void>
  /** Whether an answer could be sent to this address now. Absent on channels that always may. Asked before a way is chosen. */
  standing?(address: string): Promise<Standing>
  /**
   * A link by which the contact of this conversation goes on over this channel, valid until `until` (ms), shown as a link and as a
   * QR code. `app`: the name of the app that reads the code, when no other does. Whoever follows it comes back through
   * `Host.join`. Absent on channels that have none.
   */
  invite?(conversation: string): Promise<{ url: string; until: number; app?: string }>
  /** What it could not take, for people to look after. Absent on channels that set nothing aside. Needs `site`. */
  readonly aside?: SetAside
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
  /**
   * Says whose an address is, as `who.verified` proves. It becomes one more identity of the contact of a conversation, and is told
   * so; when it has a conversation of its own already, it is asked there first. With a `union`, contacts of one person are linked,
   * which agents can undo, and what the address writes from now on joins the other's conversation. Resolves once that is durable;
   * said again, or of a conversation of no site of ours, it changes nothing.
   */
  join(who: Address & { site?: string }, same: SamePerson): Promise<void>
  /**
   * Says that the channel does not work, and why, and with undefined that it works again; said as often as it is true. Operators see
   * it in the log, the metrics and `/readyz`. What keeps `open` from resolving need not be said here.
   */
  trouble(problem: HutongError | undefined): void
  /**
   * Says that a code came back from the address it was sent to. Resolves true once the address is proven, also when this code had
   * proven it already; false when the code is wrong, too old, or was sent to another address.
   */
  prove(answer: CodeAnswer): Promise<boolean>
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

/**
 * `sent`: the platform took it; `native` is its id there. `unsure`: the answer was lost on a platform without
 * idempotency, so it may have arrived; it is never sent again by itself. `reason` says what was done to find out.
 */
export type Receipt = { state: 'sent'; native?: string } | { state: 'unsure'; reason: string; native?: string }

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
