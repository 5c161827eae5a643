import { describe, expect, test } from 'vitest'
import { OPEN_KFID, sees, standKf } from './test-kf-bench.ts'
import { openIdle, talk } from './test-kf-talk.ts'

const FILES = '/cgi-bin/media/get'
const PNG = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)

describe('customers', () => {
  test('have their names, and are asked for once a day', async () => {
    const { advance, fake, host, lin } = await talk()
    lin.knownAs({ nickname: '林' })
    await lin.say('one')
    await lin.say('two')
    expect(host.arrivals.map(({ from }) => from.profile?.name)).toEqual(['林', '林'])
    const asked = () => fake.calls.filter(({ path }) => path === '/cgi-bin/kf/customer/batchget').length
    expect(asked()).toBe(1)
    advance(25 * 3_600_000)
    await lin.say('three')
    expect(asked()).toBe(2)
  })

  test('are joined with who they are on other accounts, once', async () => {
    const { address, host, lin } = await talk()
    lin.knownAs({ unionid: 'oUnion1' })
    await lin.say('one')
    await lin.say('two')
    expect(host.joins).toEqual([{ address: address('lin'), same: { union: 'oUnion1' } }])
  })

  test('are taken in without their names when the platform does not say them', async () => {
    const { fake, kept, lin } = await talk()
    fake.faults.next('/cgi-bin/kf/customer/batchget', { errcode: 45009 })
    await lin.say('hello')
    expect(kept()).toEqual(['hello'])
  })

  test('bring their files, whole', async () => {
    const { host, lin } = await talk()
    await lin.image({ name: 'pot.png', bytes: PNG })
    const [arrival] = host.arrivals
    const [part] = arrival?.body.kind === 'message' ? arrival.body.parts : []
    const found = await host.files.get(part?.kind === 'image' ? (part.file ?? '') : '')
    expect(new Uint8Array(await new Response(found?.content).arrayBuffer())).toEqual(PNG)
  })

  test('bring their files under the names that these have on their phones', async () => {
    const { host, lin } = await talk()
    await lin.file({ name: '合同 v1.pdf', bytes: new TextEncoder().encode('%PDF-1.7') })
    const body = host.arrivals[0]?.body
    expect(body?.kind === 'message' && body.parts).toMatchObject([{ kind: 'file', name: '合同 v1.pdf' }])
  })

  test('bring their files also when the platform fails to give them twice', async () => {
    const { fake, kept, lin, until } = await talk({ filesMs: 3_000 })
    fake.faults.next(FILES, '5xx')
    fake.faults.next(FILES, 'timeout-after-accept')
    await lin.image({ name: 'pot.png', bytes: PNG })
    await until(() => kept(), ['image'])
  })

  test("do not wait for others' files, and those that never come are a line that says so", async () => {
    const stand = await standKf()
    const { fake, host } = stand
    fake.kf.callback(undefined)
    const [lin, mei] = [stand.customer('lin'), stand.customer('mei')]
    for (let number = 0; number < 12; number += 1) void lin.image({ name: 'pot.png', bytes: PNG })
    void lin.say('did you see it?')
    void mei.say('hello')
    await expect.poll(() => fake.kf.log(OPEN_KFID).entries.length).toBe(16)
    fake.faults.next(FILES, 'timeout-after-accept', Infinity)
    const kf = stand.adapter({ filesMs: 600 })
    const before = performance.now()
    await kf.open(host)
    await expect.poll(() => host.entries(stand.address('mei')).length, { interval: 5 }).toBe(1)
    expect(host.entries(stand.address('lin'))).toEqual([])
    await expect.poll(() => host.arrivals.length, { timeout: 5_000 }).toBe(14)
    // Twelve files of three tries, one after the other, would take twelve times as long.
    expect(performance.now() - before).toBeLessThan(3_000)
    const said = host.entries(stand.address('lin')).map(({ body }) => body.kind === 'message' && body.parts[0])
    const lost = { kind: 'unsupported', native: 'image', text: '[image] could not be fetched from WeChat: timeout' }
    expect(said).toEqual([...Array(12).fill(lost), expect.objectContaining({ text: 'did you see it?' })])
    expect(host.arrivals.at(-1)?.state).toEqual({ key: `cursor:${OPEN_KFID}`, value: expect.stringMatching(/./) })
    expect(host.arrivals.find(({ from }) => from.address === stand.address('lin'))?.raw).toContain('media_id')
    await kf.close()
    await stand.close()
  })

  test('are heard also when their file is gone', async () => {
    const { fake, kept, lin } = await talk()
    fake.faults.next(FILES, { errcode: 40007 })
    await lin.image({ name: 'pot.png', bytes: PNG })
    expect(kept()).toEqual(['unsupported'])
  })

  test('take back what they wrote', async () => {
    const { host, address, kept, lin } = await talk()
    await lin.say('stays')
    await lin.say('goes')
    await lin.recall()
    expect(kept()).toEqual(['stays', 'goes', 'recall'])
    expect(host.entries(address('lin')).at(-1)?.body).toEqual({ kind: 'recall', of: 2 })
  })
})

describe('colleagues in WeCom', () => {
  test('appear as agents with what they write and take back there', async () => {
    const { fake, host, address, kept, lin } = await talk()
    await lin.say('hello')
    const servicer = fake.servicer('zhangsan')
    await servicer.say(lin, 'I am at it')
    await servicer.recall(lin)
    expect(kept()).toEqual(['hello', 'I am at it', 'recall'])
    expect(host.entries(address('lin')).map(({ from }) => [from.kind, from.kind === 'agent' && from.id])).toEqual([
      ['contact', false],
      ['agent', 'zhangsan'],
      ['agent', 'zhangsan'],
    ])
  })
})

describe('links', () => {
  test('bring the conversation of who follows them, once', async () => {
    const { fake, host, kf, lin, customer, address } = await talk()
    await customer('web').say('I am the visitor')
    const [{ conversation = '' } = {}] = host.entries(address('web'))
    const { url, until } = await kf.invite(conversation)
    expect(until - host.clock.now()).toBe(7 * 86_400_000)
    await lin.enter({ url })
    expect(host.joins).toEqual([{ address: address('lin'), same: { conversation } }])
    await lin.say('now from WeChat')
    expect(host.entries(address('web')).map(({ body }) => body.kind === 'message' && body.parts[0])).toMatchObject([
      { text: 'I am the visitor' },
      { text: 'now from WeChat' },
    ])
    await customer('thief').enter({ url })
    expect(host.joins).toHaveLength(1)
    await kf.invite(conversation)
    expect(fake.calls.filter(({ path }) => path === '/cgi-bin/kf/add_contact_way')).toHaveLength(1)
  })

  test('bring nothing when they are not ours, or older than a week', async () => {
    const { advance, host, kf, lin, customer, address } = await talk()
    await customer('web').say('hello')
    const { url } = await kf.invite(host.entries(address('web'))[0]?.conversation ?? '')
    await lin.enter({ scene: 'hutong', sceneParam: 'v_1-forged' })
    advance(7 * 86_400_000 + 1_000)
    await lin.enter({ url })
    expect(host.joins).toEqual([])
  })
})

describe('the welcome', () => {
  test('gives way to what the relay tells those who follow a link', async () => {
    const { host, kf, lin, customer, address } = await talk({ welcome: 'Welcome!' })
    await customer('web').say('I am the visitor')
    const { url } = await kf.invite(host.entries(address('web'))[0]?.conversation ?? '')
    await lin.enter({ url })
    expect(sees(lin)).toEqual([])
    expect(await kf.standing?.(address('lin'))).toMatchObject({ open: true, left: 1 })
    const thief = customer('thief')
    await thief.enter({ url })
    expect(sees(thief)).toEqual(['Welcome!'])
  })

  test('is sent to who comes, once', async () => {
    const { fake, lin } = await talk({ welcome: 'Welcome!' })
    await lin.enter()
    expect(sees(lin)).toEqual(['Welcome!'])
    const push = fake.kf.pushes.at(-1)
    if (push) await fake.kf.deliver(push, 1)
    await lin.say('hello')
    expect(sees(lin)).toEqual(['Welcome!'])
  })

  test('is not sent when its 20 seconds are over', async () => {
    const stand = await standKf()
    stand.fake.kf.callback(undefined)
    void stand.customer('lin').enter()
    stand.advance(21_000)
    const kf = stand.adapter({ welcome: 'Welcome!' })
    await openIdle(kf, stand)
    await kf.close()
    expect(stand.fake.calls.filter(({ path }) => path === '/cgi-bin/kf/send_msg_on_event')).toEqual([])
    await stand.close()
  })

  test('can be an answer that comes in time, before the customer wrote', async () => {
    const { advance, host, kf, lin, customer, address, delivery } = await talk()
    await customer('web').say('I am the visitor')
    const [{ conversation = '' } = {}] = host.entries(address('web'))
    await lin.enter({ url: (await kf.invite(conversation)).url })
    expect(await kf.standing(address('lin'))).toMatchObject({ open: true, left: 1 })
    await kf.send(await delivery(1))
    expect(sees(lin)).toEqual(['answer 1'])
    const late = await delivery(2)
    await expect(kf.send(late)).rejects.toMatchObject({ code: 'window_closed' })
    advance(21_000)
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, code: 'window_closed' })
  })
})
