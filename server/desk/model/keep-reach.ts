import { effect, type ReadonlySignal } from '@preact/signals'
import type { Reach } from './api.ts'
import type { Thread } from './thread.ts'

export interface KeepReachOptions {
  /** The conversation that is open. */
  thread: ReadonlySignal<Pick<Thread, 'reach' | 'refresh'> | undefined>
  /** The relay's clock. */
  now: ReadonlySignal<number>
}

/** What changes without an entry, such as a colleague's answer in the platform's own client, is seen this late. */
const EVERY_MS = 30_000

/** Asks again where answers go: when a window ends, when the agent comes back to the page, and in between. Returns what stops that. */
export function keepReach({ thread, now }: KeepReachOptions): () => void {
  /** Once for each end: a relay that goes on to name one that has passed is not asked without pause. */
  let asked: { open: unknown; end: number } | undefined
  const stopEnds = effect(() => {
    const open = thread.value
    const end = soonestEnd(open?.reach.value)
    if (end === undefined || now.value < end || (asked?.open === open && asked?.end === end)) return
    asked = { open, end }
    void open?.refresh()
  })
  const timer = setInterval(() => void thread.peek()?.refresh(), EVERY_MS)
  const back = () => {
    if (document.visibilityState === 'visible') void thread.peek()?.refresh('person')
  }
  document.addEventListener('visibilitychange', back)
  addEventListener('focus', back)
  return () => {
    stopEnds()
    clearInterval(timer)
    document.removeEventListener('visibilitychange', back)
    removeEventListener('focus', back)
  }
}

function soonestEnd(reach: Reach | undefined): number | undefined {
  const ends = (reach?.open ?? []).flatMap(({ until, sooner }) => sooner?.until ?? until ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}
