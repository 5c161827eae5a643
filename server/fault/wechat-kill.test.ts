import { setTimeout } from 'node:timers/promises'
import type { FakeWeChatPhone } from '@hutong/adapter-wechat/fake'
import { afterEach, expect, it } from 'vitest'
import { createRandom } from './random.ts'
import { ANSWERS, type Door, KF, openTencentStand, type TencentStand, textOf, WORDS } from './test-tencent-stand.ts'

/** `HUTONG_FAULT=long` kills more often; `HUTONG_FAULT_SEED` replays a schedule. */
const KILLS = process.env.HUTONG_FAULT === 'long' ? 20 : 6
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? Math.floor(Math.random() * 1e9))
const CUSTOMERS = 250
const MESSAGES = CUSTOMERS * WORDS.length
const OPENIDS = 40
const KF_SEND = '/cgi-bin/kf/send_msg'
const GZH_SEND = '/cgi-bin/message/custom/send'

let stand: TencentStand
afterEach(() => stand.close())

async function open(channel: Door): Promise<void> {
  stand = await openTencentStand({ routing: ['keyword', 'desk'], channels: [channel] })
}

type Seen = ReturnType<FakeWeChatPhone['sees']>

/** What the account says on a phone. */
function said(shown: Seen): string[] {
  return shown.flatMap((one) => (one.from === 'account' && one.kind === 'text' ? [one.text] : []))
}

/** What customers wrote as it is in the log, by address. */
function wrote(): Record<string, string[]> {
  const texts = stand.log().filter(({ from, body }) => from === 'contact' && textOf(body) !== '')
  const by = Object.groupBy(texts, ({ address }) => address)
  return Object.fromEntries(Object.entries(by).map(([key, some = []]) => [key, some.map(({ body }) => textOf(body))]))
}

/** What the log says of deliveries that did not go well, by address. */
function told(): { address: string; state: string; reason: string | undefined }[] {
  return stand
    .log()
    .flatMap(({ address, body }) =>
      body.kind === 'delivery' ? [{ address, state: body.state, reason: body.reason }] : [],
    )
}

const sendsOf = (path: string) => [...stand.wechat.calls, ...stand.wecom.calls].filter((one) => one.path === path)

it(`reads ${MESSAGES} messages of customer service through ${KILLS} kills, and answers each once, in order`, async () => {
  process.stdout.write(`seed ${SEED}: replay with HUTONG_FAULT_SEED=${SEED}\n`)
  const random = createRandom(SEED)
  await open('kf')
  const log = stand.wecom.kf.log(KF)
  log.mostPerPage(30)
  log.emptyPages(5)
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => stand.wecom.customer(`wm${index}`))
  const answered = () => customers.flatMap((one) => said(one.sees())).length
  for (const word of WORDS) for (const customer of customers) void customer.say(word)
  const ends = Array.from({ length: KILLS }, (_, index) => Math.round(((index + 0.5) * 2 * MESSAGES) / KILLS))
  await stand.relay.start()
  const killedAt: { read: number; answered: number }[] = []
  for (const [index, end] of ends.entries()) {
    const entries = end + random.between(-60, 60)
    await stand.until(`${entries} entries`, () => stand.count() >= entries)
    await setTimeout(random.between(0, 20))
    await stand.relay.kill()
    const read = Object.values(wrote()).flat().length
    killedAt.push({ read, answered: answered() })
    if (index === 1) log.emptyPages(3)
    await stand.restart()
  }
  await stand.until('every message is answered', () => answered() >= MESSAGES, 180_000)
  await stand.until('nothing is under way', () => stand.underWay() === 0)
  const tries = sendsOf(KF_SEND)
  const again = tries.filter(({ errcode }) => errcode === 40058).length
  process.stdout.write(
    `${MESSAGES} messages in ${log.entries.length} entries, killed when ${killedAt.map(({ read, answered }) => `${read}/${answered}`).join(', ')} were read/answered: ` +
      `${answered()} answers on ${CUSTOMERS} phones, ${tries.length} calls, ${again} of them found their message sent\n`,
  )
  expect(killedAt.filter(({ read }) => read >= MESSAGES)).toEqual([])
  expect(new Set(Object.values(wrote()).map((texts) => texts.join()))).toEqual(new Set([WORDS.join()]))
  expect(Object.keys(wrote())).toHaveLength(CUSTOMERS)
  const wanted = WORDS.map((word) => ANSWERS[word])
  expect(customers.map((one) => said(one.sees())).filter((seen) => seen.join() !== wanted.join())).toEqual([])
  expect(told()).toEqual([])
})

it('shows an answer of customer service once, when it is killed after WeCom took it and before it knew', async () => {
  await open('kf')
  await stand.relay.start()
  const lin = stand.wecom.customer('wmLin')
  stand.wecom.faults.next(KF_SEND, 'timeout-after-accept')
  await lin.say('parcel')
  await stand.until('the answer is on the phone', () => said(lin.sees()).length > 0)
  await stand.relay.kill()
  await stand.restart()
  await stand.until('it was sent again', () => sendsOf(KF_SEND).length === 2)
  await lin.say('price')
  await stand.until('the next one is on the phone', () => said(lin.sees()).length === 2)
  expect(said(lin.sees())).toEqual([ANSWERS.parcel, ANSWERS.price])
  expect(sendsOf(KF_SEND).map(({ errcode }) => errcode)).toEqual([0, 40058, 0])
  expect(told()).toEqual([])
})

it('says of an answer of an Official Account that nobody knows, when it is killed after WeChat took it', async () => {
  await open('gzh')
  await stand.relay.start()
  const lin = stand.wechat.phone('oLin')
  await lin.follow()
  stand.wechat.faults.next(GZH_SEND, 'timeout-after-accept')
  await lin.say('parcel')
  await stand.until('the answer is on the phone', () => said(lin.sees()).length > 0)
  await stand.relay.kill()
  await stand.restart()
  await stand.until('the log tells', () => told().length > 0)
  const { conversation = '' } = stand.log()[0] ?? {}
  const deliveries = await stand.ask(`/v1/conversations/${conversation}/deliveries`)
  process.stdout.write(`the log: ${JSON.stringify(told())}\nREST: ${JSON.stringify(deliveries.items)}\n`)
  expect(told()).toMatchObject([{ address: 'oLin', state: 'unsure', reason: expect.stringContaining('WeChat') }])
  expect(deliveries.items).toMatchObject([{ state: 'unsure', error: expect.stringContaining('WeChat') }])
  await lin.say('price')
  await stand.until('the next one is on the phone', () => said(lin.sees()).length === 2)
  expect(said(lin.sees())).toEqual([ANSWERS.parcel, ANSWERS.price])
})

it(`answers nobody twice on an Official Account through ${KILLS} kills, and says of each lost answer that it is unsure`, async () => {
  process.stdout.write(`seed ${SEED}: replay with HUTONG_FAULT_SEED=${SEED}\n`)
  const random = createRandom(SEED)
  await open('gzh')
  await stand.relay.start()
  const phones = Array.from({ length: OPENIDS * KILLS }, (_, index) => stand.wechat.phone(`o${index}`))
  const outcomes = new Set<string>()
  for (let round = 0; round < KILLS; round++) {
    const before = sendsOf(GZH_SEND).length
    const pushed = phones.slice(round * OPENIDS, (round + 1) * OPENIDS).map((phone) => {
      void phone.follow()
      return phone.say('parcel')
    })
    const enough = before + random.between(5, OPENIDS / 2)
    await stand.until('some answers went out', () => sendsOf(GZH_SEND).length >= enough)
    await stand.relay.kill()
    await stand.restart()
    for (const { outcome } of await Promise.all(pushed)) outcomes.add(outcome)
  }
  const unsure = () => new Set(told().flatMap(({ address, state }) => (state === 'unsure' ? [address] : [])))
  const settled = () => phones.filter((one) => said(one.sees()).length > 0 || unsure().has(one.openid)).length
  await stand.until('every answer arrived or is unsure', () => settled() === phones.length)
  await stand.until('nothing is under way', () => stand.underWay() === 0)
  const seen = phones.map((one) => said(one.sees()).length)
  process.stdout.write(
    `${phones.length} customers, ${KILLS} kills: ${seen.filter((count) => count === 1).length} answers arrived, ` +
      `${seen.filter((count) => count === 0).length} did not, ${unsure().size} are said to be unsure\n`,
  )
  expect([...outcomes]).toEqual(['success'])
  expect(seen.filter((count) => count > 1)).toEqual([])
  expect(Object.values(wrote()).filter((texts) => texts.join() !== 'parcel')).toEqual([])
  expect(Object.keys(wrote())).toHaveLength(phones.length)
  expect(told().filter(({ state }) => state !== 'unsure')).toEqual([])
})
