import type { Clock, Logger } from '@hutong/core/adapter'
import type { SmallStore } from './stores/store.ts'

export interface StaffRecordOptions {
  store: Pick<SmallStore, 'get' | 'set'>
  clock: Clock
  logger: Logger
}

/** What is kept of who is here, for the time after a restart or a crash. */
export interface StaffRecord {
  /** Somebody was here when the relay was last heard of, and that is not long ago. */
  expected: boolean
  note(here: boolean): void
  /** Resolves once all is kept. */
  close(): Promise<void>
}

const SCOPE = 'presence'
const KEY = 'here'
/** Whoever was here before a longer absence of the relay is not waited for. */
const RECENT_MS = 600_000
const BEAT_MS = 60_000

export async function openStaffRecord({ store, clock, logger }: StaffRecordOptions): Promise<StaffRecord> {
  const last = await store.get(SCOPE, KEY)
  let here = false
  let writing = Promise.resolve()

  function keep(): void {
    const value = here ? clock.now() : undefined
    writing = writing
      .then(() => store.set(SCOPE, KEY, value))
      .catch((err: unknown) => logger.error({ err }, 'who is here could not be kept for after a restart'))
  }

  const beat = setInterval(() => here && keep(), BEAT_MS).unref()

  return {
    expected: typeof last === 'number' && clock.now() - last < RECENT_MS,
    note(now) {
      here = now
      keep()
    },
    async close() {
      clearInterval(beat)
      if (here) keep()
      await writing
    },
  }
}
