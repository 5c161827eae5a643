import type { Capabilities } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import type { Body, Entry, Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { type RatingSettings, ratingSettings } from './ask-rating-settings.ts'
import { agentSays, openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

const houses: TestRelay[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close()
})

async function open(
  ratings: Partial<RatingSettings> & Pick<RatingSettings, 'ask'>,
  more: Parameters<typeof openTestRelay>[0] = {},
): Promise<TestRelay> {
  const house = await openTestRelay({ ratings: ratingSettings.parse(ratings), ...more })
  houses.push(house)
  return house
}

let acted = 0

const close = (house: TestRelay, conversation: string) =>
  house.relay.act(ANNA, conversation, { key: `close-${acted++}`, actions: [{ kind: 'close' }] })

/** A conversation in which the customer was answered and which is closed. */
async function served(house: TestRelay, address = 'visitor'): Promise<string> {
  const { conversation } = await house.write('hello', { address })
  await agentSays(house, conversation, 'Here it is.')
  await close(house, conversation)
  return conversation
}

/** What the relay said, scales by their names. */
function told(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ from, body }) =>
    from.kind === 'system' && body.kind === 'message'
      ? body.parts.map((part) => (part.kind === 'rating' ? part.scale : part.kind === 'text' ? part.text : part.kind))
      : [],
  )
}

const given = (entries: readonly Entry[]): Body[] =>
  entries.flatMap(({ body }) => (body.kind === 'rating' ? [body] : []))
const untilTold = (house: TestRelay, id: string, count: number) => house.until(id, (all) => told(all).length === count)
const seqOfLast = (entries: readonly Entry[]) => entries.at(-1)?.seq ?? 0

/** Nothing is under way in the outbox any more. */
async function settled(house: TestRelay): Promise<void> {
  await expect
    .poll(async () => (await house.store.backlog(Date.now())).reduce((sum, { open }) => sum + open, 0))
    .toBe(0)
}

describe('at the close of a conversation', () => {
  it('asks once, in the name of the relay, and leaves the conversation closed with nobody waiting', async () => {
    const house = await open({ ask: 'csat' })
    const id = await served(house)
    const entries = await untilTold(house, id, 1)
    expect(entries.at(-1)).toMatchObject({
      from: { kind: 'system', id: 'relay' },
      body: { parts: [{ kind: 'rating', scale: 'csat', question: 'How satisfied are you with our service?' }] },
    })
    await settled(house)
    expect(told(await house.log(id))).toEqual(['csat'])
    expect(await house.store.conversation(id)).toMatchObject({
      status: 'closed',
      waitingSince: null,
      floor: { holder: { kind: 'none' } },
    })
  })

  it('asks in the language of the customer, with the words of the site where it has some', async () => {
    const questions = { csat: { en: 'Tea good?', zh: '茶好喝吗？' } }
    const house = await open({ ask: ['csat', 'solved'], questions })
    const { conversation } = await house.write('你好')
    const contact = (await house.store.conversation(conversation))?.contact ?? ''
    await house.store.updateContact(contact, { profile: { locale: 'zh-CN' } })
    await agentSays(house, conversation, '在')
    await close(house, conversation)
    const asked = await untilTold(house, conversation, 1)
    expect(asked.at(-1)?.body).toMatchObject({ parts: [{ question: '茶好喝吗？' }] })
    await house.write({ kind: 'rating', of: seqOfLast(asked), scale: 'csat', score: 5 })
    const more = await untilTold(house, conversation, 2)
    expect(more.at(-1)?.body).toMatchObject({ parts: [{ question: '您的问题解决了吗？' }] })
  })

  it('asks nobody whom nobody answered, whom a colleague has asked, or who was asked a moment ago', async () => {
    const house = await open({ ask: 'csat' })
    const { conversation: silent } = await house.write('hello', { address: 'silent' })
    await close(house, silent)
    const { conversation: asked } = await house.write('hello', { address: 'asked' })
    await house.relay.act(ANNA, asked, {
      key: 'ask',
      actions: [{ kind: 'ask', part: { kind: 'rating', scale: 'csat' } }, { kind: 'close' }],
    })
    const twice = await served(house, 'twice')
    await untilTold(house, twice, 1)
    await house.write('one more thing', { address: 'twice' })
    await agentSays(house, twice, 'Of course.')
    await close(house, twice)
    await settled(house)
    expect(told(await house.log(silent))).toEqual([])
    expect(told(await house.log(asked))).toEqual([])
    expect(told(await house.log(twice))).toEqual(['csat'])
  })

  it('asks nobody whose conversation a colleague closed quietly', async () => {
    const house = await open({ ask: 'csat' })
    const { conversation } = await house.write('hello')
    await agentSays(house, conversation, 'Here it is.')
    await house.relay.act(ANNA, conversation, { key: 'quiet', actions: [{ kind: 'close', quiet: true }] })
    await settled(house)
    expect(told(await house.log(conversation))).toEqual([])
    expect(await house.store.conversation(conversation)).toMatchObject({ status: 'closed' })
  })

  it('asks again after the time that the site chose', async () => {
    const house = await open({ ask: 'csat', withinMs: 0 })
    const id = await served(house)
    await untilTold(house, id, 1)
    await house.write('one more thing')
    await agentSays(house, id, 'Of course.')
    await close(house, id)
    await untilTold(house, id, 2)
  })

  it('asks after a bot alone unless the site forbids it, also when the bot closes', async () => {
    const bot: Backend = {
      name: 'bot',
      handle: async () => [
        { kind: 'reply', parts: [{ kind: 'text', text: 'Here.', format: 'plain' }] },
        { kind: 'close' },
      ],
    }
    const asking = await open({ ask: 'nps' }, { backends: [bot], routing: ['bot', 'desk'] })
    const { conversation } = await asking.write('hello')
    await untilTold(asking, conversation, 1)
    const quiet = await open({ ask: 'nps', afterBot: false }, { backends: [bot], routing: ['bot', 'desk'] })
    const { conversation: other } = await quiet.write('hello')
    await quiet.until(other, (all) => all.some(({ body }) => body.kind === 'status'))
    await settled(quiet)
    expect(told(await quiet.log(other))).toEqual([])
  })

  it('is asked by the relay that comes up after one that died at the close', async () => {
    const before = await openTestRelay()
    const ratings = ratingSettings.parse({ ask: 'csat' })
    const { conversation } = await before.write('hello')
    await agentSays(before, conversation, 'Here it is.')
    // The close of a relay that dies before it has done what follows.
    await before.store.commit([
      {
        to: { conversation },
        key: 'close',
        at: Date.now(),
        decide: () => ({
          entries: [{ from: ANNA, body: { kind: 'status', status: 'closed' } }],
          status: 'closed',
          deliveries: [{ lane: `rating:${conversation}`, target: 'rating:ask', entry: 0 }],
        }),
      },
    ])
    const after = await openTestRelay({ ratings, path: before.path })
    await untilTold(after, conversation, 1)
    await after.close()
    await before.close()
  })
})

it('is asked once for one close, however often the work is done again', async () => {
  const house = await open({ ask: 'csat', withinMs: 0 })
  const id = await served(house)
  const entries = await untilTold(house, id, 1)
  const closing = entries.findLast(({ body }) => body.kind === 'status')?.seq ?? 0
  const again = { lane: `rating:${id}`, target: 'rating:ask', entry: { seq: closing } }
  await house.store.commit([
    {
      to: { conversation: id },
      key: 'again',
      at: Date.now(),
      decide: () => ({ entries: [{ from: ANNA, body: { kind: 'note', text: 'again' } }], deliveries: [again] }),
    },
  ])
  const successor = await openTestRelay({
    ratings: ratingSettings.parse({ ask: 'csat', withinMs: 0 }),
    path: house.path,
  })
  await settled(successor)
  await successor.close()
  expect(told(await house.log(id))).toEqual(['csat'])
})

describe('the answer', () => {
  it.each([
    [2, 'a score', 'closed'],
    [4, 'a message', 'open'],
  ] as const)('typed in the widget %i days after the question is %s', async (days, _, status) => {
    const house = await open({ ask: 'csat' })
    const { conversation } = await house.write('hello')
    const [from, at] = [{ kind: 'system', id: 'relay' } as const, Date.now() - days * 86_400_000]
    await house.store.commit([
      {
        to: { conversation },
        key: 'relay:rating:1:0',
        at,
        decide: () => ({
          entries: [{ from, body: { kind: 'message', parts: [{ kind: 'rating', scale: 'csat' }] } }],
          floor: { holder: { kind: 'none' }, term: 2 },
          status: 'closed',
        }),
      },
    ])
    await house.write('4')
    expect(await house.store.conversation(conversation)).toMatchObject({ status })
    expect(given(await house.log(conversation))).toHaveLength(status === 'closed' ? 1 : 0)
  })

  it.each(['4', '四', 'good', '⭐⭐⭐⭐', '4 stars'])(
    '“%s” typed in the widget is the score, and opens nothing',
    async (text) => {
      const house = await open({ ask: 'csat' })
      const id = await served(house)
      const of = seqOfLast(await untilTold(house, id, 1))
      await house.write(text)
      expect((await house.log(id)).at(-1)?.body).toEqual({ kind: 'rating', of, scale: 'csat', score: 4 })
      expect(await house.store.conversation(id)).toMatchObject({ status: 'closed', waitingSince: null })
    },
  )

  it('that is none is a message, which opens the conversation, and a number after it is one too', async () => {
    const house = await open({ ask: 'csat' })
    const id = await served(house)
    await untilTold(house, id, 1)
    await house.write('where is my parcel?')
    expect(await house.store.conversation(id)).toMatchObject({ status: 'open' })
    await house.write('4')
    expect(given(await house.log(id))).toEqual([])
  })

  it('asks one scale after another, then what went wrong, and keeps the words with the score', async () => {
    const house = await open({ ask: ['solved', 'csat'] })
    const id = await served(house)
    await untilTold(house, id, 1)
    await house.write('yes')
    const asked = await untilTold(house, id, 2)
    await house.write('不满意')
    await untilTold(house, id, 3)
    await house.write('Nobody was there for an hour.')
    await settled(house)
    const entries = await house.log(id)
    expect(told(entries)).toEqual(['solved', 'csat', expect.stringContaining('What went wrong?')])
    const of = seqOfLast(asked)
    expect(given(entries).slice(1)).toEqual([
      { kind: 'rating', of, scale: 'csat', score: 2 },
      { kind: 'rating', of, scale: 'csat', score: 2, comment: 'Nobody was there for an hour.' },
    ])
    expect(await house.store.conversation(id)).toMatchObject({ status: 'closed' })
    await house.write('Hello again')
    expect(await house.store.conversation(id)).toMatchObject({ status: 'open' })
  })

  it.each([
    ['solved', 'yes, but it broke again'],
    ['csat', '4，还没收到货'],
  ] as const)('to %s that tells of trouble, “%s”, opens the conversation and is no score', async (ask, words) => {
    const house = await open({ ask })
    const id = await served(house)
    await untilTold(house, id, 1)
    await house.write(words)
    expect(given(await house.log(id))).toEqual([])
    expect(await house.store.conversation(id)).toMatchObject({ status: 'open' })
  })

  it.each(['Please call me back', 'It still does not work', 'I want your manager to call me', '包裹还没到'])(
    'to what went wrong that somebody has to read, “%s”, opens the conversation',
    async (words) => {
      const house = await open({ ask: 'csat' })
      const id = await served(house)
      await untilTold(house, id, 1)
      await house.write('1')
      await untilTold(house, id, 2)
      await house.write(words)
      expect(await house.store.conversation(id)).toMatchObject({ status: 'open' })
    },
  )

  it('is changed by a later one, of which the newest counts, and is not asked for again', async () => {
    const house = await open({ ask: 'csat' })
    const id = await served(house)
    const of = seqOfLast(await untilTold(house, id, 1))
    for (const score of [4, 5]) await house.write({ kind: 'rating', of, scale: 'csat', score })
    await house.write('3')
    await house.write('ok')
    await settled(house)
    expect(given(await house.log(id))).toMatchObject([{ score: 4 }, { score: 5 }, { score: 3 }])
    expect(told(await house.log(id))).toEqual(['csat'])
    expect(await house.store.conversation(id)).toMatchObject({ status: 'open' })
  })

  it('is heard by no backend of a closed conversation', async () => {
    const heard: string[] = []
    const bot: Backend = {
      name: 'bot',
      async handle({ entry }) {
        heard.push(entry.body.kind)
        return [{ kind: 'reply', parts: [{ kind: 'text', text: 'Here.', format: 'plain' }] }, { kind: 'close' }]
      },
    }
    const house = await open({ ask: 'csat' }, { backends: [bot], routing: ['bot', 'desk'] })
    const { conversation } = await house.write('hello')
    await untilTold(house, conversation, 1)
    await house.write('5')
    await settled(house)
    expect(given(await house.log(conversation))).toHaveLength(1)
    expect(heard).toEqual(['message'])
  })
})

describe('on a channel that sends', () => {
  const plain: Partial<Capabilities> = { parts: ['text'], choices: { max: 0, label: 0 } }

  async function phone() {
    const platform = createMemoryPlatform()
    const adapter = createMemoryAdapter({ platform, channel: 'phone' })
    const phones = { ...adapter, capabilities: { ...adapter.capabilities, ...plain } }
    const house = await open({ ask: ['csat', 'nps'] }, { adapters: [webChannel, phones] })
    let written = 0
    const write = (text: string, more: { automatic?: true } = {}) =>
      house.relay.receive('phone', {
        from: { address: 'li' },
        site: 'shop',
        key: `p${written++}`,
        body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
        ...more,
      })
    const { conversation: id } = await write('hello')
    await agentSays(house, id, 'Here it is.')
    await close(house, id)
    await untilTold(house, id, 1)
    return { house, platform, write, id }
  }

  it('asks in text, understands what is typed, and thanks at the end', async () => {
    const { house, write, id } = await phone()
    await write('很满意，谢谢')
    await untilTold(house, id, 2)
    await write('9/10')
    expect(told(await untilTold(house, id, 3))).toEqual(['csat', 'nps', 'Thank you for your feedback.'])
    expect(given(await house.log(id))).toMatchObject([{ score: 5 }, { scale: 'nps', score: 9 }])
    await write('4')
    expect(given(await house.log(id))).toHaveLength(2)
  })

  it('takes nothing for a score that a robot wrote', async () => {
    const { house, write, id } = await phone()
    await write('good', { automatic: true })
    expect(given(await house.log(id))).toEqual([])
  })
})
