import type { Event } from '@hutong/core/backend'

export interface FeedReaderOptions {
  /** Starts above this feed position. */
  after: number
  read(after: number, limit: number): Promise<Event[]>
  wanted(event: Event): boolean
  /** Resolves when the reader has them; only then the next batch is read. */
  deliver(events: Event[], position: number): Promise<void>
  /** Reading or delivering failed; the reader has stopped. */
  failed(cause: unknown): void
}

export interface FeedReader {
  /** Says that there may be more; cheap, never waits. */
  wake(): void
  /** Says that nothing up to this position concerns it but what it was woken for. */
  pass(position: number): void
  stop(): void
}

const BATCH = 100
/** A batch ends at the event with which its JSON reaches this length. */
const BATCH_LENGTH = 48 * 1_024

/**
 * Brings the feed to one reader, batch by batch, without holes and without repeats. Nothing is queued for a slow one: the
 * feed is read again where it left off.
 */
export function createFeedReader({ after, read, wanted, deliver, failed }: FeedReaderOptions): FeedReader {
  let position = after
  let state: 'idle' | 'running' | 'woken' | 'stopped' = 'idle'
  const stopped = () => state === 'stopped'

  async function next(): Promise<boolean> {
    const found = await read(position, BATCH)
    if (found.length === 0 || stopped()) return false
    const batch: Event[] = []
    let length = 0
    for (const event of found) {
      position = event.position
      if (!wanted(event)) continue
      batch.push(event)
      length += JSON.stringify(event).length
      if (length >= BATCH_LENGTH) break
    }
    if (batch.length > 0) await deliver(batch, position)
    return !stopped()
  }

  async function run(): Promise<void> {
    while (!stopped()) {
      state = 'running'
      const more = await next()
      if (more || (state as string) === 'woken') continue
      if (!stopped()) state = 'idle'
      return
    }
  }

  return {
    wake() {
      if (state === 'running') state = 'woken'
      if (state !== 'idle') return
      run().catch((cause: unknown) => {
        const first = !stopped()
        state = 'stopped'
        if (first) failed(cause)
      })
    },
    pass(to) {
      if (state === 'idle') position = Math.max(position, to)
    },
    stop() {
      state = 'stopped'
    },
  }
}
