import type { Entry } from '@hutong/core/entry'
import { streamedText } from '@hutong/core/signal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStreams, type StreamSignal, type Streams } from './streams.ts'

const BOT = { kind: 'bot' as const, id: 'model' }
const PERSON = { kind: 'agent' as const, id: 'ada' }
const STEP = 40

let passed: StreamSignal[]
let streams: Streams
beforeEach(() => {
  vi.useFakeTimers()
  passed = []
  streams = createStreams({ pass: (_, signal) => void passed.push(signal) })
})
afterEach(() => vi.useRealTimers())

const say = (text: string, { key = 'a', conversation = 'v', from = BOT }: Partial<Said> = {}) =>
  streams.grow(conversation, { kind: 'stream', from, key, text, done: false })
interface Said {
  key: string
  conversation: string
  from: StreamSignal['from'] & { kind: 'bot' }
}
const piecesOf = (signals: readonly StreamSignal[]) => signals.map(({ at, text }) => (at ? [at, text] : text))
const entry = (key: string, body: Entry['body'], from: Entry['from'] = BOT): Entry => ({
  conversation: 'v',
  seq: 2,
  key,
  at: 0,
  from,
  body,
})
const MESSAGE: Entry['body'] = { kind: 'message', parts: [{ kind: 'text', text: 'all', format: 'plain' }] }

/** What somebody shows who applies what passes, from `start` on and without the signals in `lost`. */
function shownBy(signals: readonly StreamSignal[], lost: (index: number) => boolean = () => false) {
  let text: string | undefined
  for (const [index, signal] of signals.entries()) if (!lost(index)) text = streamedText(text, signal) ?? text
  return text
}

describe('a growing text', () => {
  it('begins at once and goes on in pieces, at most one for each step of time', () => {
    say('It')
    say('It is')
    say('It is green')
    expect(piecesOf(passed)).toEqual(['It'])
    vi.advanceTimersByTime(STEP)
    expect(piecesOf(passed)).toEqual(['It', [2, ' is green']])
    vi.advanceTimersByTime(STEP)
    expect(passed).toHaveLength(2)
  })

  it('adds up exactly, in Chinese and in characters of two code units that arrive in halves', () => {
    const whole = '龙井茶 🍵 是绿茶，👩‍🔬 说：“好！” '.repeat(40)
    for (let end = 1; end <= whole.length; end += 1) {
      say(whole.slice(0, end))
      vi.advanceTimersByTime(7)
    }
    vi.advanceTimersByTime(STEP)
    expect(shownBy(passed)).toBe(whole)
    expect(passed.every(({ text }) => text.isWellFormed())).toBe(true)
    expect(passed.length).toBeLessThan(whole.length / 4)
  })

  it('is sent whole now and then, so that whoever missed a piece has it again soon', () => {
    const whole = 'word '.repeat(400)
    for (let end = 5; end <= whole.length; end += 5) {
      say(whole.slice(0, end))
      vi.advanceTimersByTime(STEP)
    }
    const gaps = passed.flatMap(({ at }, index) => (at ? [] : [index]))
    expect(Math.max(...gaps.map((index, place) => index - (gaps[place - 1] ?? 0)))).toBeLessThanOrEqual(33)
    expect(shownBy(passed, (index) => index % 50 === 3)).toBe(shownBy(passed))

    say('word')
    vi.advanceTimersByTime(2_000)
    say('word by word')
    expect(passed.at(-1)).toMatchObject({ text: 'word by word' })
    expect(passed.at(-1)?.at).toBeUndefined()
  })

  it('that is written anew is sent whole', () => {
    say('It is green')
    vi.advanceTimersByTime(STEP)
    say('No: black')
    expect(piecesOf(passed)).toEqual(['It is green', 'No: black'])
  })

  it('is told apart by its author, its key and its conversation', () => {
    say('one')
    say('two', { key: 'b' })
    say('three', { conversation: 'w' })
    vi.advanceTimersByTime(STEP)
    expect(streams.shown('v').map(({ text }) => text)).toEqual(['one', 'two'])
    expect(streams.shown('w').map(({ text }) => text)).toEqual(['three'])
  })

  it('is given whole to whoever asks, exactly as far as the pieces have come', () => {
    say('It is')
    say('It is green')
    expect(streams.shown('v')).toEqual([{ kind: 'stream', from: BOT, key: 'a', text: 'It is', done: false }])
    vi.advanceTimersByTime(STEP)
    expect(streams.shown('v')[0]?.text).toBe('It is green')
  })
})

describe('a text is over', () => {
  it('when its entry is in the log; what is still said under its key is shown to nobody', () => {
    say('It')
    say('It is')
    streams.settle('v', [entry('a', MESSAGE)])
    say('It is green')
    vi.advanceTimersByTime(1_000)
    expect(piecesOf(passed)).toEqual(['It'])
    expect(streams.shown('v')).toEqual([])
  })

  it('not when somebody else uses the same key', () => {
    say('It')
    streams.settle('v', [entry('a', MESSAGE, { kind: 'contact', id: 'c' })])
    expect(streams.shown('v')).toHaveLength(1)
  })

  it('when it is a bot’s and the floor moves; a person goes on writing', () => {
    say('It')
    streams.grow('v', { kind: 'stream', from: PERSON, key: 'p', text: 'I think', done: false })
    vi.advanceTimersByTime(STEP)
    streams.settle('v', [entry('h', { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 } })])
    expect(streams.shown('v').map(({ from }) => from)).toEqual([PERSON])
  })

  it('after half a minute of silence, and begins whole if it goes on after all', () => {
    say('It')
    vi.advanceTimersByTime(30_000)
    expect(streams.shown('v')).toEqual([])
    say('It is')
    expect(piecesOf(passed)).toEqual(['It', 'It is'])
  })
})

it('keeps few texts, however many are begun', () => {
  for (let index = 0; index < 100; index += 1) say('text', { key: `k${index}` })
  for (let index = 0; index < 2_100; index += 1) say('text', { conversation: `v${index}` })
  vi.advanceTimersByTime(STEP)
  expect(streams.shown('v').length).toBeLessThanOrEqual(8)
  expect(streams.shown('v0')).toEqual([])
  expect(streams.shown('v2099')).toHaveLength(1)
})

it('costs a small part of what whole texts would: 8,000 characters in pieces of four', () => {
  const whole = Array.from({ length: 2_000 }, (_, token) => String(1_000 + token)).join('')
  const framed = (signal: StreamSignal) => Buffer.byteLength(`42${JSON.stringify(['signal', signal])}`)
  const costs = [10, 20, 50].map((pace) => {
    passed = []
    streams.settle('v', [entry('a', MESSAGE)])
    const from = { ...BOT, id: `model${pace}` }
    let before = 0
    for (let end = 4; end <= whole.length; end += 4) {
      const text = whole.slice(0, end)
      before += framed({ kind: 'stream', from, key: 'a', text, done: false })
      say(text, { from })
      vi.advanceTimersByTime(pace)
    }
    vi.advanceTimersByTime(STEP)
    expect(shownBy(passed)).toBe(whole)
    const after = passed.reduce((sum, signal) => sum + framed(signal), 0)
    return { 'tokens a second': 1_000 / pace, 'whole texts, bytes': before, 'in pieces': after, packets: passed.length }
  })
  console.table(costs)
  for (const cost of costs) expect(cost['in pieces']).toBeLessThan(cost['whole texts, bytes'] / 15)
})
