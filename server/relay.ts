import type {
  Accepted,
  Adapter,
  Address,
  Arrival,
  CodeAnswer,
  ContactSignal,
  DeliveryReport,
  Host,
  LogListener,
  SamePerson,
} from '@hutong/core/adapter'
import type { ActRequestInput, ActResult, Event } from '@hutong/core/backend'
import type { Contact, Conversation, Profile } from '@hutong/core/conversation'
import type { Attributes, Participant } from '@hutong/core/entry'
import type { HutongError } from '@hutong/core/errors'
import type { Signal } from '@hutong/core/signal'
import type { Reach } from './reach.ts'

export interface ContactChanges {
  profile?: Profile
  attributes?: Attributes
}

/** The relay as its own surfaces (REST, backend socket, adapters) see it. */
export interface Relay {
  /** What `adapter` gets to work with. */
  host(adapter: Adapter): Host
  receive(channel: string, arrival: Arrival): Promise<Accepted>
  /** What became of a delivery that `channel` had accepted under `native`; an unknown id changes nothing. */
  report(channel: string, native: string, report: DeliveryReport): Promise<void>
  /** An address is the contact's of that conversation, or the person's of that key; see `Host.join`. */
  join(channel: string, who: Address & { site?: string }, same: SamePerson): Promise<void>
  /** A code came back from an address of `channel`; see `Host.prove`. */
  prove(channel: string, answer: CodeAnswer): Promise<boolean>
  /** Carries out actions of a backend or agent; rejects with `stale_floor`, `invalid` or `not_found`. */
  act(author: Participant, conversation: string, request: ActRequestInput): Promise<ActResult>
  /**
   * Changes a contact's record and says so in its conversation; null removes an attribute. Rejects with `not_found`.
   */
  changeContact(author: Participant, contact: string, changes: ContactChanges): Promise<Contact>
  /** Says that two contacts of one site are one person, in both conversations. Rejects with `not_found` or `conflict`. */
  merge(author: Participant, contact: string, into: string): Promise<void>
  /** Undoes it on the contact that was merged into another one. Rejects with `not_found`. */
  unmerge(author: Participant, contact: string): Promise<void>
  /** The ways an answer would take now, and those that platforms close for now. */
  ways(conversation: Conversation): Promise<Reach>
  /** The channels that its contact can be invited to: those of the site where the conversation is not already. */
  invitations(conversation: Pick<Conversation, 'site' | 'channel'>): string[]
  /** Whether the contact of a conversation is connected to a channel that reads the log, as far as this node has heard. */
  online(conversation: string): boolean
  /** A contact's signal from a channel. */
  contactSignal(from: { channel: string; site?: string | undefined; address: string }, signal: ContactSignal): void
  /** An agent's or backend's signal, to the contact and to everybody who follows. */
  signal(conversation: string, signal: Signal): void
  /** Every entry as it is, internal ones included; the caller answers for who sees it. */
  follow(conversation: string, listener: LogListener): () => void
  /** Every event committed on this node from now on, in order. */
  onEvents(listener: (events: readonly Event[]) => void): () => void
  /** Brings what waits for this backend at once; `kindly`, as the store says. */
  hasten(backend: string, kindly?: 'kindly'): Promise<void>
  /** Deliveries were made due past the relay: it looks for them at once. */
  wake(): void
  /** By channel, what keeps it from working; without those that work. */
  troubles(): ReadonlyMap<string, HutongError>
  /** Starts the loops (outbox, backends) and opens the adapters; those that cannot be opened yet are tried on. */
  start(): Promise<void>
  /** Stops taking work, says goodbye to clients, finishes what is under way, closes adapters. */
  drain(): Promise<void>
  /** Answers a request below `/channels/<channel>` with the route an adapter registered; 404 when there is none. */
  fetch(request: Request): Promise<Response>
  readonly draining: boolean
}
