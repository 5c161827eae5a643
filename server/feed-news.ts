import type { Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import type { Relay } from './relay.ts'
import type { LogStore } from './stores/store.ts'

/** One who reads the feed as it grows. Both calls are cheap and never wait. */
export interface FeedFollower {
  concerns(event: Event): boolean
  /** Something that concerns it was committed. */
  wake(): void
  /** What was committed up to this position since the last call does not concern it. */
  pass(position: number): void
}

export interface FeedNews {
  /** Tells of every commit from now on; the returned function ends it. */
  add(follower: FeedFollower): () => void
  /** The feed of the store; followers who ask for the same at once share one look. */
  read: LogStore['feed']
  close(): void
}

export interface FeedNewsOptions {
  relay: Pick<Relay, 'onEvents'>
  store: Pick<LogStore, 'feed'>
}

/** While nobody follows, the relay has nobody to tell. */
export function createFeedNews({ relay, store }: FeedNewsOptions): FeedNews {
  const followers = new Set<FeedFollower>()
  const under = new Map<string, Promise<Event[]>>()
  let stopListening: (() => void) | undefined

  function close(): void {
    stopListening?.()
    stopListening = undefined
  }

  function tell(events: readonly Event[]): void {
    // A look that began before this commit may not show it.
    under.clear()
    const last = events.at(-1)?.position ?? 0
    for (const one of followers)
      if (events.some(one.concerns)) one.wake()
      else one.pass(last)
  }

  return {
    close,
    add(follower) {
      followers.add(follower)
      stopListening ??= relay.onEvents(tell)
      return () => {
        followers.delete(follower)
        if (followers.size === 0) close()
      }
    },
    async read(range) {
      const { site, after, limit } = range
      const key = JSON.stringify([site, after, limit])
      const shared = under.get(key)
      if (shared) return await shared
      const look = store.feed(range)
      if (stopListening) under.set(key, look)
      try {
        return await look
      } finally {
        if (under.get(key) === look) under.delete(key)
      }
    },
  }
}

/** Rejects a position that the feed has not reached, with which nothing would ever be heard. */
export async function verifyAfter(after: number | undefined, store: Pick<LogStore, 'position'>): Promise<number> {
  const newest = await store.position()
  if (after === undefined || after <= newest) return after ?? newest
  throw new HutongError(
    'invalid',
    `after: ${after} is beyond the newest position, ${newest}: the relay's data is not that which it came from; ask without "after" to go on from now, or after 0 to hear everything`,
    { field: 'after' },
  )
}
