import type { Body, Entry } from '@hutong/core/entry'
import type { SignalOf } from '@hutong/core/signal'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createHints } from './hints.ts'

const BOT = { kind: 'bot' as const, id: 'model' }
const piece = (text: string, at?: number): SignalOf<'stream'> => ({
  kind: 'stream',
  from: BOT,
  key: 'a',
  ...(at !== undefined && { at }),
  text,
  done: false,
})
const entryOf = (key: string, body: Body): Entry => ({ conversation: 'v', seq: 1, key, at: 0, from: BOT, body })

let hints: ReturnType<typeof createHints>
const shown = () => hints.shown.streaming.value.map(({ text }) => text)

beforeEach(() => {
  vi.useFakeTimers()
  hints = createHints()
})
afterEach(() => vi.useRealTimers())

it('agents see an answer grow by its pieces, and right again after a piece was lost', () => {
  hints.hear(piece('茶'))
  hints.hear(piece(' is', 1))
  hints.hear(piece(' green', 9))
  expect(shown()).toEqual(['茶 is'])
  hints.hear(piece('茶 is very green'))
  expect(shown()).toEqual(['茶 is very green'])
})

it('what is being written goes when its entry comes, when the floor moves, or when nothing more is heard of it', () => {
  hints.hear(piece('It'))
  hints.settle(entryOf('a', { kind: 'message', parts: [{ kind: 'text', text: 'It is', format: 'plain' }] }))
  expect(shown()).toEqual([])
  hints.hear(piece('It'))
  hints.settle(entryOf('h', { kind: 'handoff', floor: { holder: BOT, term: 2 } }))
  expect(shown()).toEqual([])
  hints.hear(piece('It'))
  vi.advanceTimersByTime(19_000)
  hints.hear(piece(' is', 2))
  vi.advanceTimersByTime(19_000)
  expect(shown()).toEqual(['It is'])
  vi.advanceTimersByTime(1_000)
  expect(shown()).toEqual([])
})

it('a bot that lost the floor writes no more, a person does', () => {
  const anna = { kind: 'agent' as const, id: 'anna' }
  for (const from of [BOT, anna]) hints.hear({ kind: 'typing', from, on: true })
  hints.settle({ ...entryOf('h', { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 } }), from: anna })
  expect(hints.shown.typing.value.map(({ from }) => from.id)).toEqual(['anna'])
})

it('an answer grows on while somebody else uses its key', () => {
  hints.hear(piece('It'))
  hints.settle({ ...entryOf('a', { kind: 'note', text: 'archived' }), from: { kind: 'bot', id: 'archive' } })
  hints.hear(piece(' is', 2))
  expect(shown()).toEqual(['It is'])
})
