import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AGENT, openTencentStand, type TencentStand, textOf } from './test-tencent-stand.ts'

const CALLBACKS = 500
const CUSTOMERS = 50
/** What runs before it counts: code that is hot, connections and tokens that are there. */
const WARM = 100
const WITHIN_MS = 50
const ROUNDS = 4

let stand: TencentStand
beforeEach(async () => {
  stand = await openTencentStand({ routing: ['hanging', 'desk'] })
  await stand.relay.start()
})
afterEach(() => stand.close())

let id = 8_000_000_000_000_000_000n

/** The texts that are stored of customers whose address begins like this. */
function stored(address: string): string[] {
  const log = stand.log().filter((one) => one.from === 'contact' && one.address.startsWith(address))
  return log.map(({ body }) => textOf(body)).filter((text) => text !== '')
}

interface Push {
  query: string
  body: string
}

async function post(url: string, { query, body }: Push): Promise<{ status: number; ms: number }> {
  const started = performance.now()
  const answer = await fetch(`${url}?${query}`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body })
  await answer.text()
  return { status: answer.status, ms: performance.now() - started }
}

function words(index: number) {
  id += 1n
  return { MsgType: 'text', Content: `words ${index}`, MsgId: id }
}

const CHANNELS = [
  {
    name: 'an Official Account',
    door: 'gzh',
    customer: 'o_',
    push: (index: number) => stand.wechat.compose(`o_${index % CUSTOMERS}`, words(index)),
  },
  {
    name: 'an app of WeCom',
    door: 'app',
    customer: 'm_',
    push: (index: number) =>
      stand.wecom.app.compose({ FromUserName: `m_${index % CUSTOMERS}`, AgentID: AGENT, ...words(index) }),
  },
] as const

/**
 * Measures rounds of callbacks until one is quick enough, the last of them whatever it is: other tests use this machine at the same
 * time, and what they take is no property of the relay. Resolves with how many callbacks there were.
 */
async function measure(name: string, one: (index: number) => Promise<number>): Promise<number> {
  let index = 0
  const round = async (count: number) => {
    const times: number[] = []
    for (; times.length < count; index += 1) times.push(await one(index))
    return times
  }
  await round(WARM)
  const p99: number[] = []
  while (p99.length < ROUNDS && !p99.some((ms) => ms <= WITHIN_MS)) {
    const times = await round(CALLBACKS)
    p99.push(at(times, 0.99))
    process.stdout.write(
      `${name}: ${CALLBACKS} callbacks verified, stored and answered while the backend hangs: ` +
        `p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, slowest ${at(times, 1)} ms\n`,
    )
  }
  expect(Math.min(...p99)).toBeLessThanOrEqual(WITHIN_MS)
  return index
}

function at(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  return Math.round((sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0) * 10) / 10
}

it.each(CHANNELS)(
  'stores and answers callbacks of $name within 50 ms, 99 of 100, while the backend hangs',
  async (one) => {
    const count = await measure(one.name, async (index) => {
      const { status, ms } = await post(stand.url(one.door), one.push(index))
      expect(status).toBe(200)
      return ms
    })
    expect(stored(one.customer)).toHaveLength(count)
  },
)

it('reads, stores and answers for customer service within 50 ms, 99 of 100, while the backend hangs', async () => {
  const count = await measure('customer service', async (index) => {
    const customer = stand.wecom.customer(`wm_${index % CUSTOMERS}`)
    const started = performance.now()
    expect(await customer.say(`words ${index}`)).toEqual({ attempts: 1, outcome: 'success' })
    return performance.now() - started
  })
  expect(stored('wm_')).toHaveLength(count)
})

it.each(CHANNELS)(
  'makes one message of repeats of $name, three at once, three in a row, signed anew or not',
  async (one) => {
    const before = id
    const first = one.push(1)
    for (const push of [first, resigned(one, before)]) {
      const answers = await Promise.all([1, 2, 3].map(() => post(stand.url(one.door), push)))
      for (let time = 0; time < 3; time += 1) answers.push(await post(stand.url(one.door), push))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    }
    expect(stored(one.customer)).toEqual(['words 1'])
  },
)

/** The same message, as the platform may sign it when it repeats it. */
function resigned({ push }: (typeof CHANNELS)[number], before: bigint): Push {
  id = before
  return push(1)
}

it('makes one message of repeats for customer service, three at once and three in a row', async () => {
  await stand.wecom.customer('wm_lin').say('words 1')
  const push = stand.wecom.kf.pushes.at(-1)
  if (push === undefined) throw new Error('nothing was pushed')
  const answers = await Promise.all([1, 2, 3].map(() => post(stand.url('kf'), push)))
  for (let time = 0; time < 3; time += 1) answers.push(await post(stand.url('kf'), push))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  expect(stored('wm_')).toEqual(['words 1'])
})
