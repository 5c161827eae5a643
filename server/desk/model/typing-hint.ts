/** Tells the other side that somebody writes: at most every few seconds, and that it stopped when no key came for a while. */
export interface TypingHint {
  typed(text: string): void
  stop(): void
  /** The message has gone out, which says by itself that the writing is over. */
  sent(): void
}

const AGAIN_MS = 3_000
const IDLE_MS = 5_000

export function createTypingHint(tell: (on: boolean) => void, now: () => number = Date.now): TypingHint {
  let told = 0
  let idle: ReturnType<typeof setTimeout> | undefined

  function stop() {
    clearTimeout(idle)
    if (told > 0) tell(false)
    told = 0
  }

  return {
    stop,
    typed(text) {
      if (text === '') return stop()
      clearTimeout(idle)
      idle = setTimeout(stop, IDLE_MS)
      if (now() - told < AGAIN_MS) return
      told = now()
      tell(true)
    },
    sent() {
      clearTimeout(idle)
      told = 0
    },
  }
}
