import type { LogListener } from '@hutong/core/adapter'
import type { Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { Outcome } from './stores/store.ts'

type Applied = Extract<Outcome, { state: 'applied' }>

/** At most once and without waiting: who misses a call repairs from the log. A listener that throws is the caller's bug. */
export interface FanOut {
  follow(conversation: string, listener: LogListener): () => void
  onEvents(listener: (events: readonly Event[]) => void): () => void
  committed(applied: readonly Applied[]): void
  signal(conversation: string, signal: Signal): void
}

export function createFanOut(): FanOut {
  const followers = new Map<string, Set<LogListener>>()
  const eventListeners = new Set<(events: readonly Event[]) => void>()

  function follow(conversation: string, listener: LogListener): () => void {
    const set = followers.get(conversation) ?? new Set()
    followers.set(conversation, set.add(listener))
    return () => {
      set.delete(listener)
      if (set.size === 0 && followers.get(conversation) === set) followers.delete(conversation)
    }
  }

  function committed(applied: readonly Applied[]): void {
    const logs = new Map<string, Entry[]>()
    for (const { conversation, entries } of applied) {
      if (!followers.has(conversation.id)) continue
      const log = logs.get(conversation.id)
      if (log) log.push(...entries)
      else logs.set(conversation.id, [...entries])
    }
    for (const [conversation, entries] of logs)
      for (const listener of followers.get(conversation) ?? []) listener.entries(entries)
    if (eventListeners.size === 0) return
    const events = applied.flatMap(toEvents)
    for (const listener of eventListeners) listener(events)
  }

  return {
    follow,
    onEvents(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    committed,
    signal(conversation, signal) {
      for (const listener of followers.get(conversation) ?? []) listener.signal(signal)
    },
  }
}

function toEvents({ conversation, entries, positions }: Applied): Event[] {
  return entries.map((entry, index) => ({
    id: `${entry.conversation}:${entry.seq}`,
    position: positions[index] ?? 0,
    site: conversation.site,
    conversation: entry.conversation,
    contact: conversation.contact,
    entry,
    floor: conversation.floor,
  }))
}
