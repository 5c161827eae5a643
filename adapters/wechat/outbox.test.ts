import type { Part } from '@hutong/core/parts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from './client.ts'
import type { FakeWeChatPhone } from './fake/phone.ts'
import { PNG } from './fake/test-account.ts'
import type { WeChatAdapter } from './index.ts'
import { APP_ID, CUSTOM_SEND, deliveryTo, openStand, SECRET, type Stand } from './test-bench.ts'

let stand: Stand
let adapter: WeChatAdapter
let phone: FakeWeChatPhone
beforeEach(async () => {
  stand = await openStand()
  adapter = stand.adapter({ patience: 300 })
  await adapter.open(stand.host)
  phone = stand.fake.phone('o_lin')
  await phone.follow()
  await phone.say('hi')
})
afterEach(async () => {
  await adapter.close()
  await stand.close()
})

const text = (words = 'hello'): Part => ({ kind: 'text', text: words, format: 'plain' })
const send = async (part: Part, more: object = {}) =>
  adapter.send({ ...(await deliveryTo(stand, 'o_lin', part)), ...more })
const seen = () => phone.sees().filter(({ from }) => from === 'account')
const asked = (path: string) => stand.fake.calls.filter((one) => one.path === path)
const failed = (part: Part) =>
  send(part).catch((thrown: { code: string; retryAfter?: number; message: string }) => thrown)

describe('when an answer got lost', () => {
  test.each(['timeout-after-accept', 'reset-after-accept', 'reset', '5xx', 'nonsense'] as const)(
    'a message that may have arrived is unsure and sent once: %s',
    async (fault) => {
      stand.fake.faults.next(CUSTOM_SEND, fault)
      expect(await send(text())).toMatchObject({
        state: 'unsure',
        reason: expect.stringMatching(/^WeChat gave no answer[\w ,]+$/),
      })
      const logged = stand.host.logged.filter(({ level }) => level === 'warn').map(({ fields }) => fields)
      expect(logged).toContainEqual({ why: expect.stringContaining(CUSTOM_SEND) })
      expect(asked(CUSTOM_SEND).length).toBeLessThanOrEqual(1)
      expect(seen().length).toBeLessThanOrEqual(1)
    },
  )

  test('a platform that is not there has surely taken nothing', async () => {
    await adapter.close()
    const other = await openStand()
    await other.close()
    adapter = stand.adapter({ api: other.fake.url })
    await adapter.open(stand.host)
    expect(await failed(text())).toMatchObject({ code: 'unreachable', retryable: true })
  })

  test('no answer to the question for a token is no doubt about a message', async () => {
    stand.fake.expireTokens()
    stand.advance(7_200_000)
    stand.fake.faults.next('/cgi-bin/stable_token', '5xx')
    expect(await failed(text())).toMatchObject({ code: 'unreachable' })
    expect(await send(text())).toEqual({ state: 'sent' })
    expect(seen()).toHaveLength(1)
  })

  test('a file that got lost on its way up is sent again', async () => {
    const { id } = await stand.host.files.put(new Blob([PNG]).stream(), { site: 'site', name: 'pot.png' })
    stand.fake.faults.next('/cgi-bin/media/upload', '5xx')
    expect(await failed({ kind: 'image', file: id })).toMatchObject({ code: 'timeout', retryable: true })
    expect(seen()).toEqual([])
  })
})

describe('videos', () => {
  /** The smallest that the platform takes for one. */
  const MP4 = Uint8Array.of(0, 0, 0, 24, ...Buffer.from('ftypisom'), ...Array(64).fill(0))
  const video = async (): Promise<Part> => {
    const { id } = await stand.host.files.put(new Blob([MP4]).stream(), {
      site: 'site',
      name: 'pot.mp4',
      type: 'video/mp4',
    })
    return { kind: 'video', file: id, name: 'pot.mp4' }
  }

  test('go with a picture, which is put up once for all of them until WeChat forgets it', async () => {
    for (let count = 0; count < 2; count += 1) expect(await send(await video())).toEqual({ state: 'sent' })
    expect(seen()).toMatchObject(Array(2).fill({ kind: 'video', name: 'pot.mp4', title: 'pot.mp4' }))
    expect(asked('/cgi-bin/media/upload')).toHaveLength(3)
    stand.advance(2.5 * 24 * 3_600_000)
    await phone.say('hi again')
    expect(await send(await video())).toEqual({ state: 'sent' })
    expect(asked('/cgi-bin/media/upload')).toHaveLength(5)
  })
})

describe('tokens', () => {
  test('one that is refused on the way is replaced and the message sent once', async () => {
    stand.fake.expireTokens()
    expect(await send(text())).toEqual({ state: 'sent' })
    expect(seen()).toHaveLength(1)
    expect(asked('/cgi-bin/stable_token')).toHaveLength(2)
  })

  test('many messages at once over an ended token ask for one new one', async () => {
    stand.fake.expireTokens()
    const people = Array.from({ length: 20 }, (_, index) => `o_${index}`)
    for (const openid of people) await stand.fake.phone(openid).follow()
    const deliveries = await Promise.all(people.map(async (openid) => deliveryTo(stand, openid, text())))
    const receipts = await Promise.all(deliveries.map((one) => adapter.send(one)))
    expect(receipts.every(({ state }) => state === 'sent')).toBe(true)
    expect(asked('/cgi-bin/stable_token')).toHaveLength(2)
  })
})

describe('what the platform says no to', () => {
  test.each([
    [45015, 'window_closed'],
    [45047, 'quota'],
    [43004, 'gone'],
    [48002, 'gone'],
    [50002, 'gone'],
    [45009, 'throttled'],
    [45011, 'throttled'],
    [-1, 'unreachable'],
    [48001, 'misconfigured'],
    [40035, 'rejected'],
  ])('%i is %s', async (errcode, code) => {
    stand.fake.faults.next(CUSTOM_SEND, { errcode })
    expect(await failed(text())).toMatchObject({ code })
    expect(seen()).toEqual([])
  })

  test('an address that is not on the whitelist is named with what to do', async () => {
    stand.fake.faults.next(CUSTOM_SEND, { errcode: 40164, errmsg: 'invalid ip 1.2.3.4' })
    expect(await failed(text())).toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/1\.2\.3\.4.*IP白名单/),
    })
  })

  test('what was refused for another reason costs none of the messages', async () => {
    const before = await adapter.standing('o_lin')
    stand.fake.faults.next(CUSTOM_SEND, { errcode: 45011 })
    await failed(text())
    expect(await adapter.standing('o_lin')).toEqual(before)
  })
})

describe('windows', () => {
  test('when the messages are used up the platform is not asked, and it is said beforehand', async () => {
    for (let time = 0; time < 8; time += 1) await send(text(String(time)))
    expect(await adapter.standing('o_lin')).toMatchObject({ open: false, code: 'quota' })
    expect(await failed(text())).toMatchObject({ code: 'quota' })
    expect(asked(CUSTOM_SEND)).toHaveLength(8)
    stand.advance(48 * 3_600_000)
    expect(await adapter.standing('o_lin')).toMatchObject({ open: false, code: 'window_closed' })
    await phone.say('still there?')
    expect(await send(text())).toEqual({ state: 'sent' })
  })

  test('whoever has left is gone', async () => {
    await phone.unfollow()
    expect(await adapter.standing('o_lin')).toMatchObject({ open: false, code: 'gone' })
    expect(await failed(text())).toMatchObject({ code: 'gone' })
  })
})

describe('files', () => {
  test('a picture of the relay goes as a picture, one from elsewhere as an article that shows it', async () => {
    const { id } = await stand.host.files.put(new Blob([PNG]).stream(), { site: 'site', name: 'a pot.png' })
    await send({ kind: 'image', file: id })
    await send({ kind: 'image', url: 'https://shop.example/pot.png', alt: 'A pot' })
    expect(seen()).toMatchObject([
      { kind: 'image', name: 'a_pot.png' },
      { kind: 'cards', cards: [{ title: 'A pot', picture: 'https://shop.example/pot.png' }] },
    ])
  })

  test('a sound that WeChat does not play goes as a link, and the operator is told why', async () => {
    const meta = { site: 'site', name: 'a.ogg', type: 'audio/ogg' }
    const { id } = await stand.host.files.put(new Blob(['sound']).stream(), meta)
    await send({ kind: 'audio', file: id, url: 'https://relay.example/f/a.ogg', name: 'a.ogg', transcript: 'hello' })
    expect(seen()).toMatchObject([{ kind: 'text', text: '🔊 a.ogg\nhello\nhttps://relay.example/f/a.ogg' }])
    expect(stand.host.logged.map(({ message }) => message).join('\n')).toContain('convert it')
  })
})

describe('cards', () => {
  test('a card whose link is a page of a mini-program opens that page', async () => {
    const client = createClient({
      host: stand.host,
      appId: APP_ID,
      secret: SECRET,
      base: stand.fake.url,
      patience: 2_000,
    })
    const picture = { content: new Blob([PNG]).stream(), name: 'thumb.png', type: 'image/png' }
    const thumbMediaId = await client.upload('image', picture)
    await adapter.close()
    adapter = stand.adapter({ miniPrograms: [{ link: 'https://shop.example/mini/', appId: 'wx1', thumbMediaId }] })
    await adapter.open(stand.host)
    await send({ kind: 'card', title: 'Pot', url: 'https://shop.example/mini/pages/pot?id=1', buttons: [] })
    await send({ kind: 'card', title: 'Cup', text: 'Blue', url: 'https://shop.example/cup', buttons: [] })
    expect(seen()).toMatchObject([
      { kind: 'cards', of: 'mini-program', cards: [{ title: 'Pot', description: 'pages/pot?id=1' }] },
      { kind: 'cards', of: 'news', cards: [{ title: 'Cup', description: 'Blue', url: 'https://shop.example/cup' }] },
    ])
  })
})

describe('typing', () => {
  const typing = (on: boolean) =>
    adapter.signal({ address: 'o_lin', conversation: 'v_1' }, { kind: 'typing', from: { kind: 'agent', id: 'a' }, on })
  const asks = () => asked('/cgi-bin/message/custom/typing').map(({ errcode }) => errcode)

  test('is shown once in the time that it stays shown, and only soon after the customer was heard of', async () => {
    for (const on of [true, true, true]) typing(on)
    await expect.poll(asks).toEqual([0])
    typing(false)
    await expect.poll(asks).toEqual([0, 0])
    stand.advance(15_000)
    typing(true)
    await expect.poll(asks).toEqual([0, 0, 0])
    stand.advance(15_001)
    typing(true)
    await phone.say('hello?')
    typing(true)
    await expect.poll(asks).toEqual([0, 0, 0, 0])
  })
})
