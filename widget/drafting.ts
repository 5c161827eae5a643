/** Reports at most once in so many milliseconds; without a keystroke for `IDLE_MS` the visitor no longer types. */
const EVERY_MS = 1_000
const IDLE_MS = 5_000

export interface Drafting {
  /** The draft as it stands; empty ends the report. */
  report(draft: string): void
  close(): void
}

/** Turns keystrokes into few reports of typing: `tell` gets the draft, and undefined when the visitor stopped. */
export function createDrafting(tell: (draft: string | undefined) => void): Drafting {
  let draft = ''
  let told: string | undefined
  let next: ReturnType<typeof setTimeout> | undefined
  let idle: ReturnType<typeof setTimeout> | undefined

  function stop() {
    clearTimeout(next)
    clearTimeout(idle)
    next = undefined
    if (told !== undefined) tell(undefined)
    told = undefined
  }
  function send() {
    next = undefined
    if (draft === told) return
    told = draft
    tell(draft)
    next = setTimeout(send, EVERY_MS)
  }
  return {
    report(text) {
      draft = text
      if (text === '') return stop()
      clearTimeout(idle)
      idle = setTimeout(stop, IDLE_MS)
      if (next === undefined) send()
    },
    close: stop,
  }
}
