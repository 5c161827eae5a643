import type { ContactBody } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { Keep } from './keep.ts'
import { type ReadonlySignal, signal } from './signals.ts'

/** Something the visitor said that the relay has not acknowledged, or whose entry has not arrived. */
export interface Outgoing {
  key: string
  body: ContactBody
  /** The client's clock, milliseconds. */
  at: number
  /** Set when the relay refused it for good. */
  error?: WireError
  /** Set once acknowledged. */
  seq?: number
}

/** What waits to be sent, in order, shared by the tabs through storage. */
export interface Outbox {
  readonly list: ReadonlySignal<readonly Outgoing[]>
  add(outgoing: Outgoing): void
  /** Reads again what other tabs may have changed. */
  reload(): void
  next(): Outgoing | undefined
  fail(key: string, error: WireError): void
  retry(key: string): void
  remove(key: string): void
  /** Acknowledged: never sent again, but shown until the log has reached its `seq`. */
  acknowledged(outgoing: Outgoing, seq: number): void
  clear(): void
  /** The log has everything up to `seq`. */
  arrived(seq: number): void
}

export function createOutbox(keep: Keep, changed: () => void): Outbox {
  const list = signal(stored(keep))
  function store(next: readonly Outgoing[]) {
    list.value = next
    const unsent = next.filter((one) => one.seq === undefined)
    keep.set('outbox', unsent.length > 0 ? unsent : undefined)
    changed()
  }
  /** Every change starts from what is stored, or it would bring back what another tab has sent. */
  function current(): readonly Outgoing[] {
    const waiting = stored(keep)
    const keys = new Set(waiting.map((one) => one.key))
    return [...list.value.filter((one) => one.seq !== undefined && !keys.has(one.key)), ...waiting]
  }
  const without = (key: string) => current().filter((one) => one.key !== key)
  return {
    list,
    add: (outgoing) => store([...current(), outgoing]),
    reload() {
      list.value = current()
    },
    next: () => list.value.find((one) => !one.error && one.seq === undefined),
    fail: (key, error) => store(current().map((one) => (one.key === key ? { ...one, error } : one))),
    retry: (key) => store(current().map(({ error, ...one }) => (one.key === key || !error ? one : { ...one, error }))),
    remove: (key) => store(without(key)),
    acknowledged: (outgoing, seq) => store([{ ...outgoing, seq }, ...without(outgoing.key)]),
    clear: () => {
      list.value = []
      store([])
    },
    arrived(seq) {
      const left = list.value.filter((one) => one.seq === undefined || one.seq > seq)
      if (left.length < list.value.length) list.value = left
    },
  }
}

/** What other scripts of the page have put there instead is dropped. */
function stored(keep: Keep): readonly Outgoing[] {
  const found = keep.get('outbox')
  return Array.isArray(found) ? found.filter((one) => one?.key && one.body) : []
}
