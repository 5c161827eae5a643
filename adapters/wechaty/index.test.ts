import { HutongError } from '@hutong/core/errors'
import { createMemoryHost } from '@hutong/core/memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TYPE } from './bot.ts'
import { createWechatyAdapter, type WechatyOptions } from './index.ts'
import { SELF, standWechaty } from './test-bench.ts'

async function opened(options: Partial<WechatyOptions> & { silent?: boolean } = {}) {
  const { silent = false, ...others } = options
  const stand = standWechaty({ silent })
  for (const id of ['lin', 'max']) stand.mocker.createContact({ id, name: id, type: 1 })
  stand.mocker.createContact({ id: 'news', name: 'News', type: 2 })
  stand.mocker.createRoom({ id: 'tea@chatroom', topic: 'Tea lovers', memberIdList: ['lin', 'max', SELF] })
  const adapter = stand.adapter(others)
  await adapter.open(stand.host)
  await stand.loggedIn()
  onTestFinished(() => adapter.close())
  const { host } = stand
  const direct = (id: string, text: string, talkerId = 'lin') =>
    stand.tell(id, { type: TYPE.text, talkerId, listenerId: talkerId === SELF ? 'lin' : SELF, text })
  const arrived = (count: number) => expect.poll(() => host.arrivals.length).toBe(count)
  async function send(text: string, key = text.replaceAll(' ', '-')) {
    const conversation = host.entries('lin')[0]?.conversation ?? ''
    const [entry] = await host.commit(
      conversation,
      { kind: 'agent', id: 'a_1' },
      { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
    )
    if (!entry) throw new Error('the host committed nothing')
    const parts = [{ kind: 'text', text, format: 'plain' } as const]
    const to = { address: 'lin', conversation }
    return adapter.send({ key, to, entry, parts, changes: [], attempt: 1 })
  }
  return { stand, host, adapter, direct, arrived, send }
}

describe('a WeChat account', () => {
  test('is not opened by somebody who has not accepted the risk', () => {
    const options = { channel: 'w', site: 's', bot: { puppet: 'wechaty-puppet-mock' }, acceptRisk: false }
    expect(() => createWechatyAdapter(options as never)).toThrow(/ban the account/)
  })

  test('says what has to be installed when a puppet is missing', async () => {
    const adapter = createWechatyAdapter({
      ...{ channel: 'w', site: 's', acceptRisk: true },
      bot: { puppet: 'wechaty-puppet-that-nobody-installed' },
    })
    await expect(adapter.open(createMemoryHost())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/wechaty-puppet-that-nobody-installed.*npm install/s),
    })
  })

  test('starts the puppet that the settings name', async () => {
    const host = createMemoryHost()
    const adapter = createWechatyAdapter({
      ...{ channel: 'w', site: 's', acceptRisk: true },
      bot: { puppet: 'wechaty-puppet-mock' },
    })
    await adapter.open(host)
    expect(host.problem).toMatchObject({ code: 'misconfigured', message: expect.stringMatching(/QR code/) })
    await adapter.close()
  })

  test('shows the QR code to the operator, and writes it into no log', async () => {
    const codes: (string | undefined)[] = []
    const { stand, host } = await opened({
      async onScan(code) {
        codes.push(code)
        return '/data/login.png'
      },
    })
    expect(host.problem).toBeUndefined()
    stand.puppet().emit('scan', { qrcode: 'https://login.weixin.qq.com/l/secret', status: 2 })
    await expect.poll(() => codes).toEqual([undefined, 'https://login.weixin.qq.com/l/secret'])
    expect(host.problem).toMatchObject({ code: 'misconfigured' })
    await expect
      .poll(() => host.logged.filter(({ level }) => level === 'warn'))
      .toMatchObject([{ message: expect.stringMatching(/QR code/), fields: { at: '/data/login.png' } }])
    expect(JSON.stringify(host.logged)).not.toContain('secret')
  })

  test('tells operators when WeChat logs it out, and sends nothing then', async () => {
    const { stand, host, direct, arrived, send } = await opened()
    direct('m1', 'hello')
    await arrived(1)
    await stand.puppet().logout('kicked')
    await expect.poll(() => host.problem?.code).toBe('misconfigured')
    await expect(send('hi')).rejects.toMatchObject({ code: 'unavailable' })
    expect(stand.sees('lin')).toEqual([])
  })

  test('stores what the relay could not store at first, in order', async () => {
    const { host, direct, arrived } = await opened()
    host.failNext(new HutongError('unavailable', 'the relay is starting'))
    direct('m1', 'first')
    direct('m2', 'second')
    await arrived(2)
    expect(host.arrivals.map(({ native }) => native)).toEqual(['m1', 'm2'])
  })

  test('leaves what Official Accounts send out of the conversations', async () => {
    const { host, direct, arrived } = await opened()
    direct('n1', 'read our news', 'news')
    direct('m1', 'hello')
    await arrived(1)
    await expect.poll(() => host.logged.some(({ message }) => /Official Account/.test(message))).toBe(true)
    expect(host.arrivals.map(({ from }) => from.address)).toEqual(['lin'])
  })
})

describe('what the account itself says', () => {
  test('is an agent’s when it was typed on its telephone', async () => {
    const { host, direct, arrived } = await opened()
    direct('m1', 'hello')
    direct('m2', 'I am on my way', SELF)
    await arrived(2)
    expect(host.arrivals[1]).toMatchObject({
      from: { address: 'lin' },
      author: { kind: 'agent', id: SELF, name: 'Shop' },
    })
  })

  for (const silent of [false, true])
    test(`is not taken for an agent's when it was sent from here, by a puppet that tells ${silent ? 'no ids' : 'ids'}`, async () => {
      const { host, direct, arrived, send } = await opened({ silent })
      direct('m1', 'hello')
      await arrived(1)
      for (const text of ['one', 'two', 'two again']) await send(text)
      direct('m2', 'typed by hand', SELF)
      direct('m3', 'bye')
      await arrived(3)
      expect(host.arrivals.map(({ native }) => native)).toEqual(['m1', 'm2', 'm3'])
    })

  test('is not taken for an agent’s when nobody knows whether it was sent', async () => {
    const { stand, host, direct, arrived, send } = await opened()
    direct('m1', 'hello')
    await arrived(1)
    stand.faults.push('lost')
    expect(await send('did it come?')).toMatchObject({ state: 'unsure' })
    direct('m2', 'yes')
    await arrived(2)
    expect(host.arrivals.map(({ native }) => native)).toEqual(['m1', 'm2'])
  })

  test('goes out no faster than a person writes', async () => {
    const { stand, host, direct, arrived, send } = await opened({ pace: { perMinute: 6, burst: 2 } })
    direct('m1', 'hello')
    await arrived(1)
    await send('one')
    await send('two')
    await expect(send('three')).rejects.toMatchObject({ code: 'throttled', retryAfter: 10_000 })
    host.clock.advance(10_000)
    await send('three', 'again')
    expect(stand.sees('lin')).toEqual(['one', 'two', 'three'])
  })
})

describe('what cannot be done', () => {
  test('is said when a message cannot be taken back', async () => {
    const { adapter } = await opened()
    const to = { address: 'lin', conversation: 'c' }
    await expect(adapter.recall('never-sent', to)).rejects.toMatchObject({ code: 'rejected' })
    await expect(adapter.recall('', to)).rejects.toMatchObject({ code: 'rejected' })
  })

  test('is said in words when a file cannot be fetched, and what follows still comes', async () => {
    const { stand, host, direct, arrived } = await opened()
    stand.tell('f1', { type: TYPE.image, talkerId: 'lin', listenerId: SELF })
    direct('m2', 'did you see it?')
    await arrived(2)
    expect(host.arrivals[0]?.body).toMatchObject({ parts: [{ kind: 'unsupported', native: 'Image' }] })
    expect(host.arrivals[1]).toMatchObject({ native: 'm2' })
  })

  test('is done by nobody: requests for friendship are left to the telephone', async () => {
    const { stand, host } = await opened()
    const accepted: string[] = []
    Object.assign(stand.puppet(), {
      friendshipPayload: async (id: string) => ({
        id,
        contactId: 'max',
        type: 2,
        hello: 'hi',
        ticket: 't',
        timestamp: 1,
      }),
      friendshipAccept: async (id: string) => accepted.push(id),
    })
    stand.puppet().emit('friendship', { friendshipId: 'f' })
    await expect.poll(() => host.logged.some(({ message }) => /friendship/.test(message))).toBe(true)
    expect(accepted).toEqual([])
  })
})

describe('a room', () => {
  test('shows what its agent wrote on the telephone, and takes back what a member took back', async () => {
    const { stand, host, arrived } = await opened()
    const place = { roomId: 'tea@chatroom' }
    stand.tell('r1', { type: TYPE.text, talkerId: 'max', ...place, text: 'oops' })
    stand.tell('r2', { type: TYPE.text, talkerId: SELF, ...place, text: 'welcome' })
    stand.tell('r3', { type: TYPE.recalled, talkerId: 'max', ...place, text: 'r1' })
    await arrived(3)
    expect(host.arrivals.map(({ author, body }) => [author?.kind, body.kind])).toEqual([
      ['contact', 'message'],
      ['agent', 'message'],
      ['contact', 'recall'],
    ])
    expect(host.arrivals[2]?.body).toMatchObject({ of: 1 })
  })

  test('is one conversation in which everybody is named, and only what is said to the account is to be answered', async () => {
    const { stand, host, arrived } = await opened()
    const say = (id: string, talkerId: string, mentionIdList: string[]) =>
      stand.tell(id, { type: TYPE.text, talkerId, roomId: 'tea@chatroom', mentionIdList, text: `from ${talkerId}` })
    say('r1', 'lin', [])
    say('r2', 'max', [SELF])
    await arrived(2)
    expect(host.arrivals.map(({ from, author, automatic }) => [from.address, author?.name, automatic])).toEqual([
      ['room:tea@chatroom', 'lin', true],
      ['room:tea@chatroom', 'max', undefined],
    ])
    expect(host.arrivals[0]?.from.profile).toEqual({ name: 'Tea lovers' })
  })

  test('gets the answer, and no one of its members', async () => {
    const { stand, host, adapter, arrived } = await opened()
    stand.tell('r1', { type: TYPE.text, talkerId: 'lin', roomId: 'tea@chatroom', mentionIdList: [SELF], text: 'hi' })
    await arrived(1)
    const [entry] = host.entries('room:tea@chatroom')
    if (!entry) throw new Error('nothing arrived')
    const to = { address: 'room:tea@chatroom', conversation: entry.conversation }
    const parts = [{ kind: 'text', text: 'hello all', format: 'plain' } as const]
    await adapter.send({ key: 'k', to, entry, parts, changes: [], attempt: 1 })
    expect(stand.sends).toMatchObject([{ conversation: 'tea@chatroom' }])
  })
})
