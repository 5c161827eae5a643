import type { Backend } from '@hutong/core/backend'
import type { ContactBody } from '@hutong/core/entry'
import { afterEach, describe, expect, test } from 'vitest'
import { createFlowBackend } from '../flow/flow.ts'
import { type KnowledgeTalk, openKnowledgeTalk, textOf } from './test-knowledge-talk.ts'

const flow = createFlowBackend('flow', {
  rules: [
    { any: ['menu'], next: 'main' },
    { any: ['return'], next: 'form' },
  ],
  steps: {
    main: {
      kind: 'menu',
      text: 'What is it about?',
      options: [
        { id: 'order', label: 'My order', next: 'form' },
        { id: 'shipping', label: 'Shipping', next: 'on' },
      ],
    },
    on: { kind: 'handoff' },
    form: { kind: 'form', fields: [{ name: 'order', label: 'Order', pattern: '{digits:6}' }], next: 'thanks' },
    thanks: { kind: 'say', text: 'Thank you.', next: 'on' },
  },
})

let open: KnowledgeTalk | undefined
afterEach(async () => {
  await open?.close()
  open = undefined
})

/** What the bots said, and what people were told, once a visitor has written all of it to a bot with `knowledge` behind it. */
async function chain(first: Backend, ...said: (string | ContactBody)[]) {
  const talk = await openKnowledgeTalk({}, [first])
  open = talk
  let count = 1
  for (const one of said) await talk.say(one, count === said.length ? 2 : count++ && 1)
  const settled = await talk.until(talk.conversation(), (log) => {
    const at = log.findLastIndex(({ body }) => body.kind === 'handoff')
    const body = log[at]?.body
    const isQueue = body?.kind === 'handoff' && body.floor.holder.kind === 'queue'
    return at !== -1 && (isQueue || log.slice(at + 1).some(({ from }) => from.id === 'knowledge'))
  })
  const last = settled.findLast(({ body }) => body.kind === 'handoff')?.body
  return {
    said: settled.filter(({ from }) => from.id === 'knowledge').map(textOf),
    summary: last?.kind === 'handoff' ? (last.summary ?? '') : '',
    queued: last?.kind === 'handoff' && last.floor.holder.kind === 'queue',
  }
}

describe('behind another bot', () => {
  test.each<[string, string | ContactBody]>([
    [
      'pressed',
      {
        kind: 'message',
        parts: [{ kind: 'text', text: 'Shipping', format: 'plain' }],
        choice: { of: 2, id: 'main:shipping' },
      },
    ],
    ['typed as its number', '2'],
    ['typed as its place', 'the second one'],
  ])('an option %s there is no question: what is wanted is asked for', async (_, pick) => {
    expect((await chain(flow, 'menu', pick)).said).toEqual(['What would you like to know?'])
  })

  test('what a form there asked for is no question either, and goes along to people', async () => {
    const { said, summary, queued } = await chain(flow, 'return', '123456')
    expect(said).toEqual([''])
    expect(queued).toBe(true)
    expect(summary).toContain('Order: 123456')
    expect(summary).not.toContain('Not answered')
  })

  test('a question there is answered here', async () => {
    expect((await chain(flow, 'What are the shipping costs?')).said).toContain('Nothing from 50 on.')
  })

  test('what the other one found out goes along, once, and what was said last is told once', async () => {
    const first: Backend = {
      name: 'first',
      handle: async () => ({
        kind: 'handoff',
        to: { kind: 'next' },
        summary: 'Order: 4711\nSize: XL\n› an old turn\n  of two lines\n‹ and its answer',
      }),
    }
    const { summary } = await chain(first, 'Do you like jazz music?')
    const lines = summary.split('\n')
    expect(lines.toSorted()).toEqual([
      expect.stringMatching(/^Not answered: Do you like jazz music\?/),
      'Order: 4711',
      'Size: XL',
      '› Do you like jazz music?',
    ])
  })
})

describe('a greeting alone', () => {
  test.each([
    ['hello', 'Hello! What would you like to know?'],
    ['Hi there, can you help me?', 'Hello! What would you like to know?'],
    ['你好，在吗', '您好！请问您想了解什么？'],
    ['您好，我想咨询一下', '您好！请问您想了解什么？'],
  ])('is answered by asking what is wanted: "%s"', async (greeting, answer) => {
    open = await openKnowledgeTalk()
    expect((await open.say(greeting)).map(textOf)).toEqual([answer])
    expect((await open.say('shipping cost')).map(textOf)).toContain('Nothing from 50 on.')
  })

  test('is answered once', async () => {
    open = await openKnowledgeTalk()
    await open.say('hello')
    expect((await open.say('hello')).map(({ body }) => body.kind)).toEqual(['handoff'])
  })

  test('is answered by an article where there is one', async () => {
    open = await openKnowledgeTalk()
    open.backend.base?.articles.put(
      { question: 'Hello', id: 'hello', answer: 'Ask me.', state: 'published' },
      { by: 't' },
    )
    expect((await open.say('hello')).map(textOf)).toContain('Ask me.')
  })
})
