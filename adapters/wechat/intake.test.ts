import { HutongError } from '@hutong/core/errors'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PNG } from './fake/test-account.ts'
import type { WeChatAdapter, WeChatOptions } from './index.ts'
import { deliveryTo, openStand, type Stand } from './test-bench.ts'

const MEDIA_GET = '/cgi-bin/media/get'

let stand: Stand
let adapter: WeChatAdapter
beforeEach(async () => {
  stand = await openStand()
})
afterEach(async () => {
  await adapter.close()
  await stand.close()
})

async function open(more: Partial<WeChatOptions> = {}) {
  adapter = stand.adapter(more)
  await adapter.open(stand.host)
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  return phone
}

const parts = () => stand.host.arrivals.map(({ body }) => (body.kind === 'message' ? body.parts : []))

describe('files', () => {
  test('a picture that a customer sends is stored before the message, whole', async () => {
    const phone = await open()
    await phone.image({ name: '合同 v1.png', bytes: PNG })
    const [[part] = []] = parts()
    expect(part).toMatchObject({ kind: 'image', name: '合同 v1.png', type: 'image/png', bytes: PNG.byteLength })
    const kept = await stand.host.files.get(part?.kind === 'image' ? (part.file ?? '') : '')
    expect(kept && new Uint8Array(await new Response(kept.content).arrayBuffer())).toEqual(PNG)
  })

  test('a video comes by its link, and a voice with what was said', async () => {
    const phone = await open()
    await phone.video({ name: 'pot.mp4', bytes: new Uint8Array(2_000) })
    await phone.voice({ name: 'a.amr', bytes: new Uint8Array(2_000) }, '在吗')
    expect(parts()).toMatchObject([[{ kind: 'video' }], [{ kind: 'audio', transcript: '在吗' }]])
  })

  test('a picture that takes long stands before the words that followed it', async () => {
    const phone = await open()
    const { put } = stand.host.files
    const { promise: ready, resolve: letGo } = Promise.withResolvers<void>()
    Object.assign(stand.host.files, { put: (...all: Parameters<typeof put>) => ready.then(() => put(...all)) })
    const picture = phone.image({ name: 'pot.png', bytes: PNG })
    await expect.poll(() => stand.fake.calls.some(({ path }) => path.endsWith('media/get'))).toBe(true)
    const words = phone.say('this one')
    await new Promise((resolve) => setImmediate(resolve))
    letGo()
    await Promise.all([picture, words])
    expect(parts()).toMatchObject([[{ kind: 'image' }], [{ kind: 'text', text: 'this one' }]])
  })

  test.each([
    ['a busy platform', { errcode: -1 }, 1],
    ['a connection that breaks twice', 'reset', 2],
    ['a gateway in between', '5xx', 1],
  ] as const)('one that was kept from arriving by %s is stored all the same', async (_, fault, times) => {
    const phone = await open()
    stand.fake.faults.next(MEDIA_GET, fault, times)
    expect(await phone.image({ name: 'pot.png', bytes: PNG })).toMatchObject({ outcome: 'success', attempts: 1 })
    expect(parts()).toMatchObject([[{ kind: 'image', bytes: PNG.byteLength }]])
  })

  test('one that cannot be had says so in words, keeps what the platform pushed, and tells the operator why', async () => {
    const phone = await open()
    stand.fake.faults.next(MEDIA_GET, { errcode: 40007 })
    expect(await phone.image({ name: 'pot.png', bytes: PNG })).toMatchObject({ outcome: 'success', attempts: 1 })
    const text = '[image] It could not be fetched from WeChat: please send it again'
    expect(parts()).toEqual([[{ kind: 'unsupported', native: 'image', text }]])
    expect(stand.host.arrivals[0]?.raw).toContain('<MediaId>')
    expect(JSON.stringify(stand.host.logged)).toContain('40007')
  })
})

describe('repeats', () => {
  test('three at once and one after the other are one message', async () => {
    await open()
    const push = stand.fake.compose('o_lin', { MsgType: 'text', Content: 'once', MsgId: 1n })
    const same = { MsgType: 'text', Content: 'once', MsgId: 1n }
    const pushes = [push, push, stand.fake.compose('o_lin', same)]
    const told = await Promise.all(pushes.map((one) => stand.fake.deliver(one, 1)))
    for (const one of pushes) told.push(await stand.fake.deliver(one, 1))
    expect(told.map(({ outcome }) => outcome)).toEqual(Array(6).fill('success'))
    expect(parts()).toHaveLength(1)
  })

  test('an event that comes again is the same event', async () => {
    await open({ menu: [{ name: '我的订单', key: 'ORDERS' }] })
    const press = { MsgType: 'event', Event: 'CLICK', EventKey: 'ORDERS' }
    for (let time = 0; time < 3; time += 1) await stand.fake.deliver(stand.fake.compose('o_lin', press), 1)
    expect(parts()).toEqual([[{ kind: 'text', text: '我的订单', format: 'plain' }]])
  })
})

describe('what is no message', () => {
  test('following, scanning a poster, opening a page and saying where one is leave nothing in the log', async () => {
    const phone = await open({ menu: [{ name: '商店', url: 'https://shop.example/' }] })
    await phone.clickMenu('https://shop.example/')
    const where = { MsgType: 'event', Event: 'LOCATION', Latitude: '31.2', Longitude: '121.4', Precision: '10' }
    await stand.fake.deliver(stand.fake.compose('o_lin', where))
    await phone.unfollow()
    await phone.follow({ scene: 'poster-7' })
    expect([stand.host.arrivals, stand.host.joins]).toEqual([[], []])
  })

  test('what a customer did apart from writing stands in a conversation that there is, and nobody waits for an answer', async () => {
    const phone = await open()
    const took = { MsgType: 'event', Event: 'user_get_card', CardId: 'c' }
    await stand.fake.deliver(stand.fake.compose('o_lin', took))
    expect(stand.host.arrivals).toEqual([])
    await phone.say('hi')
    await stand.fake.deliver(stand.fake.compose('o_lin', { ...took, EventKey: 'again' }))
    expect(stand.host.arrivals[1]).toMatchObject({ automatic: true, body: { parts: [{ text: 'took a coupon' }] } })
  })
})

describe('the relay’s log', () => {
  test('names an event that concerns no customer, and holds nothing that it says', async () => {
    await open()
    const told = { MsgType: '', InfoType: 'component_verify_ticket', ComponentVerifyTicket: 'ticket@@@secret' }
    expect(await stand.fake.deliver(stand.fake.compose('', told))).toMatchObject({ outcome: 'success' })
    const logged = JSON.stringify(stand.host.logged)
    expect(logged).toContain('component_verify_ticket')
    expect(logged).not.toContain('ticket@@@')
  })
})

describe('choices', () => {
  test('a tapped item names the option, and one of another conversation is just its words', async () => {
    const phone = await open()
    await phone.say('hi')
    const options = [{ id: 'large', label: 'Large' }]
    const delivery = await deliveryTo(stand, 'o_lin', { kind: 'choices', text: 'Which?', options })
    await adapter.send(delivery)
    const menu = phone.sees().find((one) => one.kind === 'menu')
    await phone.clickMsgMenu(menu?.items[0]?.id ?? '')
    const stray = { MsgType: 'text', Content: 'Large', MsgId: 9n, bizmsgmenuid: '1.abcdef.large' }
    await stand.fake.deliver(stand.fake.compose('o_lin', stray))
    expect(stand.host.arrivals.slice(1).map(({ body }) => body)).toEqual([
      {
        kind: 'message',
        parts: [{ kind: 'text', text: 'Large', format: 'plain' }],
        choice: { of: delivery.entry.seq, id: 'large' },
      },
      { kind: 'message', parts: [{ kind: 'text', text: 'Large', format: 'plain' }] },
    ])
  })

  test('what the relay finds invalid is handed in as less, and nothing is lost', async () => {
    const phone = await open()
    stand.host.failNext(new HutongError('invalid', 'parts.0: odd'))
    await phone.say('hi')
    expect(parts()).toMatchObject([[{ kind: 'unsupported' }]])
  })
})

describe('answers to a push', () => {
  test.each(['xml', 'json'] as const)(
    'a reply that is fast enough travels in it (%s), and costs no message',
    async (format) => {
      await stand.close()
      stand = await openStand({ format })
      const phone = await open({ passiveReplyMs: 4_000 })
      stand.advance(60_000)
      const saying = phone.say('hi')
      await expect.poll(() => stand.host.arrivals.length).toBe(1)
      const text = { kind: 'text' as const, text: '您好 <b> ]]>', format: 'plain' as const }
      expect(await adapter.send(await deliveryTo(stand, 'o_lin', text))).toEqual({ state: 'sent' })
      expect(await saying).toMatchObject({ outcome: 'reply' })
      expect(phone.sees().filter(({ from }) => from !== 'customer')).toMatchObject([{ kind: 'text', text: text.text }])
      expect(stand.fake.calls.filter(({ path }) => path.endsWith('custom/send'))).toEqual([])
      expect(await adapter.standing('o_lin')).toMatchObject({ left: 5 })
    },
  )

  test.each(['xml', 'json'] as const)('pictures and cards travel in it too (%s)', async (format) => {
    await stand.close()
    stand = await openStand({ format, mode: 'plain' })
    const phone = await open({ passiveReplyMs: 4_000 })
    const { id } = await stand.host.files.put(new Blob([PNG]).stream(), { site: 'site', name: 'pot.png' })
    const card = { kind: 'card' as const, title: 'Pot', url: 'https://shop.example/pot', buttons: [] }
    for (const [index, part] of [card, { kind: 'image' as const, file: id }].entries()) {
      const saying = phone.say('hi')
      await expect.poll(() => stand.host.arrivals.length).toBe(index + 1)
      await adapter.send(await deliveryTo(stand, 'o_lin', part))
      expect(await saying).toMatchObject({ outcome: 'reply' })
    }
    const shown = phone.sees().filter(({ from }) => from !== 'customer')
    expect(shown).toMatchObject([
      { kind: 'cards', of: 'news' },
      { kind: 'image', name: 'pot.png' },
    ])
  })

  test('a reply that is too slow, and a second one, go as messages of their own; none comes twice', async () => {
    const phone = await open({ passiveReplyMs: 30 })
    expect(await phone.say('hi')).toMatchObject({ outcome: 'success' })
    const send = async (words: string) =>
      adapter.send(await deliveryTo(stand, 'o_lin', { kind: 'text', text: words, format: 'plain' }))
    await send('late')
    await send('later')
    expect(phone.sees().flatMap((one) => (one.from === 'account' && one.kind === 'text' ? [one.text] : []))).toEqual([
      'late',
      'later',
    ])
  })

  test('the platform’s repeat is answered like the first time', async () => {
    await open({ passiveReplyMs: 2_000 })
    const fields = { MsgType: 'text', Content: 'hi', MsgId: 5n }
    const first = stand.fake.deliver(stand.fake.compose('o_lin', fields), 1)
    await expect.poll(() => stand.host.arrivals.length).toBe(1)
    await adapter.send(await deliveryTo(stand, 'o_lin', { kind: 'text', text: 'hello', format: 'plain' }))
    const again = await stand.fake.deliver(stand.fake.compose('o_lin', fields), 1)
    expect([(await first).outcome, again.outcome]).toEqual(['reply', 'reply'])
    expect(stand.fake.calls.filter(({ path }) => path.endsWith('custom/send'))).toEqual([])
  })

  test('whoever follows is told the welcome', async () => {
    const phone = await open({ welcome: '欢迎' })
    expect(phone.sees()).toMatchObject([{ from: 'account', kind: 'text', text: '欢迎' }])
  })
})
