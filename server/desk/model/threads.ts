import type { Api } from './api.ts'
import { createThread, type Thread } from './thread.ts'

/** Conversations that stay as they were read, so that going back to one is at once. */
const KEPT = 20

export interface Threads {
  /** The thread when it is held, without reading it. */
  peek(id: string): Thread | undefined
  /** The thread, read when it is not held yet. */
  get(id: string): Thread
}

export function createThreads(api: Api): Threads {
  const kept = new Map<string, Thread>()
  return {
    peek: (id: string) => kept.get(id),
    get(id: string): Thread {
      const thread = kept.get(id) ?? createThread(api, id)
      if (thread.state.peek() === 'ready') void thread.refresh('person')
      else void thread.load()
      kept.delete(id)
      kept.set(id, thread)
      for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old)
      return thread
    },
  }
}
