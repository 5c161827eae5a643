import type { DeliveryReport, Range, StoredFile } from '@hutong/core/adapter'
import type { Event } from '@hutong/core/backend'
import type { Contact, Conversation, Cursor, Profile, Verification, Visit } from '@hutong/core/conversation'
import type { Attributes, Body, Entry, Floor, Participant } from '@hutong/core/entry'
import type { HutongError } from '@hutong/core/errors'

/** The only truth. Everything resolves after it is durable; nothing of a rejected call was kept. */
export interface Store extends LogStore, PeopleStore, OutboxStore, ProofStore, SmallStore {
  /** Runs the migrations that are missing; resolves with the version reached. */
  migrate(): Promise<number>
  /** Rejects when the store cannot write now or its schema is not the one this code needs. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface LogStore {
  /**
   * All writes in one transaction, in order; each one is applied, found a duplicate or refused by itself. Resolves after
   * the commit with one outcome per write.
   */
  commit(writes: readonly Write[]): Promise<Outcome[]>
  entries(conversation: string, range: Range): Promise<Entry[]>
  /** One entry with the floor when it was committed. */
  event(conversation: string, seq: number): Promise<Event | undefined>
  /** The `seq` of everything that was taken back. */
  recalled(conversation: string): Promise<Set<number>>
  conversation(id: string): Promise<Conversation | undefined>
  find(site: string, channel: string, address: string): Promise<Conversation | undefined>
  /** The entry that a platform's id on this channel stands for, received or sent. */
  locate(channel: string, native: string): Promise<{ conversation: string; seq: number } | undefined>
  /** The conversation of a contact; a contact without an entry has none. */
  conversationOf(contact: string): Promise<Conversation | undefined>
  /** The feed over all conversations of a site (or all sites), in commit order. */
  feed(range: { site?: string; after: number; limit: number }): Promise<Event[]>
  /** The position of the newest entry, 0 in an empty store. */
  position(): Promise<number>
  cursors(conversation: string): Promise<Cursor[]>
  /** Raises the cursor; never lowers it. Resolves with what holds afterwards. */
  setCursor(conversation: string, cursor: Cursor): Promise<Cursor>
  conversations(query: ConversationQuery): Promise<ConversationItem[]>
}

/** One thing to append. `decide` runs inside the transaction, is pure and sees the conversation as it is there. */
export interface Write {
  /** With `identity`, the address becomes one of the contact's unless it is somebody else's. */
  to: { conversation: string; identity?: NewIdentity } | Opening
  /** The key of the main entry; the same key again from the same side of this conversation is a duplicate. */
  key: string
  /** Keys of different sides never meet, so that nobody can name a key of somebody else first. Default `relay`. */
  side?: Side
  at: number
  /** The platform's id, unique in the channel: a second one is a duplicate too. */
  native?: { channel: string; id: string }
  /** The untouched payload and until when (ms) to keep it. */
  raw?: { payload: string; until: number }
  /** State that is set in the same transaction, also when the write is a duplicate; not when it is refused. */
  state?: { scope: string; key: string; value: unknown }
  /** `said`: whether there is an entry of this side and key already. */
  decide(conversation: Conversation, said: (side: Side, key: string) => boolean): Decision
}

/** Who names a key: the contact, a person of ours, the relay itself, or one bot. */
export type Side = 'contact' | 'house' | 'relay' | `bot:${string}`

export interface NewIdentity {
  channel: string
  address: string
  verified?: Verification
}

/** Finds the conversation of an address, or makes contact, identity and conversation in the same transaction. */
export interface Opening {
  site: string
  channel: string
  address: string
  verified?: Verification
  profile?: Profile
  visit?: Visit
  /** The floor of a conversation made by this write. */
  floor: Floor
}

export type Decision = { refuse: HutongError } | Made

/** What a write makes of its conversation. */
export interface Made {
  /** In order. `from` may be left out for the conversation's contact. Others than the main one get the key `<key>#<n>`. */
  entries: readonly NewEntry[]
  /** Which entry answers for the write and carries its key. Default 0. */
  main?: number
  floor?: Floor
  status?: Conversation['status']
  waitingSince?: number | null
  /** Merged into the conversation's attributes; null removes. */
  attributes?: Attributes
  deliveries?: readonly NewDelivery[]
  /** Lanes whose waiting deliveries are cancelled. */
  cancel?: readonly string[]
  /** Nothing is asked of the contact for it. */
  quiet?: true
}

export interface NewEntry {
  from?: Participant
  /** A key of the side of `from` that is not in the log yet, in place of the one it would get. */
  key?: string
  channel?: string
  body: Body
}

export interface NewDelivery {
  /** Deliveries of one lane go one at a time, in order. */
  lane: string
  /** `backend:<name>` or `channel:<id>`. */
  target: string
  /** Which of the decision's entries it carries, or the number of one that is in the log already. */
  entry: number | { seq: number }
  /** Where on the channel, and why there. */
  address?: string
  why?: string
  due?: number
}

export type Outcome =
  | {
      state: 'applied'
      conversation: Conversation
      entries: Entry[]
      /** Which of them answers for the write. */
      main: number
      positions: number[]
      deliveries: number
    }
  | { state: 'duplicate'; conversation: string; seq: number; at: number }
  | { state: 'refused'; error: HutongError }

export interface ConversationQuery {
  site?: string
  status?: Conversation['status']
  /** `queue`: waiting for anyone; `bot`: a backend has it; an agent's id: hers. */
  holder?: 'queue' | 'bot' | { agent: string }
  /** Words looked for in the contact's name, e-mail and the texts of messages. */
  text?: string
  /** Newest first; continue below this `updatedAt` and id. */
  before?: { updatedAt: number; id: string }
  limit: number
  /** For whom to count what contacts wrote and this reader has not read. */
  reader?: string
}

export interface ConversationItem {
  conversation: Conversation
  contact: Contact
  /** The newest message of a person or a bot, or the newest entry when there is none. */
  latest?: Entry
  unread: number
}

export interface PeopleStore {
  contact(id: string): Promise<Contact | undefined>
  contacts(query: { site?: string; text?: string; after?: string; limit: number }): Promise<Contact[]>
  /** Merges profile and attributes (null removes an attribute); resolves with the contact, undefined when unknown. */
  updateContact(
    id: string,
    changes: { profile?: Profile; attributes?: Attributes; visit?: Visit; seenAt?: number },
  ): Promise<Contact | undefined>
  /** Binds one more identity to a contact; rejects with `conflict` when it is another contact's. */
  addIdentity(
    contact: string,
    identity: { channel: string; address: string; verified?: Verification; at: number },
  ): Promise<void>
  /**
   * Says that two contacts of one site are one person; both keep their logs and identities. With `goesOn`, what comes from the
   * first one's addresses belongs to the other's conversation from now on. Rejects with `not_found`, or `conflict` when they
   * are one already.
   */
  link(contact: string, into: string, link: { by: string; at: number; goesOn?: boolean }): Promise<void>
  /** Undoes the link that `contact` was merged by; resolves with what it was merged into, undefined when it was not. */
  unlink(contact: string, at: number): Promise<string | undefined>
  /** The other contacts that are the same person. */
  linked(contact: string): Promise<string[]>
  createAgent(agent: AgentRow): Promise<void>
  agents(): Promise<AgentRow[]>
  agentByEmail(email: string): Promise<AgentRow | undefined>
  createSession(session: SessionRow): Promise<void>
  /** The live session of this token hash; expired ones do not exist. */
  session(hash: string, now: number): Promise<SessionRow | undefined>
  deleteSession(hash: string): Promise<void>
}

export interface AgentRow {
  id: string
  email: string
  name: string
  /** scrypt, as `<salt>:<hash>` in base64url. */
  password: string
  createdAt: number
}

export interface SessionRow {
  hash: string
  agent: string
  expiresAt: number
}

export interface ClaimQuery {
  owner: string
  now: number
  leaseMs: number
  limit: number
  /** How many deliveries to a target are taken at most; asked once for each target to which something is due. */
  room?(target: string): number
}

export interface OutboxStore {
  /** Takes due deliveries, at most one per lane and only a lane's oldest open one, for `leaseMs`. */
  claim(query: ClaimQuery): Promise<ClaimedDelivery[]>
  /** Ends or postpones a claim; false when the lease was lost meanwhile and nothing changed. */
  settle(id: number, owner: string, result: Settlement): Promise<boolean>
  /**
   * What travels with a claimed delivery: at its first try everything else that waits in its lane joins it, at most `limit`;
   * later the same again. In the order of the lane.
   */
  gather(id: number, limit: number): Promise<Event[]>
  /** What was sent to the contact of a conversation, newest first; of one entry when `seq` is given. */
  deliveriesOf(query: { conversation: string; seq?: number; before?: number; limit: number }): Promise<DeliveryRow[]>
  renew(ids: readonly number[], owner: string, until: number): Promise<void>
  /** Gives back everything this owner holds, due at once. */
  release(owner: string): Promise<void>
  /** When the next delivery is due (leases included), or the first one later than `after`; undefined when there is none. */
  nextDue(after?: number): Promise<number | undefined>
  /**
   * Keeps what became of a delivery that was made. Resolves with it when this is news, undefined when the receipt is
   * unknown or this or a later state is known already; `failed` makes it dead and resolves with it each time.
   */
  report(channel: string, native: string, report: DeliveryReport): Promise<DeliveryRow | undefined>
  deadLetters(query: { target?: string; before?: number; limit: number }): Promise<DeliveryRow[]>
  /** Makes dead or unsure deliveries due again, these or all of a target at once; resolves with how many. */
  replay(which: readonly number[] | { target: string }, now: number): Promise<number>
  /**
   * Makes what waits for a target due now. With `kindly` nothing is due before the time that the other end asked for, and the try
   * that follows is one besides those that its schedule has.
   */
  hasten(target: string, now: number, kindly?: 'kindly'): Promise<void>
  /** How many deliveries to a target are claimed now. */
  underWay(target: string): Promise<number>
  /** Open deliveries and the age in ms of the oldest, per target. */
  backlog(now: number): Promise<{ target: string; open: number; dead: number; oldest: number }[]>
}

export interface ClaimedDelivery {
  id: number
  lane: string
  target: string
  address?: string
  /** 1 for the first try. */
  attempt: number
  event: Event
}

export type Settlement =
  /** `natives`: the platform's ids of the messages, by which it reports. */
  | { state: 'done'; natives?: readonly string[] }
  | { state: 'skipped' }
  /** `rest`: until when the other end asked to be left alone. */
  | { state: 'retry'; due: number; error: string; rest?: number }
  /** Not yet: this was no try. */
  | { state: 'wait'; due: number }
  | { state: 'dead'; error: string }
  | { state: 'unsure'; error: string; natives?: readonly string[] }

export type OutboxState = 'ready' | 'leased' | 'joined' | 'done' | 'skipped' | 'dead' | 'unsure' | 'cancelled'

export interface DeliveryRow {
  id: number
  lane: string
  target: string
  conversation: string
  seq: number
  /** `joined`: it travels with another one and shares its end; `skipped`: it was not needed any more. */
  state: OutboxState
  due: number
  tries: number
  error: string | null
  /** JSON: the ids the platform gave it. */
  receipt: string | null
  /** What the platform said of it after accepting. */
  reported: 'delivered' | 'read' | 'failed' | null
  address: string | null
  why: string | null
  /** The delivery it travels with. */
  joined: number | null
}

/** A code on its way to an address; of the code itself only a hash is kept. */
export interface Proof {
  id: string
  channel: string
  contact: string
  site: string
  address: string
  salt: string
  hash: string
  until: number
}

export interface ProofStore {
  /** Keeps the only proof that is open for this contact on this channel, instead of an older one. */
  openProof(proof: Proof): Promise<void>
  /**
   * Counts one try, durably and before anybody knows whether it is right, and resolves with the proof. Undefined when there is
   * none for this contact of this site, when its time is over, or after `most` tries. A used one is found and not counted.
   */
  tryProof(
    at: Pick<Proof, 'channel' | 'contact' | 'site'>,
    limit: { now: number; most: number },
  ): Promise<(Proof & { used: boolean }) | undefined>
  /** True for the one caller that used the proof up. */
  useProof(id: string): Promise<boolean>
  /**
   * Counts one use of each name until `until`. When one of them has had `most` already, nothing is counted, and it resolves
   * with the time at which there is room again.
   */
  spend(names: readonly string[], limit: { now: number; until: number; most: number }): Promise<number | undefined>
}

export interface SmallStore {
  get(scope: string, key: string): Promise<unknown>
  /** `undefined` removes. */
  set(scope: string, key: string, value: unknown): Promise<void>
  /** True when `owner` holds `name` until `until` afterwards. */
  lease(name: string, claim: { owner: string; now: number; until: number }): Promise<boolean>
  releaseLease(name: string, owner: string): Promise<void>
  addFile(file: StoredFile & { createdAt: number }): Promise<void>
  file(id: string): Promise<StoredFile | undefined>
  /** Keeps a file for good because a message is about to carry it; false when there is none any more. */
  useFile(id: string): Promise<boolean>
  /** Forgets at most `limit` files stored before this time that no message took up; resolves with their ids. */
  dropUnusedFiles(before: number, limit: number): Promise<string[]>
  /** The untouched payload of an entry, while it is kept. */
  raw(conversation: string, seq: number): Promise<string | undefined>
  /**
   * Deletes what has outlived its time: raw payloads, sessions with what is noted of them, codes, spent limits, and how far
   * deliveries came that have ended. Resolves with how many rows.
   */
  purge(now: number): Promise<number>
}
