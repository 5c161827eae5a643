import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend } from '@hutong/core/backend'
import type { ContactBody, Entry, Participant } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import type { FlowOptions } from './flow-options.ts'
import { brief, openTalk, plainChannel, type Talk } from './test-flow-talk.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

const page = readFileSync(join(import.meta.dirname, '../../../docs/backend-flow.md'), 'utf8')
const example: FlowOptions = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '').backends.flow
/** The documentation's flow at any hour. */
const shop: FlowOptions = {
  ...example,
  welcome: { text: { en: 'Hello {{contact.name|there}}!', zh: '您好！' }, next: 'main' },
}

let talk: Talk | undefined
afterEach(async () => {
  await talk?.close()
  talk = undefined
})
async function open(...options: Parameters<typeof openTalk>): Promise<Talk> {
  talk = await openTalk(...options)
  return talk
}

const words = (text: string): Extract<ContactBody, { kind: 'message' }> => ({
  kind: 'message',
  parts: [{ kind: 'text', text, format: 'plain' }],
})
const pick = (of: number, id: string): ContactBody => ({ ...words('x'), choice: { of, id } })
const briefs = (entries: Entry[]) => entries.map(brief)
const MAIN = 'What is it about? [My order | Return something | Something else]'

describe('the flow of the documentation', () => {
  it('greets once and offers its menu, in the language the visitor writes', async () => {
    const { say } = await open(shop)
    expect(briefs(await say('hello'))).toEqual(['Hello there!', MAIN])
    expect(briefs(await say('menu'))).toEqual([MAIN])
    expect(briefs(await say('菜单'))).toEqual(['请问是什么问题？ [我的订单 | 退货 | 其他]'])
  })

  it('follows a button of the menu, also of one that was shown before', async () => {
    const { say } = await open(shop)
    const shown = (await say('hello')).at(-1)?.seq ?? 0
    expect(briefs(await say(pick(shown, 'main:order')))).toEqual(['What is the order number?'])
    expect(briefs(await say(pick(shown, 'main:returns')))).toEqual(['form order,mail,why'])
  })

  it('follows a number, a label and a word that are typed', async () => {
    const { say } = await open(shop)
    await say('hello')
    expect(briefs(await say('2'))).toEqual(['form order,mail,why'])
    expect(briefs(await say('cancel'))).toEqual([MAIN])
    expect(briefs(await say('where is my parcel?'))).toEqual(['What is the order number?'])
    await say('menu')
    expect(briefs(await say('其他'))).toEqual(['请描述一下问题。'])
  })

  it('understands numbers where the channel shows the menu as text', async () => {
    const sent: string[] = []
    const { say } = await open(shop, { adapters: [plainChannel(sent)] })
    const [, menu] = await say('hello')
    await expect.poll(() => sent.join('\n')).toContain('2. Return something')
    expect(menu && brief(menu)).toBe(MAIN)
    expect(briefs(await say('２'))).toEqual(['form order,mail,why'])
    await expect.poll(() => sent.join('\n')).toContain('• Order number *')
  })

  it('finds an order number in a sentence, asks whether it helped, and closes', async () => {
    const { say, store, conversation } = await open(shop)
    const answers = await say('where is 12345678 ?')
    expect(briefs(answers)).toEqual(['Hello there!', 'card', 'rating solved'])
    expect(answers[1]?.body).toMatchObject({
      parts: [{ title: 'Order 12345678', url: 'https://shop.example/orders?number=12345678' }],
    })
    const of = answers[2]?.seq ?? 0
    expect(briefs(await say({ kind: 'rating', of, scale: 'solved', score: 1 }))).toEqual([
      'Goodbye!',
      'closed',
      'handoff to none',
    ])
    expect((await store.conversation(conversation()))?.status).toBe('closed')
    expect(briefs(await say('hello'))).toEqual(['Hello there!', MAIN])
  })

  it('hands over with what it collected when it did not help', async () => {
    const { say } = await open(shop)
    await say('12345678')
    const answers = await say('0')
    expect(briefs(answers)).toEqual(['A colleague takes over.', 'handoff to queue'])
    expect(answers[1]?.body).toMatchObject({
      reason: 'asked in the flow',
      summary: expect.stringMatching(/^Order number: 12345678\nhelped: 0\n[\s\S]*› 12345678/),
    })
  })

  it('takes a form that was filled in, keeps the answers and tells people', async () => {
    const { say, store, conversation } = await open(shop)
    const of = (await say('refund')).at(-1)?.seq ?? 0
    const answers = await say({ kind: 'answer', of, values: { order: '12345678', mail: 'lin@example.com' } })
    expect(briefs(answers)).toEqual([
      'set {"order":"12345678","mail":"lin@example.com","why":""}',
      'set {"tags":"returns","priority":"high"}',
      'A colleague takes over.',
      'handoff to queue',
    ])
    expect(answers.at(-1)?.body).toMatchObject({
      summary: expect.stringMatching(/^Order number: 12345678\nE-mail: lin@example\.com\n/),
    })
    expect((await store.conversation(conversation()))?.attributes).toMatchObject({ tags: 'returns', priority: 'high' })
  })

  it('takes the answers one by one where they are typed, and says what does not fit', async () => {
    const { say } = await open(shop)
    await say('退货')
    expect(briefs(await say('12'))).toEqual(['格式好像不对，请检查一下。\n订单号'])
    expect(briefs(await say('12345678'))).toEqual(['邮箱'])
    expect(briefs(await say('lin'))).toEqual(['请填写邮箱地址，例如 name@example.com。\n邮箱'])
    expect(briefs(await say('lin@example.com'))).toEqual(['原因\n不填请回复“-”。'])
    expect(briefs(await say('-'))).toContain('handoff to queue')
  })

  it('takes several answers from one message, by line or behind their labels', async () => {
    const { say } = await open(shop)
    await say('refund')
    const answers = await say('E-mail: lin@example.com\n12345678\nToo small,\nand late')
    expect(briefs(answers)[0]).toBe(
      `set ${JSON.stringify({ order: '12345678', mail: 'lin@example.com', why: 'Too small,\nand late' })}`,
    )
  })

  it('asks again only for what does not fit in a form that was filled in', async () => {
    const { say } = await open(shop)
    const of = (await say('refund')).at(-1)?.seq ?? 0
    const values = { order: '1', mail: 'lin@example.com', why: 'x' }
    expect(briefs(await say({ kind: 'answer', of, values }))).toEqual([
      'That does not look right. Please check it.\nOrder number',
    ])
    expect(briefs(await say('12345678'))).toContain('handoff to queue')
  })

  it('lets a rule in where an answer does not fit', async () => {
    const { say } = await open(shop)
    await say('hello')
    expect(briefs(await say('I want a refund'))).toEqual(['form order,mail,why'])
  })

  it('shows the menu again, and hands on when it is not understood for the third time', async () => {
    const { say } = await open(shop)
    await say('hello')
    const again =
      'I did not understand that. Please choose one of these. [My order | Return something | Something else]'
    expect(briefs(await say('hm'))).toEqual([again])
    expect(briefs(await say('hmm'))).toEqual([again])
    const answers = await say('hmmm')
    expect(briefs(answers)).toEqual([
      'I cannot help with that. I am passing you on; what you told me goes along.',
      'handoff to queue',
    ])
    expect(answers[1]?.body).toMatchObject({ summary: expect.stringContaining('› hmmm') })
  })
})

const note: Backend = {
  name: 'notes',
  handle: async ({ entry: { body } }) =>
    body.kind === 'handoff' ? { kind: 'reply', parts: [{ kind: 'text', text: `got: ${body.summary}` }] } : undefined,
}

const small: FlowOptions = {
  rules: [{ any: ['hours'], next: 'hours' }],
  steps: { hours: { kind: 'say', text: 'From nine to five.' } },
}

describe('a flow among other backends', () => {
  it('passes on what it is not for, with what was said', async () => {
    const { say, until, conversation } = await open(small, { routing: ['flow', 'notes', 'desk'], others: [note] })
    expect(briefs(await say('hours?'))).toEqual(['From nine to five.'])
    expect(briefs(await say('Do you sell bicycles?'))).toEqual(['handoff to bot'])
    const log = await until(conversation(), (entries) => entries.at(-1)?.from.id === 'notes')
    expect(log.map(brief).at(-1)).toBe('got: › hours?\n‹ From nine to five.\n› Do you sell bicycles?')
  })

  it('answers what another one passed on to it', async () => {
    const first: Backend = { name: 'first', handle: async () => ({ kind: 'handoff', to: { kind: 'next' } }) }
    const { write, until } = await open(small, { routing: ['first', 'flow', 'desk'], others: [first] })
    const { conversation } = await write('Your hours?')
    const log = await until(conversation, (entries) => entries.at(-1)?.from.id === 'flow')
    expect(log.map(brief)).toEqual(['Your hours?', 'handoff to bot', 'From nine to five.'])
  })

  it('does not pass the floor round for ever with another that passes it back', async () => {
    const back: Backend = { name: 'back', handle: async () => ({ kind: 'handoff', to: { kind: 'bot', id: 'flow' } }) }
    const { write, until } = await open(small, { routing: ['flow', 'back', 'desk'], others: [back] })
    const { conversation } = await write('bicycles?')
    const log = await until(
      conversation,
      (entries) => entries.at(-1)?.body.kind === 'handoff' && brief(entries.at(-1) as Entry) === 'handoff to queue',
    )
    expect(log.length).toBeLessThan(12)
  })

  it('waits for the visitor when people give it the floor back, and does not greet again', async () => {
    const { say, relay, conversation, until } = await open(shop)
    await say('hello')
    await say('3')
    await say('My bicycle is broken')
    const back = { key: 'back', actions: [{ kind: 'handoff' as const, to: { kind: 'bot' as const, id: 'flow' } }] }
    await relay.act(anna, conversation(), back)
    await until(conversation(), (entries) => entries.at(-1)?.from.id === 'a_anna')
    expect(briefs(await say('menu'))).toEqual([MAIN])
  })

  it('goes on at its step for that when people give it the floor back', async () => {
    const { say, relay, conversation, until } = await open({ ...shop, returned: 'helpful' })
    await say('hello')
    await say('3')
    await say('My bicycle is broken')
    const back = { key: 'back', actions: [{ kind: 'handoff' as const, to: { kind: 'bot' as const, id: 'flow' } }] }
    await relay.act(anna, conversation(), back)
    const log = await until(conversation(), (entries) => entries.at(-1)?.from.id === 'flow')
    expect(log.map(brief).at(-1)).toBe('rating solved')
  })

  it('forgets the step that waited once somebody else had the floor, and remembers what it was told', async () => {
    const { say, relay, conversation } = await open(shop)
    await say('12345678')
    await relay.act(anna, conversation(), {
      key: 'take',
      actions: [{ kind: 'handoff', to: { kind: 'bot', id: 'flow' } }],
    })
    expect(briefs(await say('1'))).toEqual(['handoff to queue'])
    await relay.act(anna, conversation(), {
      key: 'again',
      actions: [{ kind: 'handoff', to: { kind: 'bot', id: 'flow' } }],
    })
    await say('menu')
    expect(briefs(await say('my order'))).toEqual(['card', 'rating solved'])
  })
})

describe('a flow that changes or is interrupted', () => {
  it('says so and starts again when the step that waited is gone', async () => {
    const { say, change } = await open(shop)
    await say('hello')
    await say('3')
    const { main, people, ...rest } = shop.steps ?? {}
    expect(Object.keys(rest)).toContain('describe')
    change({
      rules: [{ any: ['broken'], next: 'people' }],
      welcome: { text: 'Hi', next: 'fresh' },
      steps: {
        people,
        fresh: { kind: 'menu', text: 'Hm?', options: [{ id: 'x', label: 'X', next: 'people' }] },
      } as FlowOptions['steps'] & object,
    })
    expect(briefs(await say('It squeaks'))).toEqual(['Our menu has changed meanwhile. Let us start again.', 'Hm? [X]'])
    expect(main).toBeDefined()
  })

  it('asks for the same when the event is repeated, though the facts have changed', async () => {
    let failed = 0
    const flow: FlowOptions = {
      otherwise: 'begin',
      steps: {
        begin: { kind: 'say', text: 'One moment.', next: 'mark' },
        mark: { kind: 'set', attributes: { seen: true }, next: 'choose' },
        choose: {
          kind: 'condition',
          cases: [{ if: { fact: 'conversation.vip', exists: true }, next: 'vip' }],
          otherwise: 'plain',
        },
        vip: { kind: 'handoff', to: 'queue' },
        plain: { kind: 'say', text: 'Hello!', next: 'menu' },
        menu: { kind: 'menu', text: 'So?', options: [{ id: 'a', label: 'A', next: 'plain' }] },
      },
    }
    const running: { talk?: Talk } = {}
    running.talk = await open(flow, {
      async before(count) {
        if (count !== 3 || failed++ > 0) return
        const { log, relay } = running.talk as Talk
        const conversation = (await running.talk?.store.conversations({ limit: 1 }))?.[0]?.conversation.id ?? ''
        await relay.act(anna, conversation, { key: 'vip', actions: [{ kind: 'set', attributes: { vip: true } }] })
        expect((await log(conversation)).length).toBeGreaterThan(3)
        throw new Error('the process dies')
      },
    })
    expect(briefs(await running.talk.say('hm'))).toEqual(['One moment.', 'set {"seen":true}', 'Hello!', 'So? [A]'])
    expect(failed).toBe(2)
  })
})

describe('out of hours', () => {
  const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const always = { week: Object.fromEntries(names.map((day) => [day, ['00:00-24:00']])) }
  const past = { week: {}, days: { '2020-01-01': ['09:00-10:00'] } }
  const hoursOf = (hours: Omit<NonNullable<FlowOptions['hours']>, 'timeZone'>): FlowOptions => ({
    hours: { timeZone: 'Asia/Shanghai', ...hours },
    welcome: { text: 'We are here.', closed: 'We are away.', next: 'check' },
    steps: {
      check: { kind: 'condition', cases: [{ if: { fact: 'open', equals: true }, next: 'people' }], otherwise: 'leave' },
      people: { kind: 'handoff', to: 'queue' },
      leave: { kind: 'wait', text: 'Leave a message.', as: 'note', next: 'thanks' },
      thanks: { kind: 'say', text: 'Noted: {{note}}' },
    },
  })

  it('the visitor hears that nobody is there and can leave a message', async () => {
    const { say } = await open(hoursOf(past))
    expect(briefs(await say('hello'))).toEqual(['We are away.', 'Leave a message.'])
    expect(briefs(await say('call **me**'))).toEqual(['Noted: call **me**'])
  })

  it('is not when people are there', async () => {
    const { say } = await open(hoursOf(always))
    expect(briefs(await say('hello'))).toEqual(['We are here.', 'handoff to queue'])
  })

  it('whoever takes over is told at which step that was, where the step does not say why', async () => {
    const { say } = await open(hoursOf(always))
    expect((await say('hello')).at(-1)?.body).toMatchObject({ reason: 'step "people" of the flow' })
  })
})
