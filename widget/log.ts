import type { Entry } from '@hutong/core/entry'
import { type ReadonlySignal, signal } from './signals.ts'

/** An unbroken run of the conversation's log, as far as this client has it. */
export interface Log {
  readonly entries: ReadonlySignal<readonly Entry[]>
  /** The last `seq` it has; 0 for none. */
  have(): number
  /** Applies what continues the run and returns it; known ones are passed over, and what lies beyond a gap is left out. */
  append(entries: readonly Entry[]): Entry[]
  /** Puts an older page in front; ignored unless it touches. */
  prepend(entries: readonly Entry[]): void
  replace(entries: readonly Entry[]): void
}

export function createLog(initial: readonly Entry[]): Log {
  const entries = signal(initial)
  const have = () => entries.value.at(-1)?.seq ?? 0
  return {
    entries,
    have,
    append(arrived) {
      const fresh: Entry[] = []
      let next = have() + 1
      for (const entry of arrived)
        if (entry.seq === next) {
          fresh.push(entry)
          next++
        }
      if (fresh.length > 0) entries.value = [...entries.value, ...fresh]
      return fresh
    },
    prepend(older) {
      const first = entries.value[0]?.seq
      if (first !== undefined && older.at(-1)?.seq === first - 1) entries.value = [...older, ...entries.value]
    },
    replace(all) {
      entries.value = all
    },
  }
}
