import { afterEach, describe, expect, it } from 'vitest'
import type { Reply } from './test-receiver.ts'
import {
  NAME,
  openWebhookStand,
  reasonOf,
  reply,
  saidBy,
  sleep,
  until,
  type WebhookStand,
} from './test-webhook-stand.ts'

let stand: WebhookStand
const open = async (...of: Parameters<typeof openWebhookStand>) => {
  stand = await openWebhookStand(...of)
}
afterEach(() => stand.close())

const asked = (conversation: string) => stand.until(conversation, (log) => reasonOf(log) !== undefined)

describe('a webhook that fails', () => {
  it('is brought the same bytes again under the same id, signed for the time of each try, until it answers', async () => {
    await open()
    const replies: Reply[] = [{ status: 500 }, (response) => response.destroy(), { status: 404 }]
    stand.receiver.answer(() => replies.shift() ?? { json: { actions: [reply('At last.')] } })
    const { conversation } = await stand.write('hello')
    await until(() => stand.receiver.calls.length === 1)
    await sleep(1_000)
    await stand.triesOf(4)
    await stand.until(conversation, (log) => saidBy(log).length === 1)
    const [first, ...others] = stand.receiver.calls
    for (const { id, body } of others) expect([id, body]).toEqual([first?.id, first?.body])
    const times = stand.receiver.calls.map(({ headers }) => Number(headers['webhook-timestamp']))
    expect(times.at(-1)).toBeGreaterThan(times[0] ?? Number.NaN)
  })

  it('that was down is brought everything that waits as soon as it takes one event again', async () => {
    await open({ answerWithin: 60_000 })
    stand.receiver.answer(() => ({ status: 503 }))
    for (const address of ['a', 'b', 'c']) await stand.write('hello', { address })
    await expect.poll(async () => (await stand.waiting()).length, { timeout: 5_000 }).toBe(3)
    stand.receiver.answer(() => ({ json: {} }))
    await stand.write('well again?', { address: 'd' })
    await expect.poll(async () => (await stand.waiting()).length, { timeout: 4_000 }).toBe(0)
  })

  it('is brought nothing of anybody while it asks to be left alone, and people are asked in time all the same', async () => {
    await open({ answerWithin: 1_000 })
    stand.receiver.answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
    const people = [await stand.write('hello', { address: 'a' })]
    await until(() => stand.receiver.calls.length === 1)
    for (const address of ['b', 'c', 'd', 'a']) people.push(await stand.write('hello', { address }))
    for (const { conversation } of people)
      expect(reasonOf(await asked(conversation))).toBe('shop gave no answer in 1000 ms')
    await stand.relay.hasten(NAME, 'kindly')
    await sleep(300)
    expect(stand.receiver.calls).toHaveLength(1)
    expect(await stand.dead()).toEqual([])
  })

  it('that asked to be left alone is brought what waited then, and the waiting was no try', async () => {
    await open({ answerWithin: 60_000 })
    stand.receiver.answer(() => ({ status: 503, headers: { 'retry-after': '1' } }))
    await stand.write('hello', { address: 'a' })
    await until(() => stand.receiver.calls.length === 1)
    const began = stand.receiver.calls[0]?.at ?? 0
    stand.receiver.answer(() => ({ status: 500 }))
    for (const address of ['b', 'c', 'd']) await stand.write('hello', { address })
    for (let look = 0; look < 5; look++) await stand.relay.hasten(NAME)
    await expect.poll(async () => (await stand.waiting()).length, { timeout: 5_000 }).toBe(4)
    for (const { at } of stand.receiver.calls.slice(1)) expect(at).toBeGreaterThan(began + 900)
    await sleep(200)
    const tries = new Map<string, number>()
    for (const { id } of stand.receiver.calls) tries.set(id, (tries.get(id) ?? 0) + 1)
    const kept = (await stand.waiting()).map((row) => row.tries)
    expect(kept).toEqual([...tries.values()])
  })

  it('is asked early once, not all ten times at once, when it takes some and fails others', async () => {
    await open({ answerWithin: 60_000 })
    stand.receiver.answer(({ event }) => (JSON.stringify(event).includes('ill') ? { status: 500 } : { status: 204 }))
    for (const address of ['a', 'b', 'c']) await stand.write('ill', { address })
    await expect.poll(async () => (await stand.waiting()).length, { timeout: 5_000 }).toBe(3)
    for (let turn = 0; turn < 20; turn++) {
      await stand.write('well', { address: 'd' })
      await sleep(50)
    }
    const tries = stand.receiver.calls.filter(({ body }) => body.includes('ill'))
    expect(tries).toHaveLength(6)
    expect((await stand.waiting()).map(({ tries }) => tries)).toEqual([1, 1, 1])
  })

  it('leaves nobody in silence: people are asked when its time is over, and it goes on being tried', async () => {
    await open({ answerWithin: 1_000 })
    stand.receiver.answer(() => ({ status: 500 }))
    const { conversation } = await stand.write('hello')
    expect(reasonOf(await asked(conversation))).toBe('shop gave no answer in 1000 ms')
    stand.receiver.answer(() => ({ json: { actions: [reply('too late')] } }))
    await stand.triesOf(2)
    await sleep(100)
    expect(saidBy(await stand.log(conversation))).toEqual([])
    expect(await stand.dead()).toEqual([])
  })

  it.each<[string, Reply, RegExp]>([
    [
      'a redirect',
      { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } },
      /302 with a redirect.*set url/,
    ],
    ['a refusal', { status: 401 }, /answered 401$/],
    ['text', { text: 'OK' }, /no JSON.*answer 204/],
    [
      'half an answer',
      (response) => response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy()),
      /could not be reached/,
    ],
  ])('is tried again after %s, by the schedule', async (_, failure, error) => {
    await open()
    stand.receiver.answer(() => failure)
    await stand.write('hello')
    const waiting = () => stand.waiting()
    await expect.poll(waiting, { timeout: 5_000 }).toMatchObject([{ tries: 1, error: expect.stringMatching(error) }])
    const [row] = await waiting()
    expect(row?.due ?? 0).toBeGreaterThan(Date.now() + 3_000)
    expect(row?.due ?? 0).toBeLessThan(Date.now() + 6_000)
    expect(stand.receiver.calls).toHaveLength(1)
  })

  it.each<[string, number, (now: number) => string, number]>([
    ['seconds', 503, () => '120', 120_000],
    ['a date', 429, (now) => new Date(now + 600_000).toUTCString(), 600_000],
    ['longer than a day', 500, () => '99999999', 86_400_000],
    ['no time at all', 503, () => '0', 5_000],
    ['nonsense', 503, () => 'soon', 5_000],
  ])(
    'is left alone as long as it asks, at most a day, and never less than the schedule says: %s',
    async (_, status, asks, wait) => {
      await open()
      let now = Number.NaN
      stand.receiver.answer(() => {
        now = Date.now()
        return { status, headers: { 'retry-after': asks(now) } }
      })
      await stand.write('hello')
      await expect.poll(() => stand.waiting(), { timeout: 5_000 }).toHaveLength(1)
      const [row] = await stand.waiting()
      expect(row?.due ?? 0).toBeGreaterThan(now + wait - 1_001)
      expect(row?.due ?? 0).toBeLessThan(Date.now() + Math.min(wait * 1.1, 86_400_001))
    },
  )

  it('that never ends its answer is cut off, and others do not wait for it', async () => {
    await open({ timeoutMs: 1_500 })
    const drips = new Set<NodeJS.Timeout>()
    stand.receiver.answer(({ event }) =>
      JSON.stringify(event).includes('slow')
        ? (response) => {
            response.writeHead(200, { 'content-type': 'application/json' })
            const drip = setInterval(() => response.write(' '), 20)
            drips.add(drip)
            response.once('close', () => clearInterval(drip))
          }
        : { json: { actions: [reply('quick')] } },
    )
    for (let at = 0; at < 10; at++) await stand.write('slow', { address: `slow-${at}` })
    const { conversation } = await stand.write('hello', { address: 'quick' })
    const before = performance.now()
    await stand.until(conversation, (log) => saidBy(log).length === 1)
    expect(performance.now() - before).toBeLessThan(1_400)
    await expect
      .poll(async () => (await stand.waiting()).map(({ error }) => error), { timeout: 5_000 })
      .toEqual(Array(10).fill('the webhook gave no whole answer in 1500 ms'))
    expect(drips.size).toBe(10)
  })
})

describe('an answer that is none', () => {
  it.each<[string, unknown, RegExp]>([
    ['an unknown action', { actions: [{ kind: 'shout', text: 'Hi' }] }, /actions\.0\.kind/],
    ['a field that is missing', { actions: [{ kind: 'reply' }] }, /actions\.0\.parts/],
    ['a misspelt field', { action: [] }, /action: is no field; did you mean "actions"/],
    ['too many actions', { actions: Array(21).fill({ kind: 'typing', on: true }) }, /actions: .*20/],
    ['no object', [], /the value/],
  ])('has people asked at once, who read what is wrong; it is kept and asked for once: %s', async (_, json, reason) => {
    await open()
    stand.receiver.answer(() => ({ json }))
    const { conversation } = await stand.write('hello')
    const log = await asked(conversation)
    expect(reasonOf(log)).toMatch(/^shop could not answer: the body of the webhook's answer: /)
    expect(reasonOf(log)).toMatch(reason)
    await expect
      .poll(stand.dead)
      .toMatchObject([{ target: `backend:${NAME}`, seq: 1, error: expect.stringMatching(reason) }])
    expect(stand.receiver.calls).toHaveLength(1)
  })

  it('is not read beyond 256 KiB', async () => {
    await open()
    let sent = 0
    stand.receiver.answer(() => (response) => {
      response.writeHead(200)
      const chunk = ' '.repeat(64 * 1024)
      const more = () => {
        while (!response.destroyed && sent < 1e9 && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', more)
      more()
    })
    const { conversation } = await stand.write('hello')
    const log = await asked(conversation)
    expect(reasonOf(log)).toBe("shop could not answer: the body of the webhook's answer is larger than 256 KiB")
    expect(sent).toBeLessThan(20e6)
  })

  it('does not hold up what comes after it', async () => {
    await open()
    stand.receiver.answer(({ event }) => (event.entry.seq === 1 ? { json: { actions: 7 } } : { status: 204 }))
    await stand.write('hello')
    await stand.write('hello again')
    await until(() => stand.receiver.calls.some(({ event }) => event.entry.seq === 2))
  })
})

describe('a webhook that is gone', () => {
  it('is asked no more; people are asked at once, and what it missed is kept for it', async () => {
    await open()
    stand.receiver.answer(() => ({ status: 410 }))
    const { conversation } = await stand.write('hello')
    expect(reasonOf(await asked(conversation))).toMatch(
      /^shop could not answer: the webhook answered 410 and is disabled/,
    )
    expect(await stand.store.get(`backend:${NAME}`, 'disabled')).toMatchObject({ why: 'the webhook answered 410' })
    const other = await stand.write('hello', { address: 'other' })
    await asked(other.conversation)
    expect(stand.receiver.calls).toHaveLength(1)
    await expect.poll(() => stand.dead(), { timeout: 5_000 }).toHaveLength(2)
  })
})
