/** A clock that can be put forward. What waits on it is let go as soon as its time has come, by itself or by `advance`. */
export interface FakeClock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Puts the clock forward and lets everything go that was waiting for a time until then. */
  advance(ms: number): void
  /** Calls `run` once, `ms` milliseconds of this clock from now. Returns what calls it off. */
  after(ms: number, run: () => void): () => void
  /** Calls off everything that still waits. */
  stop(): void
}

interface Timer {
  readonly due: number
  readonly run: () => void
  handle: NodeJS.Timeout
}

/** `now` is the source it goes with: the real time, or a constant for a clock that only `advance` moves. */
export function createFakeClock(now: () => number = Date.now): FakeClock {
  const timers = new Set<Timer>()
  let ahead = 0

  const present = () => now() + ahead

  function arm(timer: Pick<Timer, 'due'>, look: () => void): NodeJS.Timeout {
    return setTimeout(look, Math.min(Math.max(timer.due - present(), 1), 1_000_000)).unref()
  }

  function settle(timer: Timer): void {
    if (!timers.has(timer)) return
    clearTimeout(timer.handle)
    if (timer.due > present()) {
      timer.handle = arm(timer, () => settle(timer))
      return
    }
    timers.delete(timer)
    timer.run()
  }

  return {
    now: present,
    advance(ms) {
      ahead += ms
      for (const timer of [...timers].sort((one, other) => one.due - other.due)) settle(timer)
    },
    after(ms, run) {
      const due = present() + ms
      const timer: Timer = { due, run, handle: arm({ due }, () => settle(timer)) }
      timers.add(timer)
      return () => {
        clearTimeout(timer.handle)
        timers.delete(timer)
      }
    },
    stop() {
      for (const { handle } of timers) clearTimeout(handle)
      timers.clear()
    },
  }
}
