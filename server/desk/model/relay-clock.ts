import { type ReadonlySignal, signal } from '@preact/signals'

/** The time at the relay, by which everything here was written and every window ends: this machine's clock may show another. */
export interface RelayClock {
  /** Ticks every second. */
  readonly now: ReadonlySignal<number>
  /** What the relay's clock shows (ms), as it has just said. */
  set(at: number): void
  stop(): void
}

const TICK_MS = 1_000

/** `own`: this machine's clock, which is believed until the relay has said anything. */
export function createRelayClock(own: () => number = Date.now): RelayClock {
  let ahead = 0
  const now = signal(own())
  const tick = () => {
    now.value = own() + ahead
  }
  const timer = setInterval(tick, TICK_MS)
  return {
    now,
    set(at) {
      ahead = at - own()
      tick()
    },
    stop: () => clearInterval(timer),
  }
}
