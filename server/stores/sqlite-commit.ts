import type { DatabaseSync } from 'node:sqlite'
import type { Conversation, Profile } from '@hutong/core/conversation'
import type { Entry, Participant } from '@hutong/core/entry'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import { addressKey, type ConversationCache, type Known } from './conversation-cache.ts'
import { type ConversationRow, merged, searchable, sideOf, storedKey, toConversation } from './rows.ts'
import { one, type Statements } from './sqlite-statements.ts'
import type { Made, NewEntry, NewIdentity, Opening, Outcome, Side, Write } from './store.ts'

/** What the log's functions share. Single writer: the cache is right as long as this process alone appends. */
export interface Log {
  database: DatabaseSync
  statements: Statements
  cache: ConversationCache
}

/** An accepted decision as it will be stored, made before anything is written. */
interface Draft {
  entries: Entry[]
  rows: { key: string; sender: string; body: string }[]
  main: number
  conversation: Conversation
  floor: string
  latest: number
}

/** Runs in a transaction of its own; when it throws, nothing of it was kept. The connection must be free. */
export function inTransaction<T>({ database, statements }: Log, run: () => T): T {
  const { begin, commit, rollback } = statements
  begin.run()
  try {
    const result = run()
    commit.run()
    return result
  } catch (cause) {
    if (database.isTransaction) rollback.run()
    throw cause
  }
}

/** All writes in one transaction; when the database fails, nothing of them was kept and the error is thrown. */
export function commitWrites(log: Log, writes: readonly Write[]): Outcome[] {
  const touched = new Set<Known>()
  try {
    return inTransaction(log, () => {
      const outcomes = writes.map((write) => apply(log, write, touched))
      for (const known of touched) save(log, known)
      return outcomes
    })
  } catch (cause) {
    for (const { conversation } of touched) log.cache.drop(conversation.id)
    throw cause
  }
}

function apply(log: Log, write: Write, touched: Set<Known>): Outcome {
  const outcome = append(log, write, touched)
  if (write.state && outcome.state !== 'refused') {
    const { scope, key, value } = write.state
    log.statements.putState.run(scope, key, JSON.stringify(value ?? null))
  }
  return outcome
}

function append(log: Log, write: Write, touched: Set<Known>): Outcome {
  const repeated = write.native && knownNative(log, write.native)
  if (repeated) return repeated
  const known = target(log, write)
  if (known instanceof HutongError) return { state: 'refused', error: known }
  const decision = decide(log, write, known)
  const key = storedKey(write.side ?? 'relay', write.key)
  if ('refuse' in decision) return knownKey(log, known, key) ?? { state: 'refused', error: decision.refuse }
  const { accepted, draft } = decision
  const repeat = draft.main > 0 ? knownKey(log, known, key) : undefined
  if (repeat) return repeat
  touched.add(known)
  if (known.n === 0) known.n = createConversation(log, known, write)
  const first = draft.entries[0] && addEntry(log, { known, draft, index: 0 })
  if (first === null) return knownKey(log, known, key) ?? lost()
  const positions = first === undefined ? [] : [first]
  for (let index = 1; index < draft.entries.length; index++)
    positions.push(addEntry(log, { known, draft, index }) ?? lost())
  addBeside(log, known, { ...write, main: draft.main })
  const deliveries = addDeliveries(log, known, { accepted, draft, at: write.at })
  settle(known, { accepted, draft })
  if ('site' in write.to) {
    keepProfile(log, known, write.to)
    useIdentity(log, known, { ...write.to, at: write.at })
  } else if (write.to.identity) addIdentity(log, known, { ...write.to.identity, at: write.at })
  const { entries, main } = draft
  return { state: 'applied', conversation: known.conversation, entries, main, positions, deliveries }
}

function target(log: Log, { to, at }: Write): Known | HutongError {
  if ('site' in to) return locate(log, to) ?? open(to, at)
  return lookUp(log, to.conversation) ?? new HutongError('not_found', 'there is no such conversation')
}

function lost(): never {
  throw new Error('a key is taken and nowhere to be found')
}

/** The draft of what was accepted; what a decision throws, or cannot be written as JSON, refuses that write alone. */
function decide(log: Log, write: Write, known: Known): { refuse: HutongError } | { accepted: Made; draft: Draft } {
  try {
    const said = (side: Side, key: string) => knownKey(log, known, storedKey(side, key)) !== undefined
    const decision = write.decide(known.conversation, said)
    return 'refuse' in decision ? decision : { accepted: decision, draft: makeDraft(write, known, decision) }
  } catch (thrown) {
    return { refuse: toHutongError(thrown) }
  }
}

function makeDraft(write: Write, known: Known, accepted: Made): Draft {
  const before = known.conversation
  const { main = 0 } = accepted
  const draft: Draft = { entries: [], rows: [], main, conversation: before, floor: known.floor, latest: known.latest }
  let { last, channel } = before
  for (const one of accepted.entries) {
    const key = one.key ?? (draft.entries.length === main ? write.key : `${write.key}#${draft.entries.length}`)
    const entry = makeEntry(write, one, { known, seq: ++last, key })
    draft.entries.push(entry)
    draft.rows.push({
      key: storedKey(one.key === undefined ? (write.side ?? 'relay') : sideOf(entry.from), key),
      sender: one.from === undefined ? known.sender : JSON.stringify(one.from),
      body: JSON.stringify(one.body),
    })
    if (one.body.kind === 'message' && one.from?.kind !== 'system') draft.latest = last
    if (one.channel !== undefined && one.from === undefined) channel = one.channel
  }
  draft.conversation = {
    ...before,
    status: accepted.status ?? before.status,
    last,
    floor: accepted.floor ?? before.floor,
    channel,
    attributes: accepted.attributes ? merged(before.attributes, accepted.attributes) : before.attributes,
    updatedAt: Math.max(before.updatedAt, write.at),
    waitingSince: accepted.waitingSince === undefined ? before.waitingSince : accepted.waitingSince,
  }
  if (accepted.floor) draft.floor = JSON.stringify(accepted.floor)
  return draft
}

function makeEntry(
  write: Write,
  { from, channel, body }: NewEntry,
  { known, seq, key }: { known: Known; seq: number; key: string },
): Entry {
  const entry: Entry = {
    conversation: known.conversation.id,
    seq,
    key,
    at: write.at,
    from: from ?? contactOf(known.conversation.contact, known.profile),
    body,
  }
  if (channel !== undefined) entry.channel = channel
  return entry
}

/** The new position, or null when the key is known in this conversation. */
function addEntry(log: Log, { known, draft, index }: { known: Known; draft: Draft; index: number }): number | null {
  const entry = draft.entries[index] as Entry
  const { key, sender, body } = draft.rows[index] as Draft['rows'][number]
  const { seq, at, channel = null } = entry
  const made = log.statements.addEntry.run(known.n, seq, key, at, sender, channel, entry.body.kind, body, draft.floor)
  return made.changes === 0 ? null : Number(made.lastInsertRowid)
}

function addBeside({ statements }: Log, known: Known, { native, raw, main }: Write & { main: number }): void {
  const seq = known.conversation.last + 1 + main
  if (native) statements.addNative.run(native.channel, native.id, known.n, seq)
  if (raw) statements.addRaw.run(known.n, seq, raw.payload, raw.until)
}

function addDeliveries(
  { statements }: Log,
  known: Known,
  { accepted, draft, at }: { accepted: Made; draft: Draft; at: number },
): number {
  for (const lane of accepted.cancel ?? []) statements.cancelLane.run(lane)
  const deliveries = accepted.deliveries ?? []
  for (const { lane, target, entry, due, address, why } of deliveries) {
    const carried = typeof entry === 'number' ? draft.entries[entry] : entry
    if (!carried) throw new Error(`a delivery carries entry ${entry} of ${draft.entries.length}`)
    statements.addDelivery.run(lane, target, known.n, carried.seq, at, due ?? at, address ?? null, why ?? null)
  }
  return deliveries.length
}

function settle(known: Known, { accepted, draft }: { accepted: Made; draft: Draft }): void {
  const { conversation: before } = known
  const all =
    accepted.floor !== undefined ||
    accepted.status !== undefined ||
    accepted.attributes !== undefined ||
    draft.conversation.channel !== before.channel ||
    draft.conversation.waitingSince !== before.waitingSince
  if (known.unsaved !== 'all') known.unsaved = all ? 'all' : 'moved'
  known.conversation = draft.conversation
  known.floor = draft.floor
  known.latest = draft.latest
}

function save({ statements, cache }: Log, known: Known): void {
  const { status, last, floor, channel, attributes, updatedAt, waitingSince } = known.conversation
  if (known.unsaved === 'nothing') return
  if (known.unsaved === 'moved') statements.moveConversation.run(last, known.latest, updatedAt, known.n)
  else
    statements.saveConversation.run(
      status,
      last,
      known.latest,
      floor.holder.kind,
      holderId(known.conversation),
      known.floor,
      channel,
      JSON.stringify(attributes),
      updatedAt,
      waitingSince,
      known.n,
    )
  known.unsaved = 'nothing'
  cache.keep(known)
}

function holderId({ floor: { holder } }: Conversation): string | null {
  return 'id' in holder ? holder.id : null
}

function knownNative({ statements }: Log, { channel, id }: NonNullable<Write['native']>): Outcome | undefined {
  const row = one<{ id: string; seq: number; at: number }>(statements.knownNative, channel, id)
  return row && { state: 'duplicate', conversation: row.id, seq: row.seq, at: row.at }
}

function knownKey({ statements }: Log, { n, conversation }: Known, key: string): Outcome | undefined {
  const row = n === 0 ? undefined : one<{ seq: number; at: number }>(statements.knownKey, n, key)
  return row && { state: 'duplicate', conversation: conversation.id, seq: row.seq, at: row.at }
}

export function lookUp({ statements, cache }: Log, id: string): Known | undefined {
  const cached = cache.byId(id)
  if (cached) return cached
  const row = one<KnownRow>(statements.conversation, id)
  return row && remember(cache, row)
}

export function locate(
  { statements, cache }: Log,
  to: Pick<Opening, 'site' | 'channel' | 'address'>,
): Known | undefined {
  const key = addressKey(to)
  const cached = cache.byAddress(key)
  if (cached) return cached
  const row = one<KnownRow>(statements.byAddress, to.site, to.channel, to.address)
  return row && remember(cache, row, key)
}

type KnownRow = ConversationRow & { profile: string }

function remember(cache: ConversationCache, row: KnownRow, address?: string): Known {
  const cached = cache.byId(row.id)
  const known = cached ?? toKnown(toConversation(row), JSON.parse(row.profile))
  if (!cached) {
    known.n = row.n
    known.latest = row.latest
  }
  cache.keep(known, address)
  return known
}

function toKnown(conversation: Conversation, profile: Profile): Known {
  return {
    n: 0,
    conversation,
    profile,
    floor: JSON.stringify(conversation.floor),
    sender: JSON.stringify(contactOf(conversation.contact, profile)),
    latest: 0,
    unsaved: 'nothing',
    addresses: new Set(),
  }
}

function contactOf(id: string, { name, avatar }: Profile): Participant {
  const from: Participant = { kind: 'contact', id }
  if (name !== undefined) from.name = name
  if (avatar !== undefined) from.avatar = avatar
  return from
}

/** The conversation a write would begin; nothing is stored before its decision is taken. */
function open(to: Opening, at: number): Known | HutongError {
  const field = (['site', 'channel', 'address'] as const).find((one) => !to[one].isWellFormed())
  if (field) return new HutongError('invalid', `${field}: must be well-formed Unicode`, { field })
  const conversation: Conversation = {
    id: newId('v'),
    site: to.site,
    contact: newId('c'),
    status: 'open',
    last: 0,
    floor: to.floor,
    channel: to.channel,
    attributes: {},
    createdAt: at,
    updatedAt: at,
    waitingSince: null,
  }
  return toKnown(conversation, to.profile ?? {})
}

function createConversation({ statements, cache }: Log, known: Known, { to, at }: Write): number {
  if (!('site' in to)) return known.n
  const { id, site, contact, status, channel, floor } = known.conversation
  const { profile, visit, address, verified = null } = { profile: {}, ...to }
  const page = visit === undefined ? null : JSON.stringify(visit)
  statements.addContact.run(contact, site, JSON.stringify(profile), page, searchable(profile), at, at)
  statements.addIdentity.run(site, channel, address, contact, verified, at)
  const holder = [floor.holder.kind, holderId(known.conversation)] as const
  const made = statements.addConversation.run(id, site, contact, status, ...holder, known.floor, channel, '{}', at, at)
  known.unsaved = 'all'
  cache.keep(known, addressKey(to))
  return Number(made.lastInsertRowid)
}

/** An address that is another contact's stays that contact's. */
function addIdentity(
  { statements, cache }: Log,
  known: Known,
  { channel, address, verified, at }: NewIdentity & { at: number },
): void {
  const { site, contact } = known.conversation
  const mine = one(statements.provenIdentity, site, channel, address, contact, verified ?? null, at)
  if (!mine) return
  cache.keep(known, addressKey({ site, channel, address }))
  useIdentity({ statements }, known, { channel, address, at })
}

/** Written only when the contact comes from elsewhere than before. */
function useIdentity(
  { statements }: Pick<Log, 'statements'>,
  known: Known,
  { channel, address, at }: { channel: string; address: string; at: number },
): void {
  const { site, contact } = known.conversation
  if (known.from?.address === address && known.from.channel === channel) return
  if (known.from !== undefined || known.conversation.last > 1)
    statements.useIdentity.run(at, site, channel, address, contact)
  known.from = { channel, address }
}

/** What an arrival says about its contact fills gaps; what a site has signed replaces what was there. */
function keepProfile({ statements }: Log, known: Known, { profile, verified }: Opening): void {
  if (!profile) return
  const next =
    verified === 'signed' ? { ...known.profile, ...profile } : { ...known.profile, ...profile, ...known.profile }
  const text = JSON.stringify(next)
  if (text === JSON.stringify(known.profile)) return
  statements.saveProfile.run(text, searchable(next), known.conversation.contact)
  known.profile = next
  known.sender = JSON.stringify(contactOf(known.conversation.contact, next))
}
