import type { Event } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { Attributes, Entry, Floor } from '@hutong/core/entry'
import type { Item } from './api.ts'

export type Filter = 'mine' | 'waiting' | 'bot' | 'all' | 'closed'
export const FILTERS: readonly Filter[] = ['mine', 'waiting', 'bot', 'all', 'closed']

export function belongs({ conversation: { status, floor } }: Item, filter: Filter, me: string): boolean {
  if (filter === 'closed') return status === 'closed'
  if (status === 'closed') return false
  switch (filter) {
    case 'mine':
      return floor.holder.kind === 'agent' && floor.holder.id === me
    case 'waiting':
      return floor.holder.kind === 'queue'
    case 'bot':
      return floor.holder.kind === 'bot'
    case 'all':
      return true
  }
}

/** Those who wait stand in the order they came; everything else by the newest activity. */
export function inOrder(items: readonly Item[], filter: Filter): Item[] {
  if (filter !== 'waiting') return items.toSorted(newestFirst)
  return items.toSorted(
    (a, b) =>
      (a.conversation.waitingSince ?? Number.MAX_SAFE_INTEGER) -
        (b.conversation.waitingSince ?? Number.MAX_SAFE_INTEGER) || newestFirst(a, b),
  )
}

function newestFirst({ conversation: a }: Item, { conversation: b }: Item): number {
  return b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1)
}

/** The item after one more entry; the same item when it knows the entry already. What the contact wrote is unread. */
export function advanced(item: Item, event: Event): Item {
  const { entry, floor } = event
  if (entry.seq <= item.conversation.last) return item
  const latest = latestOf(item, entry)
  return {
    ...item,
    conversation: advancedConversation(item.conversation, entry, floor),
    unread: item.unread + (entry.body.kind === 'message' && entry.from.kind === 'contact' ? 1 : 0),
    ...(latest && { latest }),
  }
}

function advancedConversation(before: Conversation, entry: Entry, floor: Floor): Conversation {
  const { body, from } = entry
  return {
    ...before,
    last: entry.seq,
    floor,
    updatedAt: entry.at,
    waitingSince: waitingAfter(before, entry, floor),
    ...(body.kind === 'status' ? { status: body.status } : {}),
    ...(body.kind === 'attributes' ? { attributes: merged(before.attributes, body.changes) } : {}),
    ...(from.kind === 'contact' && entry.channel !== undefined ? { channel: entry.channel } : {}),
  }
}

function waitingAfter({ waitingSince }: Conversation, { body, from, at }: Entry, { holder }: Floor): number | null {
  if (holder.kind === 'bot' || holder.kind === 'none') return null
  if (body.kind === 'handoff') return waitingSince ?? at
  if (body.kind === 'message' && from.kind === 'agent') return null
  if (from.kind === 'contact' && (body.kind === 'message' || body.kind === 'answer')) return waitingSince ?? at
  return waitingSince
}

function merged(before: Attributes, changes: Attributes): Attributes {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null))
}

function latestOf({ latest }: Item, entry: Entry): Entry | undefined {
  const { body } = entry
  if (body.kind === 'message' || latest === undefined || latest.body.kind !== 'message') return entry
  if (body.kind === 'edit' && body.of === latest.seq) return { ...latest, body: { ...latest.body, parts: body.parts } }
  if (body.kind === 'recall' && body.of === latest.seq) return { ...latest, body }
  return latest
}
