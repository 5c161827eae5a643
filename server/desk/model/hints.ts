import type { Entry, Participant } from '@hutong/core/entry'
import { type Signal as Passing, type SignalOf, streamedText } from '@hutong/core/signal'
import { computed, signal } from '@preact/signals'

export interface Typing {
  from: Participant
  preview?: string | undefined
}

export interface Streaming {
  from: Participant
  key: string
  text: string
}

/** A hint of typing that is not repeated is over after this time. */
const TYPING_MS = 8_000
/** A text that does not grow and whose entry does not come is over after this time. */
const STREAM_MS = 20_000

/** What passes: who is writing, what a bot is saying just now, whether the contact is there. */
export function createHints() {
  const writers = signal<ReadonlyMap<string, Typing>>(new Map())
  const streams = signal<ReadonlyMap<string, Streaming>>(new Map())
  const present = signal<boolean | undefined>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function stop(id: string) {
    clearTimeout(timers.get(id))
    const left = new Map(writers.peek())
    if (left.delete(id)) writers.value = left
  }

  function finish(name: string) {
    clearTimeout(timers.get(name))
    const left = new Map(streams.peek())
    if (left.delete(name)) streams.value = left
  }

  function grow(heard: SignalOf<'stream'>) {
    const { from, key } = heard
    const name = nameOf(heard)
    const text = streamedText(streams.peek().get(name)?.text, heard)
    if (text === undefined) return
    streams.value = new Map(streams.peek()).set(name, { from, key, text })
    clearTimeout(timers.get(name))
    timers.set(
      name,
      setTimeout(() => finish(name), STREAM_MS),
    )
  }

  return {
    shown: {
      typing: computed(() => [...writers.value.values()]),
      streaming: computed(() => [...streams.value.values()]),
      present,
    },
    /** What the relay says when it is asked. */
    setPresent(online: boolean) {
      present.value = online
    },
    hear(heard: Passing) {
      const { from } = heard
      if (heard.kind === 'presence' && from.kind === 'contact') present.value = heard.online
      if (heard.kind === 'stream') grow(heard)
      if (heard.kind !== 'typing') return
      stop(from.id)
      if (!heard.on) return
      writers.value = new Map(writers.peek()).set(from.id, { from, preview: heard.preview })
      timers.set(
        from.id,
        setTimeout(() => stop(from.id), TYPING_MS),
      )
    },
    /** The entry has arrived that was being written, or the floor has moved and what a bot was writing is over. */
    settle(entry: Entry) {
      const { from, body } = entry
      if (body.kind === 'message') stop(from.id)
      finish(nameOf(entry))
      if (body.kind !== 'handoff') return
      for (const one of streams.peek().values()) if (one.from.kind === 'bot') finish(nameOf(one))
      for (const { from } of writers.peek().values()) if (from.kind === 'bot') stop(from.id)
    },
  }
}

/** Keys of different authors may be the same. */
function nameOf({ from, key }: Pick<Streaming, 'from' | 'key'>): string {
  return `stream ${from.id} ${key}`
}
