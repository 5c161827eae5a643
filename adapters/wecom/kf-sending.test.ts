import type { Part } from '@hutong/core/parts'
import { describe, expect, test } from 'vitest'
import { CORP_ID, OPEN_KFID, sees } from './test-kf-bench.ts'
import { type KfTalk, talk } from './test-kf-talk.ts'

const SEND = '/cgi-bin/kf/send_msg'
const DAY = 86_400_000

/** Moves her session as somebody at the company could do by the API. */
async function move({ fake }: KfTalk, to: number, servicer?: string): Promise<void> {
  const query = new URLSearchParams({ corpid: CORP_ID, corpsecret: 'kf-secret' })
  const { access_token: token } = await (await fetch(`${fake.url}/cgi-bin/gettoken?${query}`)).json()
  const body = JSON.stringify({
    ...{ open_kfid: OPEN_KFID, external_userid: 'wmlin', service_state: to },
    ...(servicer && { servicer_userid: servicer }),
  })
  const url = `${fake.url}/cgi-bin/kf/service_state/trans?access_token=${token}`
  expect(await (await fetch(url, { method: 'POST', body })).json()).toMatchObject({ errcode: 0 })
}

describe('five answers in 48 hours', () => {
  test('are counted before the call, and begin anew when the customer writes', async () => {
    const { address, delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    expect(await kf.standing(address('lin'))).toMatchObject({ open: true, left: 5 })
    for (let number = 1; number <= 5; number += 1) await kf.send(await delivery(number))
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, code: 'quota', reason: /5 messages/ })
    const calls = () => fake.calls.filter(({ path }) => path === SEND).length
    await expect(kf.send(await delivery(6))).rejects.toMatchObject({ code: 'quota', retryable: false })
    expect(calls()).toBe(5)
    await lin.say('go on')
    await kf.send(await delivery(6))
    expect(sees(lin)).toHaveLength(6)
  })

  test('are five also when several relays answer at once', async () => {
    const { adapter, address, delivery, fake, host, kf, lin } = await talk()
    const other = adapter()
    await other.open(host)
    await lin.say('hello')
    const deliveries = await Promise.all(Array.from({ length: 10 }, (_, index) => delivery(index)))
    const all = await Promise.allSettled(deliveries.map((one, index) => (index % 2 === 0 ? kf : other).send(one)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(fake.calls.filter(({ path }) => path === SEND)).toHaveLength(5)
    expect(sees(lin)).toHaveLength(5)
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, code: 'quota' })
    await other.close()
  })

  test('are not used up by one that is refused while another relay sends, and that one stays counted', async () => {
    const { adapter, address, delivery, fake, host, kf, lin } = await talk()
    const other = adapter()
    await other.open(host)
    await lin.say('hello')
    const [first, second] = [await delivery(1), await delivery(2)]
    fake.faults.next(SEND, { errcode: 45009 })
    const all = await Promise.allSettled([kf.send(first), other.send(second)])
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await kf.standing(address('lin'))).toMatchObject({ open: true, left: 4 })
    await other.close()
  })

  test('are over after 48 hours, and the platform is not asked', async () => {
    const { address, advance, delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    const { until } = (await kf.standing(address('lin'))) as { until: number }
    advance(2 * DAY)
    expect(until).toBeLessThanOrEqual(fake.now())
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, code: 'window_closed', reason: /48 hours/ })
    await expect(kf.send(await delivery(1))).rejects.toMatchObject({ code: 'window_closed' })
    expect(fake.calls.filter(({ path }) => path === SEND)).toEqual([])
  })

  test('are corrected by what the platform says, and survive a restart', async () => {
    const { address, adapter, delivery, fake, host, kf, lin } = await talk()
    await lin.say('hello')
    fake.faults.next(SEND, { errcode: 95001 })
    await expect(kf.send(await delivery(1))).rejects.toMatchObject({ code: 'quota' })
    await kf.close()
    const next = adapter()
    await next.open(host)
    expect(await next.standing(address('lin'))).toMatchObject({ open: false, code: 'quota' })
    await lin.say('go on')
    expect(await next.standing(address('lin'))).toMatchObject({ open: true, left: 5 })
    await next.close()
  })

  test('are not used up by what surely did not arrive', async () => {
    const { address, delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    fake.faults.next(SEND, { errcode: 45009 }, 3)
    const first = await delivery(1)
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await expect(kf.send({ ...first, attempt })).rejects.toMatchObject({ code: 'throttled', retryAfter: 60_000 })
    expect(await kf.standing(address('lin'))).toMatchObject({ open: true, left: 5 })
  })
})

describe('a message', () => {
  test.each(['timeout-after-accept', 'reset-after-accept', 'nonsense'] as const)(
    'arrives once when its answer is lost (%s), also by a process that knows nothing of the first try',
    async (fault) => {
      const { address, adapter, delivery, fake, host, kf, lin } = await talk({ timeoutMs: 200 })
      await lin.say('hello')
      const first = await delivery(1)
      fake.faults.next(SEND, fault)
      await expect(kf.send(first)).rejects.toMatchObject({ code: 'timeout', retryable: true })
      await kf.close()
      await host.state.set(`sent:${address('lin')}`, undefined)
      const next = adapter()
      await next.open(host)
      const receipt = await next.send({ ...first, attempt: 2 })
      expect(receipt).toEqual({ state: 'sent', native: expect.stringMatching(/^[\w-]{28}$/) })
      expect(await next.send({ ...first, attempt: 3 })).toEqual(receipt)
      expect(sees(lin)).toEqual(['answer 1'])
      await next.close()
    },
  )

  test.each([
    [40058, 'invalid msgid'],
    [40058, 'invalid Request Parameter, hint: [msgid]'],
    [48002, 'api forbidden for msgid'],
  ])(
    'that WeChat refuses at its first try is never called sent, whatever the refusal says (%i, %s)',
    async (errcode, errmsg) => {
      const { delivery, fake, kf, lin } = await talk()
      await lin.say('hello')
      fake.faults.next(SEND, { errcode, errmsg })
      await expect(kf.send(await delivery(1))).rejects.toMatchObject({ message: expect.stringContaining(errmsg) })
      expect(sees(lin)).toEqual([])
    },
  )

  test('that was tried before and is refused for something else than its id is not called sent', async () => {
    const { delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    const first = await delivery(1)
    fake.faults.next(SEND, '5xx')
    await expect(kf.send(first)).rejects.toMatchObject({ code: 'timeout' })
    fake.faults.next(SEND, { errcode: 40058, errmsg: 'invalid Request Parameter, hint: [text.content]' })
    await expect(kf.send({ ...first, attempt: 2 })).rejects.toMatchObject({ code: 'rejected' })
    expect(sees(lin)).toEqual([])
  })

  test('whose answer was lost arrives once, also when the customer wrote before the next try', async () => {
    const { address, delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    const first = await delivery(1)
    fake.faults.next(SEND, 'reset-after-accept')
    await expect(kf.send(first)).rejects.toMatchObject({ code: 'timeout' })
    await lin.say('still there?')
    expect(await kf.send(first)).toMatchObject({ state: 'sent' })
    expect(sees(lin)).toEqual(['answer 1'])
    expect(await kf.standing(address('lin'))).toMatchObject({ open: true, left: 4 })
  })

  test('that a lost answer made the fifth arrives once', async () => {
    const { delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    for (let number = 1; number <= 4; number += 1) await kf.send(await delivery(number))
    const fifth = await delivery(5)
    fake.faults.next(SEND, 'reset-after-accept')
    await expect(kf.send(fifth)).rejects.toMatchObject({ retryable: true })
    expect(await kf.send({ ...fifth, attempt: 2 })).toMatchObject({ state: 'sent' })
    expect(sees(lin)).toHaveLength(5)
  })

  test.each([
    [4, /48 hours/],
    [6, /5 messages/],
    [10, /refuses/],
    [99, /fail_type 99/],
  ])('that WeChat took and did not deliver (%i) is reported with the reason', async (failType, reason) => {
    const { delivery, fake, host, kf, lin, until } = await talk()
    await lin.say('hello')
    fake.kf.failNext(failType)
    const receipt = await kf.send(await delivery(1))
    const native = receipt.state === 'sent' ? receipt.native : undefined
    await until(() => host.reports.length, 1)
    expect(host.reports).toEqual([{ native, state: 'failed', reason: expect.stringMatching(reason) }])
  })

  test('is taken back within 2 minutes, and not later', async () => {
    const { address, advance, delivery, kf, lin } = await talk()
    await lin.say('hello')
    const [first, second] = [await kf.send(await delivery(1)), await kf.send(await delivery(2))]
    const to = { address: address('lin'), conversation: 'v_1' }
    await kf.recall(String(first.native), to)
    expect(sees(lin)).toEqual(['answer 2'])
    advance(3 * 60_000)
    await expect(kf.recall(String(second.native), to)).rejects.toMatchObject({ code: 'rejected', message: /2 minutes/ })
  })

  test('of several pieces is reported and taken back as one', async () => {
    const { address, delivery, fake, host, kf, lin, until } = await talk()
    await lin.say('hello')
    const options = [{ id: 's', label: 'Small' }]
    const long: Part = { kind: 'choices', text: '好'.repeat(400), options }
    fake.kf.failNext(5)
    const failed = await kf.send(await delivery(1, long))
    await until(() => host.reports.map(({ native }) => native), [String(failed.native)])
    const { native = '' } = await kf.send(await delivery(2, long))
    expect(sees(lin)).toHaveLength(3)
    await kf.recall(native, { address: address('lin'), conversation: 'v_1' })
    expect(sees(lin)).toHaveLength(1)
  })

  test.each([
    ['image/png', 'pot.png', '\x89PNG\r\n\x1a\n and more', 'image'],
    ['video/mp4', 'pot.mp4', '\0\0\0 ftypisom and more', 'video'],
    ['application/pdf', 'bill.pdf', '%PDF-1.7 and more', 'file'],
    ['audio/mpeg', 'voice.mp3', 'ID3 and more', 'file'],
    ['audio/amr', 'voice', '#!AMR\n and more', 'voice'],
  ])('brings a file of type %s as what WeChat can play', async (type, name, content, kind) => {
    const { delivery, host, kf, lin } = await talk()
    await lin.say('hello')
    const bytes = new Blob([Buffer.from(content, 'latin1')])
    const { id: file } = await host.files.put(bytes.stream(), { site: 'site', name, type })
    const as = { image: 'image', video: 'video', audio: 'audio', application: 'file' } as const
    const of = type.split('/')[0] as keyof typeof as
    await kf.send(await delivery(1, { kind: as[of], file, name, type } as Part))
    expect(lin.sees().at(-1)).toMatchObject({ kind, name: expect.stringContaining(name) })
  })

  test('offers a rating, and the tap comes back as the score', async () => {
    const { address, host, kf, lin } = await talk()
    await lin.say('hello')
    const [{ conversation = '' } = {}] = host.entries(address('lin'))
    const rating = { kind: 'rating', scale: 'csat', question: 'How was it?' } as const
    const body = { kind: 'message', parts: [rating] } as const
    const [entry] = await host.commit(conversation, { kind: 'bot', id: 'b' }, { ...body, parts: [rating] })
    if (entry === undefined) throw new Error('the host committed nothing')
    const options = [1, 2, 3, 4, 5].map((score) => ({ id: String(score), label: String(score) }))
    const to = { address: address('lin'), conversation }
    const parts: Part[] = [{ kind: 'choices', text: 'How was it?', options }]
    await kf.send({ key: 'k', to, entry, parts, changes: [], attempt: 1 })
    await lin.pick(`${entry.seq}.3`)
    expect(host.entries(address('lin')).at(-1)?.body).toEqual({
      kind: 'rating',
      of: entry.seq,
      scale: 'csat',
      score: 4,
    })
  })
})

describe('a session that is not ours', () => {
  test('is said beforehand and refused with its holder, when a colleague has it in WeCom', async () => {
    const { address, delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    await fake.servicer('zhangsan').takes(lin)
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, reason: expect.stringMatching(/zhangsan/) })
    await expect(kf.send(await delivery(1))).rejects.toMatchObject({
      code: 'window_closed',
      message: expect.stringMatching(/zhangsan has the session/),
    })
    expect(sees(lin)).toEqual([])
  })

  test('is refused with what to do, when it waits in the pool or is over', async () => {
    const all = await talk()
    const { address, delivery, fake, kf, lin } = all
    await lin.say('hello')
    await move(all, 2)
    await expect(kf.send(await delivery(1))).rejects.toMatchObject({ code: 'window_closed', message: /pool/ })
    await fake.servicer('zhangsan').takes(lin)
    await fake.servicer('zhangsan').ends(lin)
    all.advance(21_000)
    expect(await kf.standing(address('lin'))).toMatchObject({ open: false, reason: expect.stringMatching(/over/) })
    await lin.say('again')
    await kf.send(await delivery(2))
    expect(sees(lin)).toEqual(['answer 2'])
  })

  test('is taken when it is new, and the message sent then', async () => {
    const { delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    fake.faults.next(SEND, { errcode: 95018 })
    await kf.send(await delivery(1))
    expect(sees(lin)).toEqual(['answer 1'])
    expect(lin.state()).toBe(1)
  })

  test('takes one farewell within 20 seconds of its end', async () => {
    const { delivery, fake, kf, lin } = await talk()
    await lin.say('hello')
    await fake.servicer('zhangsan').takes(lin)
    await fake.servicer('zhangsan').ends(lin)
    await kf.send(await delivery(1))
    await expect(kf.send(await delivery(2))).rejects.toMatchObject({ code: 'window_closed' })
    expect(sees(lin)).toEqual(['answer 1'])
  })
})
