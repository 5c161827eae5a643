import type { Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { createKeywordBackend } from './backends/keyword.ts'
import { type FloorSettings, floorSettings } from './floor-settings.ts'
import { agentSays, openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const QUEUED = 'A colleague will answer you here. You can keep writing.'
const ALONE =
  'Nobody is here right now. Leave your message here: a person will read it and answer you here as soon as somebody is back.'
const SORRY = 'We are sorry to keep you waiting.'

const houses: TestRelay[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close()
})

/** Says back what it hears, and passes on what it is told to. */
const echo: Backend = {
  name: 'echo',
  async handle({ entry: { body } }) {
    if (body.kind !== 'message') return []
    const words = body.parts.map((part) => (part.kind === 'text' ? part.text : '')).join()
    if (words === 'give up') return { kind: 'handoff', to: { kind: 'next' }, reason: 'given up' }
    if (words === 'break') throw new Error('broken')
    return { kind: 'reply', parts: [{ kind: 'text', text: `echo: ${words}`, format: 'plain' }] }
  },
}

type Options = NonNullable<Parameters<typeof openTestRelay>[0]>

async function open(floor: Partial<FloorSettings> = {}, more: Options = {}): Promise<TestRelay> {
  const settings = { ...floorSettings.parse({}), ...floor }
  const house = await openTestRelay({ floor: settings, backends: [echo], routing: ['echo', 'desk'], ...more })
  houses.push(house)
  return house
}

let acted = 0

const textsOf = ({ body }: Entry) =>
  body.kind === 'message' ? body.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])) : []
const told = (entries: readonly Entry[]) => entries.filter(({ from }) => from.kind === 'system').flatMap(textsOf)
const botSaid = (entries: readonly Entry[]) => entries.filter(({ from }) => from.kind === 'bot').flatMap(textsOf)
const untilTold = (house: TestRelay, id: string, count = 1) => house.until(id, (all) => told(all).length === count)
const givenTo = (entries: readonly Entry[], kind: string) =>
  entries.flatMap(({ body }) => (body.kind === 'handoff' && body.floor.holder.kind === kind ? [body] : []))

async function settled(house: TestRelay): Promise<void> {
  const open = async () =>
    (await house.store.backlog(Date.now())).filter(({ oldest }) => oldest >= 0).reduce((sum, one) => sum + one.open, 0)
  await expect.poll(open).toBe(0)
}

const mailOf = (platform = createMemoryPlatform()) => ({
  platform,
  adapter: createMemoryAdapter({ platform, channel: 'mail', capabilities: { gatherMs: 1 } }),
})

describe('a customer who asks for a person', () => {
  it('gets one at once: no bot hears the request, and whoever takes over reads what was said', async () => {
    const house = await open()
    const { conversation } = await house.write('where is my parcel?')
    await house.until(conversation, (all) => botSaid(all).length === 1)
    await house.write('Can I speak to someone, please?')
    const entries = await untilTold(house, conversation)
    await settled(house)
    expect(botSaid(entries)).toEqual(['echo: where is my parcel?'])
    expect(givenTo(entries, 'queue')).toEqual([
      {
        kind: 'handoff',
        floor: { holder: { kind: 'queue' }, term: 2 },
        reason: 'the contact asked for a person',
        summary: '› where is my parcel?\n‹ echo: where is my parcel?\n› Can I speak to someone, please?',
      },
    ])
    expect(told(entries)).toEqual([QUEUED])
    expect((await house.store.conversation(conversation))?.waitingSince).not.toBeNull()
  })

  it('gets one with the first message, and in a conversation that was closed', async () => {
    const house = await open()
    const { conversation } = await house.write('转人工')
    expect(told(await untilTold(house, conversation))).toEqual(['人工客服会在这里回复您，您可以继续输入。'])
    await agentSays(house, conversation, 'yes?')
    await house.relay.act(ANNA, conversation, { key: 'close', actions: [{ kind: 'close' }] })
    await house.write('agent please')
    const entries = await untilTold(house, conversation, 2)
    expect(botSaid(entries)).toEqual([])
    expect(await house.store.conversation(conversation)).toMatchObject({ status: 'open' })
  })

  it('gets one by the button that a bot offered, whatever words the site leaves to its bots', async () => {
    const keyword = createKeywordBackend('echo', {})
    const house = await open({ onRequest: false }, { backends: [keyword] })
    const { conversation } = await house.write('do you sell boats?')
    const offered = await house.until(conversation, (all) => all.some(({ from }) => from.kind === 'bot'))
    const of = offered.at(-1)?.seq ?? 0
    const parts = [{ kind: 'text' as const, text: 'Talk to a person', format: 'plain' as const }]
    await house.write({ kind: 'message', parts, choice: { of, id: 'people' } })
    expect(givenTo(await untilTold(house, conversation), 'queue')).toHaveLength(1)
  })

  it('is heard by the bot where the site says so, or has no people in its chain', async () => {
    for (const house of [await open({ onRequest: false }), await open({}, { routing: ['echo'] })]) {
      const { conversation } = await house.write('human')
      expect(botSaid(await house.until(conversation, (all) => botSaid(all).length === 1))).toEqual(['echo: human'])
    }
  })

  it('is left where a robot asks, and told nothing', async () => {
    const mail = mailOf()
    const house = await open({}, { adapters: [webChannel, mail.adapter] })
    const arrive = (automatic: true | 'people', key: string) =>
      house.relay.receive('mail', {
        from: { address: 'r@x.example' },
        site: 'shop',
        key,
        body: textBody('human'),
        automatic,
      })
    const { conversation } = await arrive('people', 'a')
    await arrive(true, 'b')
    await settled(house)
    expect(told(await house.log(conversation))).toEqual([])
    expect(mail.platform.inbox('r@x.example')).toEqual([])
  })
})

describe('a customer who comes to wait', () => {
  it.each(['give up', 'break'])(
    'is told so once, however often they write again: %s',
    async (words) => {
      const house = await open()
      const { conversation } = await house.write(words)
      await untilTold(house, conversation)
      await house.write('hello?')
      await house.write('转人工')
      await agentSays(house, conversation, 'here I am')
      await settled(house)
      expect(told(await house.log(conversation))).toEqual([QUEUED])
    },
    20_000,
  )

  it.each([
    ['轉人工', '真人客服會在這裡回覆您，您可以繼續輸入。'],
    ['转人工', '人工客服会在这里回复您，您可以继续输入。'],
  ])('is told so in the signs they write: %s', async (words, expected) => {
    const house = await open()
    const { conversation } = await house.write(words)
    expect(told(await untilTold(house, conversation))).toEqual([expected])
  })

  it('is told that nobody is there, and to leave a message', async () => {
    const house = await open({}, { staffed: () => false })
    const { conversation } = await house.write('give up')
    expect(told(await untilTold(house, conversation))).toEqual([ALONE])
  })

  it('is told so in the words of the site', async () => {
    const house = await open(
      { says: { en: { nobody: 'We sleep.', leave: 'We answer by nine.' } } },
      { staffed: () => false },
    )
    const { conversation } = await house.write('give up')
    expect(told(await untilTold(house, conversation))).toEqual(['We sleep. We answer by nine.'])
  })

  it('is told and asked for an address in one message where the site has a mailbox', async () => {
    const leaveAddress = {
      channels: new Map([['shop', 'mail']]),
      staffed: () => false,
      onChange: () => () => undefined,
    }
    const adapters = [webChannel, mailOf().adapter]
    const house = await open(
      { says: { en: { nobody: 'We sleep.' } } },
      { adapters, leaveAddress, staffed: () => false },
    )
    const { conversation } = await house.write('talk to a human')
    await untilTold(house, conversation)
    await settled(house)
    expect(told(await house.log(conversation))).toEqual([
      'We sleep. Leave your e-mail address, and the answer will also reach you when you have closed this page.',
    ])
  })

  it('is told where they write, and by mail once in a thread', async () => {
    const mail = mailOf()
    const chat = createMemoryPlatform()
    const adapters = [webChannel, mail.adapter, createMemoryAdapter({ platform: chat, channel: 'chat' })]
    const house = await open({}, { adapters })
    const write = (channel: string, text: string) =>
      house.relay.receive(channel, {
        from: { address: 'ada' },
        site: 'shop',
        key: `${channel}${acted++}`,
        body: textBody(text),
      })
    for (const channel of ['mail', 'chat']) {
      const { conversation } = await write(channel, 'human')
      await untilTold(house, conversation)
      await house.relay.act(ANNA, conversation, {
        key: channel,
        actions: [{ kind: 'handoff', to: { kind: 'bot', id: 'echo' } }],
      })
      await write(channel, 'human')
    }
    const seen = (inbox: ReturnType<typeof chat.inbox>) => JSON.stringify(inbox).split('A colleague').length - 1
    await expect.poll(() => seen(chat.inbox('ada'))).toBe(2)
    await settled(house)
    expect(seen(mail.platform.inbox('ada'))).toBe(1)
  })

  it('is told nothing where the site wants that', async () => {
    const house = await open({ tellWaiting: false })
    const { conversation } = await house.write('human')
    await settled(house)
    expect(told(await house.log(conversation))).toEqual([])
  })

  it('is told after a crash of the relay, and not twice', async () => {
    const house = await open({ unansweredMs: 300 })
    const { conversation } = await house.write('human')
    await untilTold(house, conversation)
    const again = await open({ unansweredMs: 300 }, { path: house.path })
    const entries = await again.until(conversation, (all) => told(all).length >= 2)
    expect(told(entries)).toEqual([QUEUED, expect.stringContaining(SORRY)])
    expect((await again.store.conversation(conversation))?.floor.holder.kind).toBe('queue')
    await settled(again)
    expect(told(await again.log(conversation))).toHaveLength(2)
  })

  it('hears no apology once a person has answered', async () => {
    const house = await open({ unansweredMs: 150 })
    const { conversation } = await house.write('human')
    await untilTold(house, conversation)
    await agentSays(house, conversation, 'here I am')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(told(await house.log(conversation))).toEqual([QUEUED])
  })

  it('is asked for an address when nobody has answered for long, though somebody is there', async () => {
    const leaveAddress = { channels: new Map([['shop', 'mail']]), staffed: () => true, onChange: () => () => undefined }
    const house = await open({ unansweredMs: 150 }, { adapters: [webChannel, mailOf().adapter], leaveAddress })
    const { conversation } = await house.write('human')
    const entries = await untilTold(house, conversation, 2)
    expect(told(entries)[1]).toMatch(/^We are sorry.*Leave your e-mail address/)
    expect(JSON.stringify(entries.at(-1)?.body)).toContain('"form"')
  })
})
