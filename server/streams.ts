import type { Entry, Participant } from '@hutong/core/entry'
import type { SignalOf } from '@hutong/core/signal'

export type StreamSignal = SignalOf<'stream'>

export interface StreamsOptions {
  /** Passes on what is to be shown. */
  pass(conversation: string, signal: StreamSignal): void
  now?(): number
}

/** The texts that are being written, in memory alone: who loses them gets the entry in the end. */
export interface Streams {
  /** How far its author has come, whole; passed on at its time, as what was added. What was settled is passed on no more. */
  grow(conversation: string, signal: StreamSignal): void
  /** What followers have been shown so far, whole. */
  shown(conversation: string): StreamSignal[]
  /** These entries were committed: what they finish or cut off is settled. */
  settle(conversation: string, entries: readonly Entry[]): void
}

interface Stream {
  from: Participant
  key: string
  text: string
  /** What was passed on; undefined for nothing. */
  shown: string | undefined
  /** Pieces passed on since the last whole text, and when that was. */
  pieces: number
  wholeAt: number
  settled: boolean
}

interface Talk {
  streams: Map<string, Stream>
  /** When something was passed on last. */
  at: number
  next: NodeJS.Timeout | undefined
  silence: NodeJS.Timeout
}

/** The least time between two pieces of one conversation, in milliseconds. */
const STEP_MS = 40
/** A whole text goes out after so many pieces or milliseconds, for whoever has missed something. */
const PIECES = 32
const WHOLE_MS = 2_000
const SILENCE_MS = 30_000
const TALKS_MAX = 2_000
const STREAMS_MAX = 8

/** A text that is forgotten costs its followers nothing: what comes next of it is a whole one. */
export function createStreams({ pass, now = Date.now }: StreamsOptions): Streams {
  const talks = new Map<string, Talk>()

  function forget(conversation: string): void {
    const talk = talks.get(conversation)
    clearTimeout(talk?.next)
    clearTimeout(talk?.silence)
    talks.delete(conversation)
  }

  function begin(conversation: string): Talk {
    const oldest = talks.size >= TALKS_MAX && talks.keys().next().value
    if (oldest) forget(oldest)
    const silence = setTimeout(() => forget(conversation), SILENCE_MS).unref()
    const talk: Talk = { streams: new Map(), at: Number.NEGATIVE_INFINITY, next: undefined, silence }
    talks.set(conversation, talk)
    return talk
  }

  function flush(conversation: string, talk: Talk): void {
    talk.next = undefined
    talk.at = now()
    for (const stream of talk.streams.values()) {
      const signal = stream.settled ? undefined : advance(stream, talk.at)
      if (signal) pass(conversation, signal)
    }
  }

  return {
    grow(conversation, { from, key, text }) {
      const talk = talks.get(conversation) ?? begin(conversation)
      talk.silence.refresh()
      const stream = streamOf(talk, { from, key })
      if (stream.settled) return
      stream.text = text
      const wait = talk.at + STEP_MS - now()
      if (wait <= 0 && !talk.next) flush(conversation, talk)
      else talk.next ??= setTimeout(() => flush(conversation, talk), Math.min(STEP_MS, wait)).unref()
    },
    shown: (conversation) =>
      [...(talks.get(conversation)?.streams.values() ?? [])].flatMap(({ settled, from, key, shown: text }) =>
        settled || text === undefined ? [] : [{ kind: 'stream', from, key, text, done: false }],
      ),
    settle(conversation, entries) {
      for (const stream of talks.get(conversation)?.streams.values() ?? [])
        if (entries.some((entry) => ends(entry, stream))) Object.assign(stream, { settled: true, text: '', shown: '' })
    },
  }
}

function streamOf({ streams }: Talk, { from, key }: Pick<Stream, 'from' | 'key'>): Stream {
  const name = `${from.kind} ${from.id} ${key}`
  const known = streams.get(name)
  if (known) return known
  const oldest = streams.size >= STREAMS_MAX && streams.keys().next().value
  if (oldest) streams.delete(oldest)
  const stream: Stream = { from, key, text: '', shown: undefined, pieces: 0, wholeAt: 0, settled: false }
  streams.set(name, stream)
  return stream
}

/** What followers have to be told to know the text as it is; undefined when they do. */
function advance(stream: Stream, now: number): StreamSignal | undefined {
  const { from, key, shown } = stream
  const text = stream.text.replace(HALF, '')
  if (text === shown) return undefined
  const grows = shown !== undefined && shown !== '' && text.startsWith(shown)
  const piece = grows && stream.pieces < PIECES && now - stream.wholeAt < WHOLE_MS
  stream.shown = text
  stream.pieces = piece ? stream.pieces + 1 : 0
  if (piece) return { kind: 'stream', from, key, at: shown.length, text: text.slice(shown.length), done: false }
  stream.wholeAt = now
  return { kind: 'stream', from, key, text, done: false }
}

/** The first half of a character of two code units: it would stand alone on the wire. */
const HALF = /[\uD800-\uDBFF]$/

/** A text ends with its entry, a bot's also when the floor moves. */
function ends({ key, from, body }: Entry, stream: Stream): boolean {
  if (body.kind === 'handoff') return stream.from.kind === 'bot'
  return key === stream.key && from.kind === stream.from.kind && from.id === stream.from.id
}
