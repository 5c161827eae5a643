import type { Body, Entry, Participant } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import type { Pending } from './outbox.ts'
import { deliveryOf, type MessageRow, rowsOf } from './rows.ts'

const ME: Participant = { kind: 'agent', id: 'a_1', name: 'Ana' }
const ZOE: Participant = { kind: 'contact', id: 'c_1' }
const NOON = new Date(2026, 0, 5, 12).getTime()

function log(...all: readonly { from?: Participant; body: Body; at?: number }[]): Entry[] {
  return all.map(({ from = ZOE, body, at = NOON }, index) => ({
    conversation: 'v_1',
    seq: index + 1,
    key: `k${index + 1}`,
    at,
    from,
    body,
  }))
}

const says = (text: string): Body => ({ kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] })
const messages = (entries: Entry[], pending: Pending[] = []) =>
  rowsOf(entries, pending, ME).filter((row): row is MessageRow => row.kind === 'message')
const texts = (rows: readonly MessageRow[]) =>
  rows.map(({ parts: [one] }) => (one?.kind === 'text' ? one.text : one?.kind))

function pending(key: string, text: string): Pending {
  return {
    conversation: 'v_1',
    key,
    at: NOON,
    state: 'sending',
    draft: { kind: 'reply', parts: [{ kind: 'text', text, format: 'plain' }] },
  }
}

describe('a log as rows', () => {
  it('shows an edited message in its place with its new words', () => {
    const rows = messages(
      log(
        { body: says('helo') },
        { body: says('second') },
        {
          body: { kind: 'edit', of: 1, parts: [{ kind: 'text', text: 'hello', format: 'plain' }] },
        },
      ),
    )
    expect(texts(rows)).toEqual(['hello', 'second'])
    expect(rows.map((row) => row.edited)).toEqual([true, false])
  })

  it('says of a message that it was taken back', () => {
    const [row] = messages(log({ body: says('oops') }, { body: { kind: 'recall', of: 1 } }))
    expect(row?.recalled).toBe(true)
  })

  it('counts a reaction once per person and drops it when it is taken off', () => {
    const react = (from: Participant, on: boolean) => ({
      from,
      body: { kind: 'reaction', of: 1, emoji: '👍', on } as const,
    })
    const [liked] = messages(log({ body: says('hi') }, react(ZOE, true), react(ZOE, true), react(ME, true)))
    expect(liked?.reactions).toEqual([{ emoji: '👍', count: 2 }])
    const [alone] = messages(log({ body: says('hi') }, react(ME, true), react(ME, false)))
    expect(alone?.reactions).toEqual([])
  })

  it('joins the answers to a form, the pick of a choice and a rating to the message that asked', () => {
    const asked: Body = { kind: 'message', parts: [{ kind: 'rating', scale: 'csat' }] }
    const [row] = messages(
      log(
        { from: ME, body: asked },
        { body: { kind: 'rating', of: 1, scale: 'csat', score: 4 } },
        { body: { kind: 'answer', of: 1, values: { order: '4711' } } },
        {
          body: {
            kind: 'message',
            parts: [{ kind: 'text', text: 'Bold', format: 'plain' }],
            choice: { of: 1, id: 'b' },
          },
        },
      ),
    )
    expect(row).toMatchObject({ rating: { score: 4 }, answer: { order: '4711' }, chosen: 'b' })
  })

  it('groups what one person says in a row, and begins anew after a pause or another speaker', () => {
    const later = NOON + 10 * 60_000
    const rows = messages(
      log(
        { body: says('a') },
        { body: says('b') },
        { from: ME, body: says('c') },
        { body: says('d') },
        { body: says('e'), at: later },
      ),
    )
    expect(rows.map((row) => [row.first, row.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ])
  })

  it('marks each new day once', () => {
    const rows = rowsOf(
      log({ body: says('a') }, { body: says('b') }, { body: says('c'), at: NOON + 86_400_000 }),
      [],
      ME,
    )
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'message', 'day', 'message'])
  })

  it('never shows a message twice, on its way and arrived', () => {
    const entries = log({ from: ME, body: says('sent') })
    const rows = messages(entries, [pending('k1', 'sent'), pending('k9', 'under way')])
    expect(texts(rows)).toEqual(['sent', 'under way'])
    expect(rows.map((row) => row.pending?.state)).toEqual([undefined, 'sending'])
  })

  it('tells sent, delivered and read apart', () => {
    const rows = messages(
      log({ from: ME, body: says('a') }, { from: ME, body: says('b') }, { from: ME, body: says('c') }),
    )
    expect(rows.map((row) => deliveryOf(row, { delivered: 2, read: 1 }))).toEqual(['read', 'delivered', 'sent'])
  })
})
