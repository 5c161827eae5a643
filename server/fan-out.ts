import type { LogListener } from '@hutong/core/adapter'
import type { Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { Outcome } from './stores/store.ts'
import { createStreams, type StreamSignal } from './streams.ts'

type Applied = Extract<Outcome, { state: 'applied' }>

/** At most once and without waiting: who misses a call repairs from the log. A listener that throws is the caller's bug. */
export interface FanOut {
  /** Whoever begins to follow is told at once, whole, what is being written; the rest of it comes in pieces. */
  follow(conversation: string, listener: LogListener): () => void
  onEvents(listener: (events: readonly Event[]) => void): () => void
  committed(applied: readonly Applied[]): void
  /** Texts being written are given whole and passed on in pieces, gathered for some milliseconds. */
  signal(conversation: string, signal: Signal): void
  /** What is being written, as far as followers have been shown it. */
  streamed(conversation: string): StreamSignal[]
}

export function createFanOut(): FanOut {
  const followers = new Map<string, Set<LogListener>>()
  const eventListeners = new Set<(events: readonly Event[]) => void>()
  const streams = createStreams({ pass })

  function pass(conversation: string, signal: Signal): void {
    for (const listener of followers.get(conversation) ?? []) listener.signal(signal)
  }

  function follow(conversation: string, listener: LogListener): () => void {
    const set = followers.get(conversation) ?? new Set()
    followers.set(conversation, set.add(listener))
    for (const stream of streams.shown(conversation)) listener.signal(stream)
    return () => {
      set.delete(listener)
      if (set.size === 0 && followers.get(conversation) === set) followers.delete(conversation)
    }
  }

  function committed(applied: readonly Applied[]): void {
    const logs = new Map<string, Entry[]>()
    for (const { conversation, entries } of applied) {
      streams.settle(conversation.id, entries)
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
    streamed: streams.shown,
    signal(conversation, signal) {
      if (signal.kind === 'stream') streams.grow(conversation, signal)
      else pass(conversation, signal)
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
