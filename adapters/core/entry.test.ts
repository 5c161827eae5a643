import { describe, expect, test } from 'vitest'
import { type Body, type BodyInput, body, CONTACT_KINDS, type Entry, entry, key, visibleToContact } from './entry.ts'

const line = (content: Body): Entry => ({
  conversation: 'v_1',
  seq: 7,
  key: 'k7',
  at: 1_700_000_000_000,
  from: { kind: 'agent', id: 'a_1', name: 'Anna' },
  body: content,
})

const bodies: BodyInput[] = [
  { kind: 'message', parts: [{ kind: 'text', text: 'hi' }], replyTo: 3, choice: { of: 2, id: 'yes' } },
  { kind: 'edit', of: 3, parts: [{ kind: 'text', text: 'hi!' }] },
  { kind: 'recall', of: 3 },
  { kind: 'reaction', of: 3, emoji: '👍', on: true },
  { kind: 'note', text: 'difficult customer' },
  { kind: 'assigned', agent: { kind: 'agent', id: 'a_1' } },
  {
    kind: 'handoff',
    floor: { holder: { kind: 'queue' }, term: 2 },
    reason: 'asked for a person',
    summary: 'wants money back',
  },
  { kind: 'status', status: 'closed', reason: 'solved' },
  { kind: 'rating', of: 3, scale: 'csat', score: 5 },
  { kind: 'answer', of: 3, values: { order: '123' } },
  { kind: 'contact', changes: { email: 'lin@shop.example' } },
  { kind: 'attributes', changes: { topic: 'refund' } },
  { kind: 'delivery', of: 3, channel: 'mail', state: 'failed', reason: 'lin@shop.example is unknown', next: 'sms' },
  { kind: 'hidden' },
]

describe('the log as its contact sees it', () => {
  test.each(bodies.map((one) => [one.kind, body.parse(one)] as const))(
    '%s survives the way through JSON',
    (_, content) => {
      const one = line(content)
      expect(entry.parse(JSON.parse(JSON.stringify(one)))).toEqual(one)
    },
  )

  const secret = ['difficult customer', 'lin@shop.example', 'refund', 'wants money back', 'asked for a person']
  test.each(bodies.map((one) => [one.kind, body.parse(one)] as const))(
    '%s tells the contact nothing internal',
    (_, content) => {
      const shown = JSON.stringify(visibleToContact(line(content)))
      for (const words of secret) expect(shown).not.toContain(words)
    },
  )

  test('what is hidden keeps its place, and neither its author nor its key', () => {
    const shown = visibleToContact(line({ kind: 'note', text: 'x' }))
    expect(shown).toMatchObject({
      seq: 7,
      key: 'hidden:7',
      from: { kind: 'system', id: 'system' },
      body: { kind: 'hidden' },
    })
  })

  test('what a contact said is shown as it is', () => {
    const said = line({ kind: 'message', parts: [{ kind: 'text', text: 'hi', format: 'plain' }] })
    expect(visibleToContact(said)).toBe(said)
  })
})

describe('what may be written', () => {
  test('a contact cannot write notes, hand-offs, assignments or records', () => {
    const inner = ['note', 'handoff', 'assigned', 'status', 'contact', 'attributes', 'hidden']
    expect(CONTACT_KINDS.filter((kind) => inner.includes(kind))).toEqual([])
  })

  test.each(['', ' ', 'a b', 'ключ', 'x'.repeat(201), 'a\nb'])('%j is no key', (value) => {
    expect(key.safeParse(value).success).toBe(false)
  })

  test.each(['k_abc', 'v_1:7', 'a@b/c+d==', 'x'.repeat(200)])('%j is a key', (value) => {
    expect(key.safeParse(value).success).toBe(true)
  })
})
