import type { Body, Entry, Participant } from '@hutong/core/entry'
import { expect, test } from 'vitest'
import type { Item, MessageItem } from './chat.ts'
import { type Foldable, fold } from './fold.ts'
import type { Outgoing } from './outbox.ts'

const me: Participant = { kind: 'contact', id: 'c_1' }
const ada: Participant = { kind: 'agent', id: 'a_1', name: 'Ada' }
const words = (text: string) => [{ kind: 'text' as const, text, format: 'plain' as const }]
const message = (text: string): Body => ({ kind: 'message', parts: words(text) })

/** A log of what each in turn did. */
function logOf(...turns: [from: Participant, body: Body][]): Entry[] {
  return turns.map(([from, body], index) => ({
    conversation: 'v_1',
    seq: index + 1,
    key: `k${index + 1}`,
    at: index,
    from,
    body,
  }))
}

function rows(all: Partial<Foldable>, previous?: Map<string, Item>) {
  const none = { entries: [], outgoing: [], uploads: [], delivered: 0, read: 0, online: true, me }
  return fold({ ...none, ...all }, previous)
}

function first(all: Partial<Foldable>): MessageItem {
  const [row] = rows(all)
  if (row?.kind !== 'message') throw new Error('the first row is no message')
  return row
}

const waiting = (key: string, body: Outgoing['body'], more: Partial<Outgoing> = {}): Outgoing => ({
  key,
  body,
  at: 9,
  ...more,
})

test('an edited message shows its last text and says that it was edited', () => {
  const entries = logOf([ada, message('teh')], [ada, { kind: 'edit', of: 1, parts: words('tea') }])
  expect(first({ entries })).toMatchObject({ parts: words('tea'), edited: true })
})

test('a message taken back shows nothing, whatever comes after', () => {
  const entries = logOf(
    [ada, message('oops')],
    [ada, { kind: 'recall', of: 1 }],
    [ada, { kind: 'edit', of: 1, parts: words('x') }],
  )
  expect(first({ entries })).toMatchObject({ parts: [], recalled: true })
})

test('reactions are counted by person and may be taken back', () => {
  const react = (on: boolean): Body => ({ kind: 'reaction', of: 1, emoji: '👍', on })
  const entries = logOf([ada, message('done')], [me, react(true)], [me, react(true)], [ada, react(true)])
  expect(first({ entries }).reactions).toEqual([{ emoji: '👍', count: 2, mine: true }])
  const back = [...entries, ...logOf([me, react(false)])]
  expect(first({ entries: back }).reactions).toEqual([{ emoji: '👍', count: 1, mine: false }])
})

test('what the contact picked, filled in and rated stands with the message that asked', () => {
  const entries = logOf(
    [ada, message('Which?')],
    [me, { kind: 'message', parts: words('Green'), choice: { of: 1, id: 'green' } }],
    [me, { kind: 'answer', of: 1, values: { name: 'Bo' } }],
    [me, { kind: 'rating', of: 1, scale: 'csat', score: 5 }],
  )
  expect(first({ entries })).toMatchObject({ chosen: 'green', answered: { name: 'Bo' }, rated: 5 })
})

test('own messages say how far the other side has come', () => {
  const entries = logOf([me, message('1')], [me, message('2')], [me, message('3')])
  const states = rows({ entries, read: 1, delivered: 2 }).map((row) => row.kind === 'message' && row.state)
  expect(states).toEqual(['read', 'delivered', 'sent'])
})

test('what waits stands at the end, once, also when its entry is already here', () => {
  const entries = logOf([me, message('here')])
  const outgoing = [
    waiting('k1', { kind: 'message', parts: words('here') }),
    waiting('k9', { kind: 'message', parts: words('coming') }),
  ]
  expect(rows({ entries, outgoing }).map((row) => [row.key, row.kind === 'message' && row.state])).toEqual([
    ['k1', 'sent'],
    ['k9', 'sending'],
  ])
  expect(rows({ outgoing, online: false }).map((row) => row.kind === 'message' && row.state)).toEqual([
    'queued',
    'queued',
  ])
})

test('an edit that waits shows at once, and a refused one leaves the message as it was, with the reason', () => {
  const entries = logOf([me, message('teh')])
  const edit = { kind: 'edit' as const, of: 1, parts: words('tea') }
  expect(first({ entries, outgoing: [waiting('k9', edit)] }).parts).toEqual(words('tea'))
  const error = { code: 'forbidden' as const, message: 'too late', retryable: false }
  expect(first({ entries, outgoing: [waiting('k9', edit, { error })] })).toMatchObject({ parts: words('teh'), error })
})

test('who took over and how it ended are lines of their own, notes and hidden entries are none', () => {
  const entries = logOf(
    [ada, { kind: 'handoff', floor: { holder: { kind: 'agent', id: 'a_1' }, term: 1 } }],
    [ada, { kind: 'hidden' }],
    [ada, { kind: 'status', status: 'closed' }],
  )
  expect(rows({ entries }).map((row) => row.kind === 'system' && row.body.kind)).toEqual(['handoff', 'status'])
})

test('a row that did not change is the same object, so that it is not drawn again', () => {
  const entries = logOf([me, message('1')], [ada, message('2')])
  const before = rows({ entries })
  const after = rows({ entries, read: 1 }, new Map(before.map((row) => [row.key, row])))
  expect(after[0]).not.toBe(before[0])
  expect(after[1]).toBe(before[1])
})
