import type { ActionInput, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'
import { createLosses } from './losses.ts'
import { createSocketBackend } from './socket.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const eventOf = (id: string): Event => ({
  id,
  position: 1,
  site: 'shop',
  conversation: id,
  contact: 'c',
  entry: { conversation: id, seq: 1, key: 'k', at: 0, from: { kind: 'contact', id: 'c' }, body: { kind: 'stop' } },
  floor: { holder: { kind: 'bot', id: 'shop' }, term: 1 },
})

describe('an event whose connection was lost', () => {
  it('comes again at once, then after ever longer rests, and is given up after a day', () => {
    const losses = createLosses('shop')
    const rests = Array.from({ length: 29 }, () => losses.lost(eventOf('a'), new Error('gone')).retryAfter ?? 0)
    expect(rests.slice(0, 6)).toEqual([0, 5, 30, 120, 600, 3_600].map((seconds) => seconds * SECOND))
    expect(rests.reduce((sum, one) => sum + one)).toBeGreaterThan(24 * HOUR)
    const last = losses.lost(eventOf('b'), new Error('gone'))
    expect([last.retryable, last.retryAfter]).toEqual([true, undefined])
    const end = createLosses('shop')
    for (let time = 1; time <= 29; time++) expect(end.lost(eventOf('a'), new Error('gone')).retryable).toBe(true)
    expect(end.lost(eventOf('a'), new Error('gone'))).toMatchObject({ code: 'rejected', retryable: false })
  })

  it('is as good as any other once it was acknowledged', () => {
    const losses = createLosses('shop')
    losses.lost(eventOf('a'), new Error('gone'))
    losses.forget(eventOf('a'))
    expect(losses.lost(eventOf('a'), new Error('gone')).retryAfter).toBeUndefined()
  })

  it('twice is brought when no other one of its kind is under way; all others are never held up', () => {
    const losses = createLosses('shop')
    for (const id of ['a', 'a', 'b', 'b', 'c']) losses.lost(eventOf(id), new Error('gone'))
    const end = losses.begin(eventOf('a'))
    expect(() => losses.begin(eventOf('b'))).toThrow('shop is tried with a first')
    losses.begin(eventOf('c'))()
    losses.begin(eventOf('d'))()
    end()
    losses.begin(eventOf('b'))
  })
})

describe('a program on a socket that one event kills', () => {
  let stand: Stand
  let deaths = 0
  let closed = false
  beforeEach(async () => {
    deaths = 0
    closed = false
    stand = await openStand({
      backends: [createSocketBackend('shop', { answerWithin: 12_000 })],
      routing: ['shop', 'desk'],
    })
    start()
  })
  afterEach(() => {
    closed = true
    return stand.close()
  })

  /** Dies of the word "poison" and is started again at once; takes its time for all else. */
  function start(): void {
    if (closed) return
    const client = stand.backend({ token: TOKENS.shop, credit: 64, feed: false })
    client.on('event', ({ event }, ack) => {
      const hello: ActionInput = { kind: 'reply', parts: [{ kind: 'text', text: 'Hi!' }] }
      if (!JSON.stringify(event.entry.body).includes('poison')) {
        setTimeout(() => ack({ actions: [hello] }), 300)
        return
      }
      deaths += 1
      setTimeout(() => {
        client.close()
        start()
      }, 20)
    })
  }

  const isAnswered = (log: Entry[]) => log.some(({ from, body }) => from.kind === 'bot' && body.kind === 'message')

  it('goes on answering everybody else, those too whose questions were lost with it', { timeout: 30_000 }, async () => {
    const asked = Array.from({ length: 5 }, (_, at) => stand.write('hello', { address: `v${at}` }))
    const poison = await stand.write('poison', { address: 'mallory' })
    await expect.poll(() => deaths, { timeout: 5_000 }).toBe(2)
    const began = Date.now()
    const { conversation } = await stand.write('hello', { address: 'later' })
    await stand.until(conversation, isAnswered)
    expect(Date.now() - began).toBeLessThan(2_000)
    const answered = async () => {
      const logs = await Promise.all((await Promise.all(asked)).map((one) => stand.log(one.conversation)))
      return logs.filter(isAnswered).length
    }
    await expect.poll(answered, { timeout: 11_000, interval: 100 }).toBe(5)
    await stand.until(poison.conversation, (log) => log.some(({ body }) => body.kind === 'handoff'))
    expect(deaths).toBeLessThanOrEqual(3)
  })
})
