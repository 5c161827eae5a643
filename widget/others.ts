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
  /** An entry arrived: its author has stopped typing and its stream is complete; a stop or another floor ends all of them. */
  entry(entry: Entry): void
  /** What is being streamed stays as it is until its entry comes or it may go on; returns the key of the first, if any. */
  stop(): string | undefined
  goOn(): void
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
  let stopped: readonly string[] = []

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
      } else if (heard.kind === 'stream' && !stopped.includes(heard.key)) {
        const { key, from, at = 0 } = heard
        const place = streams.value.findIndex((one) => one.key === key)
        const before = streams.value[place]?.text ?? ''
        if (at && at !== before.length) return
        const next = { key, from, text: before.slice(0, at) + heard.text }
        streams.value = place < 0 ? [...streams.value, next] : streams.value.with(place, next)
        quiet(from.id)
        later(timers, key, { ms: STREAM_MS, run: () => finish(key) })
      }
    },
    entry({ key, from, body }) {
      if (body.kind === 'stop' || body.kind === 'handoff') streams.value = []
      finish(key)
      quiet(from.id)
    },
    stop() {
      stopped = streams.value.map(({ key }) => key)
      return stopped[0]
    },
    goOn() {
      stopped = []
    },
    reset() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      typing.value = []
      streams.value = []
    },
  }
}
