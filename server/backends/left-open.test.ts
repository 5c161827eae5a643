import type { Body, Entry, Participant } from '@hutong/core/entry'
import type { PartInput } from '@hutong/core/parts'
import { parts } from '@hutong/core/parts'
import { describe, expect, it } from 'vitest'
import { leftOpen } from './left-open.ts'

const contact: Participant = { kind: 'contact', id: 'c1' }
const bot: Participant = { kind: 'bot', id: 'flow' }
const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

function logOf(...said: (readonly [Participant, Body])[]): Entry[] {
  return said.map(([from, body], at) => ({ conversation: 'v1', seq: at + 1, key: `k${at}`, at, from, body }))
}
const message = (from: Participant, ...all: PartInput[]) =>
  [from, { kind: 'message', parts: parts.parse(all) }] as const
const says = (text: string) => message(bot, { kind: 'text', text })
const asks = (text: string) => message(contact, { kind: 'text', text })
const picks = (id: string) =>
  [contact, { kind: 'message', parts: parts.parse([{ kind: 'text', text: 'x' }]), choice: { of: 1, id } }] as const
const form = message(bot, {
  kind: 'form',
  fields: [
    { name: 'order', label: 'Order number' },
    { name: 'size', label: 'Size' },
  ],
})
const menu = message(bot, {
  kind: 'choices',
  text: 'What is it about?',
  options: ['Orders', 'Returns', 'Something else'].map((label, at) => ({ id: `o${at}`, label })),
})
const given = (holder: Participant['kind'] | 'queue') =>
  [
    { kind: 'system', id: 'relay' },
    { kind: 'handoff', floor: { holder: { kind: holder, id: 'x' }, term: 2 } },
  ] as [Participant, Body]

const openIn = (log: Entry[], from = bot) => {
  const { kind, ...more } = leftOpen(log, { from })
  return 'answered' in more ? `${kind}${more.answered ? ', and something was said since' : ''}` : kind
}

describe('a bot that is given the floor by another one', () => {
  it.each<[string, Entry[]]>([
    ['a question', logOf(asks('opening hours'))],
    ['a question behind a greeting', logOf(says('Hello! How can I help?'), asks('opening hours'), says('One moment.'))],
    ['a question in a menu', logOf(menu, asks('Do you ship to Mars?'))],
    ['words that no option has', logOf(menu, asks('opening hours'))],
    ['a question in a form', logOf(form, asks('how long does delivery take?'))],
    ['words after a form', logOf(form, asks('4711'), asks('XL'), says('Thank you!'), asks('opening hours'))],
    ['an order number that nobody asked for', logOf(says('Hello!'), asks('12345678'))],
    ['what was written to a person', logOf(form, asks('4711'), given('bot'), asks('opening hours'))],
  ])('has to answer %s', (_, log) => {
    expect(openIn(log)).toBe('question')
  })

  it.each<[string, string, Entry[]]>([
    ['a button', 'pick', logOf(menu, picks('o2'))],
    ['the number of an option', 'pick', logOf(menu, asks('3'))],
    ['the place of an option', 'pick', logOf(menu, asks('the last one'))],
    ['the label of an option', 'pick', logOf(menu, asks('something else'))],
    ['a button', 'pick, and something was said since', logOf(menu, picks('o2'), says('Ask me anything.'))],
    ['a form', 'answer', logOf(form, [contact, { kind: 'answer', of: 1, values: { order: '4711' } }])],
    ['what a form asked for', 'answer', logOf(form, asks('123456'))],
    ['what a form asked for next', 'answer', logOf(form, asks('4711'), says('Size\nYou can skip it.'), asks('XL'))],
    ['an option of a field', 'answer', logOf(form, picks('returns:damaged'))],
    ['an order number that was asked for', 'answer', logOf(says('What is the order number?'), asks('AB-1234'))],
    ['a score', 'answer', logOf(says('Bye'), [contact, { kind: 'rating', scale: 'csat', score: 2 }])],
    ['a typed score', 'answer', logOf(message(bot, { kind: 'rating', scale: 'csat' }), asks('very satisfied'))],
  ])('does not take %s for a question', (_, kind, log) => {
    expect(openIn(log)).toBe(kind)
  })

  it('leaves alone what was taken back, and what a person has answered', () => {
    const [question, recall] = logOf(asks('opening hours'), [contact, { kind: 'recall', of: 1 }])
    expect(openIn([question, recall].flatMap((one) => one ?? []))).toBe('nothing')
    expect(openIn(logOf(asks('opening hours'), message(anna, { kind: 'text', text: 'Nine to six.' })))).toBe('nothing')
  })

  it('finds nothing open when people give the floor back', () => {
    expect(openIn(logOf(asks('opening hours')), anna)).toBe('nothing')
    expect(openIn(logOf(asks('opening hours'), given('queue')), { kind: 'system', id: 'relay' })).toBe('nothing')
  })
})
