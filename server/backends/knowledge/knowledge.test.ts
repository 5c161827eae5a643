import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@hutong/core/backend'
import type { ContactBody } from '@hutong/core/entry'
import { afterEach, describe, expect, test } from 'vitest'
import type { KnowledgeOptions } from './knowledge-options.ts'
import { choicesOf, type KnowledgeTalk, openKnowledgeTalk, pickOf, textOf } from './test-knowledge-talk.ts'

let open: KnowledgeTalk[] = []
let conversation = ''
afterEach(async () => {
  for (const relay of open) await relay.close()
  open = []
})

async function talk(options: KnowledgeOptions = {}, before: Backend[] = [], after: Backend[] = []) {
  const opened = await openKnowledgeTalk(options, before, after)
  open.push(opened)
  return {
    ...opened,
    async say(body: ContactBody | string, answers?: number) {
      const said = await opened.say(body, answers)
      conversation = opened.conversation()
      return said
    },
  }
}

describe('what it answers', () => {
  test.each([
    ['the question as it is written', 'How long does a refund take?', 'Within **5 days**.'],
    ['with typing errors', 'how long does a refnud tkae', 'Within **5 days**.'],
    ['with a letter left out', 'shiping cost', 'Nothing from 50 on.'],
    ['in other words of a group of synonyms', 'How much is the postage?', 'Nothing from 50 on.'],
    ['in Chinese', '请问怎么退货呢', '七天内可以退。'],
    ['in traditional characters', '退貨流程', '七天内可以退。'],
    ['by a Chinese synonym', '快递费多少钱', '满99包邮。'],
  ])('a question %s', async (_, question, answer) => {
    const { say } = await talk()
    expect(textOf((await say(question))[0])).toBe(answer)
  })

  test('topic and article of an answer stand on the conversation, written only when they change', async () => {
    const { say, log } = await talk()
    await say('shipping cost', 2)
    await say('How much is delivery?')
    await say('包邮吗', 2)
    const changes = (await log(conversation)).flatMap(({ body }) => (body.kind === 'attributes' ? [body.changes] : []))
    expect(changes).toEqual([
      { topic: 'shipping', article: 'shipping-cost' },
      { topic: '配送', article: 'zh-fee' },
    ])
  })

  test('nothing of an article that is not published', async () => {
    const { say } = await talk()
    const [answer] = await say('What is the plan for next year?')
    expect(textOf(answer)).not.toContain('Not for customers')
  })

  test('articles of a file are there from the first start on, and what was changed since is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-seed-'))
    const seed = join(folder, 'faq.csv')
    await writeFile(seed, 'question,answer\nWhere are you?,In Bremen.\n')
    const { say, backend } = await talk({ seed })
    expect(backend.base?.articles.audit().some(({ by }) => by === 'seed')).toBe(true)
    expect(textOf((await say('where are you'))[0])).toBe('In Bremen.')
    await rm(folder, { recursive: true })
  })
})

describe('between close articles', () => {
  test('it asks which was meant, and the pick is answered', async () => {
    const { say } = await talk({ lead: 0.4 })
    const [asks] = await say('refund')
    expect(choicesOf(asks).toSorted()).toEqual(['none:', 'refund-start', 'refund-time'])
    expect(textOf((await say(pickOf(asks, 'refund-time')))[0])).toBe('Within **5 days**.')
  })

  test('an article that was retired since it was offered is not said', async () => {
    const { say, backend } = await talk({ lead: 0.4 })
    const [asks] = await say('refund')
    backend.base?.articles.remove('refund-time', { by: 'test' })
    expect(textOf((await say(pickOf(asks, 'refund-time')))[0])).not.toContain('5 days')
  })

  test('"none of these" goes on to people, with what was asked and what came closest', async () => {
    const { say, log } = await talk({ lead: 0.4 })
    const [asks] = await say('refund')
    await say(pickOf(asks, 'none:'), 2)
    const handoff = (await log(conversation)).map(({ body }) => body).find(({ kind }) => kind === 'handoff')
    expect(handoff).toMatchObject({ floor: { holder: { kind: 'queue' } } })
    expect(handoff?.kind === 'handoff' && handoff.summary).toMatch(
      /^Not answered: refund – Closest articles: .*refund.*\(\d\.\d\d\)(?:.|\n)*\n› refund/,
    )
  })
})

describe('what it does not know', () => {
  test('goes on at once and without a word, for another may know it', async () => {
    const asked: string[] = []
    const next: Backend = {
      name: 'next',
      handle: async ({ entry: { body } }) => {
        if (body.kind !== 'handoff') return undefined
        asked.push(body.summary ?? '')
        return { kind: 'reply', parts: [{ kind: 'text', text: 'I do.' }] }
      },
    }
    const { say } = await talk({}, [], [next])
    const [handoff, answer] = await say('Do you like jazz music?', 2)
    expect(handoff?.body).toMatchObject({ kind: 'handoff', floor: { holder: { kind: 'bot', id: 'next' } } })
    expect(textOf(answer)).toBe('I do.')
    expect(asked).toEqual([expect.stringContaining('Not answered: Do you like jazz music?')])
  })

  test.each(['Thanks!', 'ok, thank you very much', '好的，谢谢你'])('is no "%s" behind an answer', async (thanks) => {
    const { say } = await talk()
    await say('shipping cost', 2)
    expect((await say(thanks)).map(textOf)).toEqual([expect.stringMatching(/welcome|不客气/)])
    expect((await say('How much is delivery?')).map(textOf)).toEqual(['Nothing from 50 on.'])
  })

  test('and comes close to an article is asked about first', async () => {
    const { say } = await talk({ lead: 0.4 })
    expect(choicesOf((await say('refund'))[0]).toSorted()).toEqual(['none:', 'refund-start', 'refund-time'])
    expect((await say('jazz music', 2)).map(({ body }) => body.kind)).toEqual(['message', 'handoff'])
  })

  test('is passed on after so many questions in a row, with a summary', async () => {
    const { say, log } = await talk({ patience: 2 })
    expect(choicesOf((await say('Do you like jazz music?'))[0])).toEqual(['none:'])
    await say('And what about opera singers?', 2)
    const handoff = (await log(conversation)).map(({ body }) => body).find(({ kind }) => kind === 'handoff')
    expect(handoff?.kind === 'handoff' && handoff.summary).toContain('Not answered: Do you like jazz music?')
    expect(handoff?.kind === 'handoff' && handoff.summary).toContain('Not answered: And what about opera singers?')
  })

  test('is counted anew after an answer', async () => {
    const { say } = await talk({ patience: 2 })
    await say('Do you like jazz music?')
    await say('shipping cost', 2)
    expect(choicesOf((await say('And what about opera singers?'))[0])).toEqual(['none:'])
  })

  test('of a bot before it is answered here, without asking the customer again', async () => {
    const first: Backend = { name: 'first', handle: async () => ({ kind: 'handoff', to: { kind: 'next' } }) }
    const { say } = await talk({}, [first])
    expect((await say('shipping cost', 2)).map(textOf)).toContain('Nothing from 50 on.')
  })
})

describe('forms', () => {
  test('are asked before the answer, which says what was given', async () => {
    const { say } = await talk()
    const [form] = await say('I want a refund')
    expect(textOf(form)).toBe('[2 fields]')
    const [answer] = await say({ kind: 'answer', of: form?.seq ?? 0, values: { order: '12', mail: 'a@b.example' } })
    expect(textOf(answer)).toBe('We look into order 12 and write to a@b.example.')
  })

  test('are filled in by typing, one field after the other, what does not fit is asked again', async () => {
    const { say } = await talk()
    await say('I want a refund')
    expect(textOf((await say('the blue one'))[0])).toMatch(/number.*\nOrder number/is)
    expect(textOf((await say('12'))[0])).toContain('E-mail')
    expect(textOf((await say('nobody'))[0])).toMatch(/e-mail address/i)
    expect(textOf((await say('a@b.example'))[0])).toBe('We look into order 12 and write to a@b.example.')
  })

  test('offer the options of a field, and take a pick, a label or a number', async () => {
    const { say, backend } = await talk()
    const options = [
      { id: 's', label: 'Small' },
      { id: 'l', label: 'Large' },
    ]
    const fields = [
      { name: 'size', label: 'Size', type: 'select' as const, options, required: true },
      { name: 'spare', label: 'Spare size', type: 'select' as const, options, required: true },
      { name: 'gift', label: 'A gift?', type: 'checkbox' as const, required: true },
    ]
    const article = { id: 'socks', question: 'Order socks', answer: '{{size}}, {{spare}}, {{gift}}', form: { fields } }
    backend.base?.articles.put({ ...article, state: 'published' }, { by: 'test' })
    await say('order socks')
    const [asks] = await say('purple')
    expect(choicesOf(asks)).toEqual(['s', 'l'])
    await say(pickOf(asks, 'l'))
    expect(choicesOf((await say('small'))[0])).toEqual(['yes', 'no'])
    expect(textOf((await say('yes'))[0])).toBe('Large, Small, Yes')
  })

  test('are over when people had the floor meanwhile', async () => {
    const { say, relay, until } = await talk({ patience: 2 })
    await say('I want a refund')
    const ann = { kind: 'agent' as const, id: 'ann' }
    const act = (key: string, holder: { kind: 'agent' | 'bot'; id: string }) =>
      relay.act(ann, conversation, { key, actions: [{ kind: 'handoff', to: holder }] })
    await act('take', { kind: 'agent', id: 'ann' })
    await relay.act(ann, conversation, {
      key: 'hi',
      actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Done.' }] }],
    })
    await act('back', { kind: 'bot', id: 'knowledge' })
    await until(conversation, (all) => all.filter(({ body }) => body.kind === 'handoff').length >= 2)
    expect(choicesOf((await say('12'))[0])).toEqual(['none:'])
  })

  test('are left with a word, in both languages', async () => {
    for (const word of ['Cancel!', '取消']) {
      const { say } = await talk()
      await say('I want a refund')
      expect(textOf((await say(word))[0])).toMatch(/leave that|已取消/)
      expect(textOf((await say('shipping cost'))[0])).toBe('Nothing from 50 on.')
    }
  })

  test('wait while another question is answered', async () => {
    const { say } = await talk()
    await say('I want a refund')
    const said = (await say('What are the shipping costs?', 3)).map(textOf)
    expect(said[0]).toBe('Nothing from 50 on.')
    expect(said[2]).toContain('Order number')
    expect(textOf((await say('12'))[0])).toContain('E-mail')
  })

  test('go along to people where the article is for people', async () => {
    const { say, log } = await talk()
    const [form] = await say('The item is damaged')
    await say({ kind: 'answer', of: form?.seq ?? 0, values: { what: 'The handle' } }, 3)
    const handoff = (await log(conversation)).map(({ body }) => body).find(({ kind }) => kind === 'handoff')
    expect(handoff?.kind === 'handoff' && handoff.summary).toMatch(
      /^About: My parcel arrived broken\nWhat is broken\?: The handle\n/,
    )
  })

  test('bring values as text, never as Markdown', async () => {
    const { say, backend } = await talk()
    const fields = [{ name: 'name', label: 'Name' }]
    const article = { id: 'hi', question: 'Introduce yourself', answer: '**Hi** {{name}}', form: { fields } }
    backend.base?.articles.put({ ...article, state: 'published' }, { by: 'test' })
    await say('Introduce yourself')
    const [answer] = await say('[x](https://evil.example)')
    expect(answer?.body).toMatchObject({ parts: [{ format: 'plain', text: 'Hi [x](https://evil.example)' }] })
  })
})

describe('after a crash', () => {
  test('an event that is repeated asks for the same actions', async () => {
    const { backend, store, say, log } = await talk({ patience: 2 })
    await say('Do you like jazz music?')
    const entries = await log(conversation)
    const [entry] = entries
    if (entry === undefined) throw new Error('nothing was written')
    const floor = { holder: { kind: 'bot' as const, id: 'knowledge' }, term: 1 }
    const event = { id: `${conversation}:9`, position: 9, site: 'shop', conversation, contact: 'c', entry, floor }
    let memory: unknown = await store.get('memory:knowledge', conversation)
    const tools = {
      signal: AbortSignal.timeout(5_000),
      history: async () => entries.slice(0, 1),
      conversation: () => Promise.reject(new Error('not asked for')),
      contact: () => Promise.reject(new Error('not asked for')),
      memory: {
        get: async () => memory,
        put: async (value: unknown) => {
          memory = value
        },
      },
    }
    const first = await backend.handle(event, tools)
    expect(first).toMatchObject([{ kind: 'reply' }, { kind: 'handoff' }])
    expect(await backend.handle(event, tools)).toEqual(first)
  })
})
