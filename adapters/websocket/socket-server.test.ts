import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, ORIGIN, openBench } from './test-bench.ts'

describe('one address', () => {
  let bench: Bench
  beforeEach(async () => {
    const connects = { perMinute: 1, burst: 4 }
    bench = await openBench({ server: { maxSocketsPerIp: 2 }, adapter: { limits: { connects } } })
  })
  afterEach(() => bench.close())

  it('may hold only so many connections, and new ones after others are gone', async () => {
    const [first] = [bench.client(), bench.client()]
    await setTimeout(50)
    const third = bench.client()
    await third.refused()
    expect(third.socket.connected).toBe(false)
    first?.socket.close()
    await setTimeout(50)
    await bench.client().ready()
  })

  it('is a whole network where it is IPv6', async () => {
    const house = await openBench({
      server: { maxSocketsPerIp: 2, trustProxy: ['127.0.0.1'] },
      adapter: { trustProxy: ['127.0.0.1'], limits: { connects: { perMinute: 1, burst: 3 } } },
    })
    const from = (address: string) => house.client({}, { extraHeaders: { origin: ORIGIN, 'x-forwarded-for': address } })
    const [one, two] = [from('2001:db8:1:2::1'), from('2001:db8:1:2::2')]
    for (const client of [one, two]) await client.ready()
    const third = from('2001:db8:1:2::3')
    await third.refused()
    expect(third.socket.connected).toBe(false)
    await from('2001:db8:1:3::1').ready()
    one.socket.close()
    await setTimeout(50)
    const fourth = from('2001:db8:1:2::4')
    await fourth.ready()
    fourth.socket.close()
    await setTimeout(50)
    expect((await from('2001:db8:1:2::5').refused()).data).toMatchObject({ code: 'throttled' })
    await house.close()
  })

  it('is told to wait when it connects too often', async () => {
    for (let n = 0; n < 4; n += 1) {
      const client = bench.client()
      await client.ready()
      client.socket.close()
      await setTimeout(20)
    }
    expect((await bench.client().refused()).data).toMatchObject({ code: 'throttled', retryable: true })
  })
})

describe('a visitor', () => {
  it('who writes too fast is told when to go on, and nothing of it is kept', async () => {
    const bench = await openBench({ adapter: { limits: { messages: { perMinute: 60, burst: 2 } } } })
    const visitor = bench.client()
    await visitor.ready()
    const answers = await Promise.all(['1', '2', '3'].map((text) => visitor.say(text)))
    expect(answers[2]?.error).toMatchObject({ code: 'throttled', retryAfter: expect.any(Number) })
    expect(bench.host.arrivals).toHaveLength(2)
    await bench.close()
  })

  it('who sends nonsense signals costs nothing but a count', async () => {
    const bench = await openBench({ adapter: { limits: { signals: { perMinute: 1, burst: 2 } } } })
    const visitor = bench.client()
    await visitor.ready()
    visitor.socket.emit('typing', ['on'])
    visitor.socket.emit('cursor', { delivered: -1, read: 'x' })
    visitor.socket.emit('visit', {})
    visitor.socket.emit('nothing we know')
    await visitor.say('hello')
    expect(Object.fromEntries(bench.counts)).toEqual({ packet_ignored: 3, signal_dropped: 1 })
    await bench.close()
  })
})
