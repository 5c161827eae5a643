import type { Entry, Participant } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { StreamingText } from './chat.ts'
import { type ReadonlySignal, signal } from './signals.ts'

/** A typing mark whose end was lost goes away after so many milliseconds. */
const TYPING_MS = 8_000
/** A finished stream whose entry does not come goes away after so many milliseconds. */
const STREAM_MS = 20_000

/** What the other side is doing and nothing keeps: typing, and text that is still being written. */
export interface Others {
  readonly typing: ReadonlySignal<readonly Participant[]>
  readonly streams: ReadonlySignal<readonly StreamingText[]>
  signal(signal: Signal): void
  /** An entry arrived: its author has stopped typing and its stream is complete. */
  entry(entry: Entry): void
  /** Hides what is being streamed now, and whatever the same streams still bring. */
  stop(): void
  reset(): void
}

type Timers = Map<string, ReturnType<typeof setTimeout>>

function later(timers: Timers, name: string, plan: { ms: number; run: () => void }) {
  clearTimeout(timers.get(name))
  timers.set(name, setTimeout(plan.run, plan.ms))
}

export function createOthers(): Others {
  const typing = signal<readonly Participant[]>([])
  const streams = signal<readonly StreamingText[]>([])
  const timers: Timers = new Map()
  const stopped = new Set<string>()

  function quiet(id: string) {
    if (typing.value.some((one) => one.id === id)) typing.value = typing.value.filter((one) => one.id !== id)
  }
  function finish(key: string) {
    if (streams.value.some((one) => one.key === key)) streams.value = streams.value.filter((one) => one.key !== key)
  }
  return {
    typing,
    streams,
    signal(heard) {
      if (heard.from.kind === 'contact') return
      if (heard.kind === 'typing') {
        const { from } = heard
        quiet(from.id)
        if (heard.on) typing.value = [...typing.value, from]
        later(timers, from.id, { ms: TYPING_MS, run: () => quiet(from.id) })
      } else if (heard.kind === 'stream' && !stopped.has(heard.key)) {
        const { key, from, text } = heard
        const at = streams.value.findIndex((one) => one.key === key)
        streams.value = at < 0 ? [...streams.value, { key, from, text }] : streams.value.with(at, { key, from, text })
        quiet(from.id)
        later(timers, key, { ms: STREAM_MS, run: () => finish(key) })
      }
    },
    entry({ key, from }) {
      finish(key)
      quiet(from.id)
    },
    stop() {
      for (const { key } of streams.value) stopped.add(key)
      streams.value = []
    },
    reset() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      typing.value = []
      streams.value = []
    },
  }
}
