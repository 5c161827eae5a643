import type { Entry } from '@hutong/core/entry'
import { type ReadonlySignal, signal } from '@preact/signals'

/** A piece of a log without holes: what comes early waits until what is missing is there. */
export interface EntryLog {
  readonly entries: ReadonlySignal<readonly Entry[]>
  /** The first and last `seq` held, 0 for none. */
  first(): number
  last(): number
  /** Whether something waits for entries that are missing. */
  gap(): boolean
  add(fresh: readonly Entry[]): void
  /** Older entries, up to the one before the first held; anything else is ignored. */
  addBefore(older: readonly Entry[]): void
}

export function createEntryLog(): EntryLog {
  const entries = signal<readonly Entry[]>([])
  const early = new Map<number, Entry>()
  const first = () => entries.peek()[0]?.seq ?? 0
  const last = () => entries.peek().at(-1)?.seq ?? 0

  /** An empty log begins wherever the first page begins. */
  function begin(fresh: readonly Entry[]) {
    const [start] = fresh
    if (start && last() === 0) entries.value = [start]
  }

  return {
    entries,
    first,
    last,
    gap: () => early.size > 0,
    add(fresh) {
      begin(fresh)
      for (const one of fresh) early.set(one.seq, one)
      const next: Entry[] = []
      for (let seq = last() + 1, one = early.get(seq); one; seq += 1, one = early.get(seq)) next.push(one)
      if (next.length > 0) entries.value = [...entries.peek(), ...next]
      for (const seq of early.keys()) if (seq <= last()) early.delete(seq)
    },
    addBefore(older) {
      if (older.at(-1)?.seq === first() - 1) entries.value = [...older, ...entries.peek()]
    },
  }
}
