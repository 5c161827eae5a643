import type { Entry, Participant } from '@hutong/core/entry'
import type { Signal as Passing } from '@hutong/core/signal'
import type { StreamingText } from './chat.ts'
import { type ReadonlySignal, type Signal, signal } from './signals.ts'

/** A typing mark whose end was lost goes away after so many milliseconds. */
const TYPING_MS = 8_000
/** A finished stream whose entry does not come goes away after so many milliseconds. */
const STREAM_MS = 20_000

/** What the other side is doing and nothing keeps: typing, and text that is still being written. */
export interface Others {
  readonly typing: ReadonlySignal<readonly Participant[]>
  readonly streams: ReadonlySignal<readonly StreamingText[]>
  signal(signal: Passing): void
  /** An entry arrived: its author has stopped typing and its stream is complete; a stop or another floor ends all of them. */
  entry(entry: Entry): void
  /** What is being streamed stays as it is until its entry comes or it may go on; returns the key of the first, if any. */
  stop(): string | undefined
  goOn(): void
  reset(): void
}

function drop<T>(list: Signal<readonly T[]>, is: (one: T) => boolean) {
  if (list.value.some(is)) list.value = list.value.filter((one) => !is(one))
}

/** The same text of the same author; keys of others may be the same. */
function isSame(one: Pick<Entry, 'key' | 'from'>, { key, from }: Pick<Entry, 'key' | 'from'>) {
  return one.key === key && one.from.id === from.id
}

export function createOthers(): Others {
  const typing = signal<readonly Participant[]>([])
  const streams = signal<readonly StreamingText[]>([])
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let stopped: readonly string[] = []

  const quiet = (id: string) => drop(typing, (one) => one.id === id)
  function later(name: string, ms: number, run: () => void) {
    clearTimeout(timers.get(name))
    timers.set(name, setTimeout(run, ms))
  }
  return {
    typing,
    streams,
    signal(heard) {
      const { from } = heard
      if (from.kind === 'contact') return
      if (heard.kind === 'typing') {
        quiet(from.id)
        if (heard.on) typing.value = [...typing.value, from]
        later(from.id, TYPING_MS, () => quiet(from.id))
      } else if (heard.kind === 'stream' && !stopped.includes(heard.key)) {
        const { key, at = 0 } = heard
        const place = streams.value.findIndex((one) => isSame(one, heard))
        const before = streams.value[place]?.text ?? ''
        if (before.length < at) return
        const next = { key, from, text: before.slice(0, at) + heard.text }
        streams.value = place < 0 ? [...streams.value, next] : streams.value.with(place, next)
        quiet(from.id)
        later(`${from.id} ${key}`, STREAM_MS, () => drop(streams, (one) => isSame(one, heard)))
      }
    },
    entry(entry) {
      const { from, body } = entry
      drop(streams, (one) => isSame(one, entry) || body.kind === 'stop' || body.kind === 'handoff')
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
