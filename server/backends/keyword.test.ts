import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionInput, Event, Tools } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { describe, expect, it } from 'vitest'
import { backendMistakes } from '../configured-backends.ts'
import { createKeywordBackend, type KeywordOptions } from './keyword.ts'

const shop: KeywordOptions = {
  answers: [
    { any: ['ship', 'shipping'], parts: [{ kind: 'text', text: 'Two days.' }] },
    { any: ['退货'], parts: [{ kind: 'text', text: '三十天内。' }] },
  ],
}

/** One contact's conversation with the backend: its memory and log last from question to question. */
function createTalk(options: KeywordOptions = shop) {
  const backend = createKeywordBackend('keyword', options)
  let memory: unknown
  const log: Entry[] = []
  return async function ask(text: string): Promise<ActionInput[]> {
    const entry: Entry = {
      conversation: 'v1',
      seq: log.length + 1,
      key: `k${log.length}`,
      at: 0,
      from: { kind: 'contact', id: 'c1' },
      body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
    }
    const floor = { holder: { kind: 'bot' as const, id: 'keyword' }, term: 1 }
    const event: Event = {
      id: `v1:${entry.seq}`,
      position: 1,
      site: 's',
      conversation: 'v1',
      contact: 'c1',
      entry,
      floor,
    }
    const tools: Tools = {
      signal: new AbortController().signal,
      history: async () => [...log],
      conversation: () => Promise.reject(new Error('the keyword backend asks for no conversation')),
      contact: () => Promise.reject(new Error('the keyword backend asks for no contact')),
      memory: {
        get: async () => memory,
        put: async (value) => {
          memory = value
        },
      },
    }
    const answer = backend.handle(event, tools)
    const actions: ActionInput[] = []
    if (Symbol.asyncIterator in answer) for await (const action of answer) actions.push(action)
    log.push(entry)
    return actions
  }
}

describe('the keyword backend', () => {
  it('answers a question that holds one of its words', async () => {
    expect(await createTalk()('How long is SHIPPING?')).toEqual([
      { kind: 'reply', parts: [{ kind: 'text', text: 'Two days.', format: 'plain' }] },
    ])
  })

  it('finds Chinese words inside a sentence', async () => {
    expect(await createTalk()('我想退货可以吗')).toMatchObject([{ kind: 'reply', parts: [{ text: '三十天内。' }] }])
  })

  it('does not mistake a part of a word for the word', async () => {
    const actions = await createTalk()('Tell me about friendships')
    expect(actions).toMatchObject([{ parts: [{ kind: 'choices' }] }])
  })

  it('offers a person when it does not know, and hands over when it does not know again', async () => {
    const ask = createTalk()
    expect(await ask('Do you sell bicycles?')).toMatchObject([
      { parts: [{ kind: 'choices', options: [{ id: 'people' }] }] },
    ])
    expect(await ask('And boats?')).toMatchObject([
      {
        kind: 'handoff',
        to: { kind: 'next' },
        reason: 'no answer to 2 questions in a row',
        summary: '› Do you sell bicycles?\n› And boats?',
      },
    ])
  })

  it('counts only questions in a row', async () => {
    const ask = createTalk()
    await ask('Do you sell bicycles?')
    await ask('shipping?')
    expect(await ask('And boats?')).toMatchObject([{ parts: [{ kind: 'choices' }] }])
  })
})

describe('the example of the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/backend-keyword.md'), 'utf8')
  const config = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')

  it('has no mistake', () => {
    expect(backendMistakes(config, [])).toEqual([])
  })

  it.each([
    ['What are your OPENING hours?', 'text'],
    ['营业 时间？', 'text'],
    ['was it refunded', 'card'],
    ['refnd', 'card'],
    ['怎么退貨', 'card'],
    ['Do you sell bicycles?', 'choices'],
  ])('answers "%s" with a %s', async (text, kind) => {
    expect(await createTalk(config.backends.keyword)(text)).toMatchObject([{ kind: 'reply', parts: [{ kind }] }])
  })
})
