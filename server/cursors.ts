import type { Conversation, Cursor } from '@hutong/core/conversation'
import type { Relay } from './relay.ts'
import type { LogStore } from './stores/store.ts'

/** Keeps how far an agent or backend has read, never beyond the log, and tells everybody who follows. */
export async function raiseCursor(
  { store, relay }: { store: Pick<LogStore, 'setCursor'>; relay: Pick<Relay, 'signal'> },
  conversation: Conversation,
  { participant, delivered, read }: Cursor,
): Promise<Cursor> {
  const held = await store.setCursor(conversation.id, {
    participant,
    delivered: Math.min(conversation.last, Math.max(delivered, read)),
    read: Math.min(conversation.last, read),
  })
  relay.signal(conversation.id, { kind: 'cursor', from: participant, delivered: held.delivered, read: held.read })
  return held
}
