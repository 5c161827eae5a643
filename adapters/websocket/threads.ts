import type { LogListener, LogReader } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import { PAGE_MAX } from '@hutong/core/wire'
import { encodeEntries, encodeEvent, encodeSignal, type FileUrl } from './codec.ts'

/** One conversation that somebody reads here: followed once, however many readers it has. */
export interface Thread<R> {
  readonly conversation: string
  /** The newest `seq` known here. */
  last: number
  /** Readers that have everything up to `last`. */
  readonly live: R[]
  /** All readers, those still catching up included. */
  readers: number
}

/** Entries that a client without any gets first. */
const NEWEST = 50

export interface Threads<R> {
  /** Makes it the reader's thread in place of any other. Nothing is sent before `catchUp`. */
  enter(reader: R, conversation: string, last: number): void
  /** The reader's thread is over for it, as after a disconnect. */
  leave(reader: R): void
  /**
   * Sends what the reader misses after `after` (the newest page when it has nothing), then keeps it in step. Rejects when
   * the log cannot be read; the reader then gets nothing more.
   */
  catchUp(reader: R, after: number): Promise<void>
}

export interface ThreadsOptions<R> {
  log: LogReader
  url: FileUrl
  /** Passes an encoded packet on; must not throw, also when the reader is gone. */
  write(reader: R, packet: string): void
  /** Resolves when the reader has taken what was written, or is gone. */
  drained(reader: R): Promise<void>
}

export function createThreads<R extends { thread: Thread<R> | undefined }>(options: ThreadsOptions<R>): Threads<R> {
  const { log, url, write, drained } = options
  const threads = new Map<string, { thread: Thread<R>; stop(): void }>()
  /** A new object for every stay, so that one who left and came back is not brought up to date twice. */
  const stays = new WeakMap<R, object>()

  function listenerOf(thread: Thread<R>): LogListener {
    return {
      entries(entries) {
        thread.last = Math.max(thread.last, entries.at(-1)?.seq ?? 0)
        if (thread.live.length === 0) return
        for (const packet of encodeEntries(thread.conversation, entries, url))
          for (const reader of thread.live) write(reader, packet)
      },
      signal(signal) {
        const seen = thread.live.length > 0 && encodeSignal(signal)
        if (!seen) return
        const packet = encodeEvent('signal', seen)
        for (const reader of thread.live) write(reader, packet)
      },
    }
  }

  function open(conversation: string): Thread<R> {
    const thread: Thread<R> = { conversation, last: 0, live: [], readers: 0 }
    threads.set(conversation, { thread, stop: log.follow(conversation, listenerOf(thread)) })
    return thread
  }

  /** Following tells a newcomer what is being written, whole; what the thread hears from then on adds to it. */
  function showStreams(reader: R, { conversation }: Thread<R>): void {
    const stop = log.follow(conversation, {
      entries() {},
      signal(signal) {
        if (signal.kind === 'stream') write(reader, encodeEvent('signal', signal))
      },
    })
    stop()
  }

  /** Sends a page piece by piece, as fast as the reader takes it; false when it left meanwhile. */
  async function show(reader: R, stay: object, entries: readonly Entry[]): Promise<boolean> {
    const { thread } = reader
    if (!thread || stays.get(reader) !== stay) return false
    if (entries.length === 0) return true
    for (const packet of encodeEntries(thread.conversation, entries, url)) {
      write(reader, packet)
      await drained(reader)
      if (stays.get(reader) !== stay) return false
    }
    return true
  }

  function leave(reader: R): void {
    const { thread } = reader
    if (!thread) return
    reader.thread = undefined
    stays.delete(reader)
    const place = thread.live.indexOf(reader)
    if (place !== -1) thread.live.splice(place, 1)
    thread.readers -= 1
    if (thread.readers > 0) return
    threads.get(thread.conversation)?.stop()
    threads.delete(thread.conversation)
  }

  return {
    enter(reader, conversation, last) {
      if (reader.thread) leave(reader)
      const thread = threads.get(conversation)?.thread ?? open(conversation)
      thread.last = Math.max(thread.last, last)
      thread.readers += 1
      reader.thread = thread
      stays.set(reader, {})
    },
    leave,
    async catchUp(reader, after) {
      const { thread } = reader
      const stay = stays.get(reader)
      if (!thread || !stay) return
      let have = after
      if (have === 0 || have > thread.last) {
        const newest = await log.read(thread.conversation, { before: thread.last + 1, limit: NEWEST })
        if (!(await show(reader, stay, newest))) return
        have = newest.at(-1)?.seq ?? 0
      }
      for (;;) {
        const known = thread.last
        const page = await log.read(thread.conversation, { after: have, limit: PAGE_MAX })
        if (!(await show(reader, stay, page))) return
        have = page.at(-1)?.seq ?? have
        if ((page.length === 0 && thread.last === known) || (page.length < PAGE_MAX && have >= thread.last)) break
      }
      if (thread.live.includes(reader)) return
      thread.live.push(reader)
      showStreams(reader, thread)
    },
  }
}
