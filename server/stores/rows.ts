import type { Event } from '@hutong/core/backend'
import type { Contact, Conversation, Identity, Profile } from '@hutong/core/conversation'
import type { Entry, Participant } from '@hutong/core/entry'
import type { Selectable } from 'kysely'
import type { Side } from './store.ts'
import type { ContactTable, ConversationTable, EntryTable, IdentityTable } from './tables.ts'

/** Between rows and the model, purely. */

/** The mark before stored keys of our side and after the scope of one; no contact can name a key that begins with it. */
const HOUSE = '~'
const SCOPE = /^~(?:(?:relay|bot:[^~]+)~)?/

export function sideOf({ kind, id }: Participant): Side {
  if (kind === 'bot') return `bot:${id}`
  if (kind === 'system') return 'relay'
  return kind === 'contact' ? 'contact' : 'house'
}

/** How a key stands in the database: `key` of a contact, `~key` of a person, `~relay~key`, `~bot:<id>~key`. */
export function storedKey(side: Side, key: string): string {
  if (side === 'contact') return key.startsWith(HOUSE) ? `${HOUSE}${key}` : key
  if (side === 'house') return `${HOUSE}${key}`
  return `${HOUSE}${side.replaceAll('%', '%25').replaceAll(HOUSE, '%7E')}${HOUSE}${key}`
}

/** The key as its sender named it. */
export function sentKey(stored: string): string {
  return stored.replace(SCOPE, '')
}

export type ConversationRow = Selectable<ConversationTable>
export type EntryRow = Omit<Selectable<EntryTable>, 'position' | 'conversation' | 'kind' | 'floor'>
export type EventRow = EntryRow & { position: number; floor: string; id: string; site: string; contact: string }

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    site: row.site,
    contact: row.contact,
    status: row.status,
    last: row.last,
    floor: JSON.parse(row.floor),
    channel: row.channel,
    attributes: JSON.parse(row.attributes),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    waitingSince: row.waiting_since,
  }
}

export function toEntry(row: EntryRow, conversation: string): Entry {
  const { seq, at } = row
  const key = sentKey(row.key)
  const from = JSON.parse(row.sender)
  const body = JSON.parse(row.body)
  return row.channel === null
    ? { conversation, seq, key, at, from, body }
    : { conversation, seq, key, at, from, channel: row.channel, body }
}

export function toEvent(row: EventRow): Event {
  return {
    id: `${row.id}:${row.seq}`,
    position: row.position,
    site: row.site,
    conversation: row.id,
    contact: row.contact,
    entry: toEntry(row, row.id),
    floor: JSON.parse(row.floor),
  }
}

export function toContact(row: Selectable<ContactTable>, identities: readonly Selectable<IdentityTable>[]): Contact {
  return {
    ...(JSON.parse(row.profile) as Profile),
    id: row.id,
    site: row.site,
    attributes: JSON.parse(row.attributes),
    ...(row.visit === null ? {} : { visit: JSON.parse(row.visit) }),
    identities: identities.map(toIdentity),
    createdAt: row.created_at,
    seenAt: row.seen_at,
  }
}

function toIdentity({ channel, address, verified, at, used_at }: Selectable<IdentityTable>): Identity {
  return {
    channel,
    address,
    ...(verified === null ? {} : { verified: verified as NonNullable<Identity['verified']> }),
    at,
    ...(used_at === null ? {} : { usedAt: used_at }),
  }
}

/** The form in which texts are compared: width, case and composition do not matter. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

export function searchable({ name, email, phone }: Profile): string {
  return fold([name, email, phone].filter((one) => one !== undefined).join('\n'))
}

/** Attributes after the changes; null removes one. */
export function merged<T>(before: Record<string, T>, changes: Record<string, T>): Record<string, T> {
  const all = new Map([...Object.entries(before), ...Object.entries(changes)])
  return Object.fromEntries([...all].filter(([, value]) => value !== null))
}
