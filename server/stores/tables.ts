import type { Generated } from 'kysely'
import type { OutboxState } from './store.ts'

/** The schema as the queries see it. Columns marked JSON hold text; times are milliseconds since 1970. */
export interface Tables {
  migrations: { version: number; name: string; at: number }
  contacts: ContactTable
  identities: IdentityTable
  conversations: ConversationTable
  entries: EntryTable
  natives: { channel: string; native: string; conversation: number; seq: number }
  raws: { conversation: number; seq: number; payload: string; until: number }
  cursors: {
    conversation: number
    kind: string
    participant: string
    name: string | null
    delivered: number
    read: number
  }
  outbox: OutboxTable
  links: {
    id: Generated<number>
    contact: string
    target: string
    by: string
    at: number
    undone_at: number | null
    goes_on: number
  }
  receipts: { channel: string; native: string; delivery: number }
  agents: { id: string; email: string; name: string; password: string; created_at: number }
  sessions: { hash: string; agent: string; expires_at: number }
  proofs: {
    channel: string
    contact: string
    id: string
    site: string
    address: string
    salt: string
    hash: string
    until: number
    tries: number
    /** 1 once the code was given. */
    used: number
  }
  /** One row for each use of a limit, until it counts no more. */
  spent: { name: string; until: number }
  state: { scope: string; key: string; value: string }
  leases: { name: string; owner: string; until: number }
  files: {
    id: string
    site: string
    name: string
    type: string
    bytes: number
    created_at: number
    owner: string | null
    /** 1 once a message took it up; what none does is not kept. */
    used: number
  }
}

export interface ContactTable {
  id: string
  site: string
  /** JSON */
  profile: string
  /** JSON */
  attributes: string
  /** JSON */
  visit: string | null
  /** Name, e-mail and phone, folded for searching. */
  search: string
  created_at: number
  seen_at: number
}

export interface IdentityTable {
  site: string
  channel: string
  address: string
  contact: string
  verified: string | null
  at: number
  used_at: number | null
}

export interface ConversationTable {
  /** What other tables refer to; never leaves the store. */
  n: Generated<number>
  id: string
  site: string
  contact: string
  status: 'open' | 'closed'
  last: number
  /** `seq` of the newest message, 0 for none. */
  latest: number
  holder_kind: string
  holder_id: string | null
  /** JSON */
  floor: string
  channel: string
  /** JSON */
  attributes: string
  created_at: number
  updated_at: number
  waiting_since: number | null
}

export interface EntryTable {
  position: Generated<number>
  conversation: number
  seq: number
  key: string
  at: number
  /** JSON */
  sender: string
  channel: string | null
  kind: string
  /** JSON */
  body: string
  /** JSON; the floor after the commit that wrote the entry. */
  floor: string
}

export interface OutboxTable {
  id: Generated<number>
  lane: string
  target: string
  conversation: number
  seq: number
  at: number
  state: OutboxState
  /** 1 for the only delivery of its lane that may be claimed, which is the oldest open one. */
  head: number
  /** When it may be claimed: the next try, or the end of the lease. */
  due: number
  tries: number
  owner: string | null
  error: string | null
  /** JSON; the platform's ids. */
  receipt: string | null
  reported: 'delivered' | 'read' | 'failed' | null
  address: string | null
  why: string | null
  joined: number | null
  /** Until when the other end asked to be left alone. */
  rest: number | null
}
