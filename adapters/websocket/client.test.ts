import { setTimeout } from 'node:timers/promises'
import type { Ready, Refused } from '@hutong/core/wire'
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WebSite } from './site.ts'
import { BANK, type Bench, ORIGIN, openBench, SHOP, said, until } from './test-bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

describe('a stock Socket.IO client', () => {
  it('talks over WebSocket', async () => {
    const visitor = bench.client()
    expect((await visitor.ready()).site.name).toBe('Shop')
    expect(await visitor.say('hello')).toMatchObject({ seq: 1 })
    await until(() => visitor.packets.length)
    expect(visitor.packets[0]?.entries[0]?.body).toEqual(said('hello'))
  })

  it('talks over HTTP polling alone', async () => {
    const visitor = bench.client({}, { transports: ['polling'] })
    await visitor.ready()
    expect(await visitor.say('hello')).toMatchObject({ seq: 1 })
    await until(() => visitor.packets.length)
    expect(visitor.socket.io.engine.transport.name).toBe('polling')
  })

  it('is kept out of polling where the operator turned it off', async () => {
    const strict = await openBench({ server: { polling: false } })
    const visitor = strict.client({}, { transports: ['polling'] })
    await visitor.refused()
    expect(visitor.socket.connected).toBe(false)
    await strict.close()
  })
})

describe('a conversation', () => {
  it('reaches all tabs of a visitor, the first message included', async () => {
    const first = bench.client()
    const { token } = await first.ready()
    const second = bench.client({ token })
    expect((await second.ready()).token).toBeUndefined()
    await first.say('one')
    await second.say('two')
    for (const tab of [first, second]) {
      await until(() => tab.seqs().length === 2)
      expect(tab.seqs()).toEqual([1, 2])
    }
  })

  it('is followed once however many tabs read it, and not at all after the last one left', async () => {
    const first = bench.client()
    const { token } = await first.ready()
    await first.say('one')
    const second = bench.client({ token })
    await second.ready()
    expect(bench.followers()).toBe(1)
    first.socket.close()
    second.socket.close()
    await until(() => bench.followers() === 0)
  })

  it('sends a returning visitor exactly what was missed', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    for (let n = 1; n <= 5; n += 1) await visitor.say(`${n}`)
    visitor.socket.close()
    const again = bench.client({ token, after: 3 })
    expect((await again.ready()).last).toBe(5)
    await until(() => again.seqs().length === 2)
    expect(again.seqs()).toEqual([4, 5])
  })

  it('sends what was missed in pages when it is much', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    visitor.socket.close()
    await bench.append(...Array.from({ length: 249 }, (_, n) => said(`${n}`)))
    const again = bench.client({ token, after: 1 })
    await until(() => again.seqs().length === 249)
    expect(again.seqs()).toEqual(Array.from({ length: 249 }, (_, n) => n + 2))
    expect(again.packets.every(({ entries }) => entries.length <= 100)).toBe(true)
  })

  it('begins for a client without anything with the newest page', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    await bench.append(...Array.from({ length: 79 }, (_, n) => said(`${n}`)))
    const fresh = bench.client({ token })
    await until(() => fresh.seqs().at(-1) === 80)
    expect(fresh.seqs()).toEqual(Array.from({ length: 50 }, (_, n) => n + 31))
    const page = await fresh.ask<{ entries: { seq: number }[] }>('history', { before: 31, limit: 10 })
    expect(page.entries.map(({ seq }) => seq)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29, 30])
  })

  it('starts over for a client that has more than the log', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    const ahead = bench.client({ token, after: 900 })
    expect((await ahead.ready()).last).toBe(1)
    await until(() => ahead.seqs().length)
    expect(ahead.seqs()).toEqual([1])
  })

  it('arrives as one packet when several entries were committed in one turn', async () => {
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('1')
    await until(() => visitor.packets.length)
    await bench.append(said('a'), said('b'), said('c'))
    await until(() => visitor.seqs().length === 4)
    expect(visitor.packets.map(({ entries }) => entries.length)).toEqual([1, 3])
  })

  it('never sends a packet above the published size, however long the texts of one turn are', async () => {
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('1')
    await until(() => visitor.packets.length)
    await bench.append(...Array.from({ length: 12 }, () => said('汉'.repeat(8_000))))
    await until(() => visitor.seqs().length === 13)
    expect(visitor.packets.every((packet) => Buffer.byteLength(JSON.stringify(packet)) <= 64 * 1024)).toBe(true)
    expect(visitor.seqs()).toEqual(Array.from({ length: 13 }, (_, n) => n + 1))
  })

  it('keeps internal notes, summaries and record changes from the visitor', async () => {
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('1')
    await until(() => visitor.packets.length)
    await bench.append(
      { kind: 'note', text: 'SECRET note' },
      { kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 2 }, summary: 'SECRET summary' },
      { kind: 'contact', changes: { vip: 'SECRET' } },
      { kind: 'attributes', changes: { tag: 'SECRET' } },
    )
    await until(() => visitor.seqs().length === 5)
    expect(visitor.seqs()).toEqual([1, 2, 3, 4, 5])
    const again = await visitor.ask('after', { after: 0 })
    const back = await visitor.ask('history', { before: 6 })
    expect(JSON.stringify([visitor.packets, again, back])).not.toContain('SECRET')
  })
})

describe('signals', () => {
  it('bring agents typing and presence of visitors, and a preview only where the site allows it', async () => {
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('1')
    visitor.socket.emit('typing', { on: true, preview: 'I wa' })
    await until(() => bench.host.signals.some(({ signal }) => signal.kind === 'typing'))
    expect(bench.host.signals.map(({ signal }) => signal)).toEqual([
      { kind: 'presence', online: true },
      { kind: 'typing', on: true, preview: 'I wa' },
    ])
    visitor.socket.close()
    await until(() => bench.host.signals.at(-1)?.signal.kind === 'presence')
    expect(bench.host.signals.at(-1)?.signal).toEqual({ kind: 'presence', online: false })
  })

  it('carry no preview of a site that did not ask for it', async () => {
    const visitor = bench.client({ site: 'bank' }, { extraHeaders: { origin: BANK.origins[0] ?? '' } })
    await visitor.ready()
    await visitor.say('1')
    visitor.socket.emit('typing', { on: true, preview: 'my number is' })
    await until(() => bench.host.signals.some(({ signal }) => signal.kind === 'typing'))
    expect(JSON.stringify(bench.host.signals)).not.toContain('my number is')
  })

  it('do not flicker when a page is changed', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    visitor.socket.close()
    await bench.client({ token }).ready()
    await setTimeout(60)
    expect(bench.host.signals.filter(({ signal }) => signal.kind === 'presence')).toHaveLength(1)
  })

  it('show visitors what agents do, never their unsent words or what the visitor did itself', async () => {
    const visitor = bench.client()
    await visitor.ready()
    await visitor.say('1')
    await until(() => visitor.packets.length)
    const conversation = bench.conversation()
    const anna = { kind: 'agent' as const, id: 'a_anna' }
    const self = { kind: 'contact' as const, id: 'c_visitor' }
    bench.host.pass(conversation, { kind: 'typing', from: self, on: true })
    bench.host.pass(conversation, { kind: 'visit', from: self, visit: {} })
    bench.host.pass(conversation, { kind: 'typing', from: anna, on: true, preview: 'unsent' })
    bench.host.pass(conversation, { kind: 'cursor', from: self, delivered: 1, read: 1 })
    await until(() => visitor.signals.length === 2)
    expect(visitor.signals).toEqual([
      { kind: 'typing', from: anna, on: true },
      { kind: 'cursor', from: self, delivered: 1, read: 1 },
    ])
  })
})

describe('signing in', () => {
  const secret = 'the shared secret of the shop, long enough'
  const shop: WebSite = { ...SHOP, jwtKeys: [{ kid: 'k', alg: 'HS256', secret }] }
  const sign = (sub: string) =>
    new SignJWT({ name: 'Lin' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k' })
      .setAudience('shop')
      .setSubject(sub)
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(secret))

  it('in the middle of a visit brings the signed-in conversation and leaves the anonymous one alone', async () => {
    const signed = await openBench({ sites: [shop] })
    const before = signed.client({ jwt: await sign('u-7') })
    expect((await before.ready()).token).toBeUndefined()
    await before.say('from the phone')

    const visitor = signed.client()
    await visitor.ready()
    await visitor.say('who am I?')
    const ready = await visitor.ask<Ready>('identify', { jwt: await sign('u-7') })
    expect(ready).toMatchObject({ last: 1, contact: { name: 'Lin', verified: true } })
    await until(() => visitor.packets.some(({ conversation }) => conversation === ready.conversation))
    expect((await visitor.say('and here')).seq).toBe(2)
    await until(() => before.seqs().includes(2))
    expect(signed.host.arrivals.map(({ from }) => from.verified)).toEqual(['signed', 'token', 'signed'])
    await signed.close()
  })

  it('with a bad signature changes nothing', async () => {
    const signed = await openBench({ sites: [shop] })
    const visitor = signed.client()
    await visitor.ready()
    await visitor.say('1')
    const answer = await visitor.ask<Refused>('identify', { jwt: `${await sign('u-7')}x` })
    expect(answer.error).toMatchObject({ code: 'unauthorized' })
    expect((await visitor.say('2')).seq).toBe(2)
    await signed.close()
  })
})

describe('a reader that does not keep up', () => {
  it('is hung up on before it costs much memory, and resumes from the log', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    await until(() => visitor.packets.length)
    const raw = Reflect.get(visitor.socket.io.engine.transport, 'ws')
    raw._socket.pause()
    for (let n = 0; n < 4_000 && !bench.counts.has('reader_dropped'); n += 1) {
      await bench.append(said('x'.repeat(8_000)))
      if (n % 50 === 0) await setTimeout(1)
    }
    expect(bench.counts.get('reader_dropped')).toBe(1)
    raw.terminate()
    const again = bench.client({ token, after: 1 })
    await again.ready()
    const { last } = again.readies[0] ?? { last: 0 }
    await until(() => again.seqs().at(-1) === last)
    expect(again.seqs()).toEqual(Array.from({ length: last - 1 }, (_, n) => n + 2))
    expect(bench.counts.get('reader_dropped')).toBe(1)
  })

  it('is hung up on also when all it does is ask and never listen', async () => {
    const patient = await openBench({ adapter: { limits: { reads: { perMinute: 1, burst: Infinity } } } })
    const visitor = patient.client()
    await visitor.ready()
    await visitor.say('1')
    await patient.append(said('汉'.repeat(8_000)), said('汉'.repeat(8_000)))
    await until(() => visitor.seqs().length === 3)
    const raw = Reflect.get(visitor.socket.io.engine.transport, 'ws')
    raw._socket.pause()
    for (let n = 0; n < 2_000 && !patient.counts.has('reader_dropped'); n += 1) {
      raw.send('421["after",{"after":0}]')
      if (n % 50 === 0) await setTimeout(1)
    }
    await until(() => patient.counts.has('reader_dropped'))
    raw.terminate()
    await patient.close()
  })

  it('is not mistaken for one that only has much to catch up with', async () => {
    const visitor = bench.client()
    const { token } = await visitor.ready()
    await visitor.say('1')
    visitor.socket.close()
    await until(() => bench.followers() === 0)
    await bench.append(...Array.from({ length: 150 }, () => said('汉'.repeat(8_000))))
    const again = bench.client({ token, after: 1 })
    await until(() => again.seqs().length === 150)
    expect(bench.counts.has('reader_dropped')).toBe(false)
  })
})

describe('a request that fails for no reason of the visitor', () => {
  it('is told to the operator with its cause, to the visitor without', async () => {
    const visitor = bench.client()
    await visitor.ready()
    const cause = new Error('SECRET path of the disk')
    bench.host.receive = () => Promise.reject(cause)
    const { error } = await visitor.say('1')
    expect(error).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(error)).not.toContain('SECRET')
    expect(bench.host.logged.map(({ fields }) => fields)).toEqual([{ err: cause }])
  })
})

describe('a relay that goes away', () => {
  it('says so, acknowledges what is under way and lets stock clients come back by themselves', async () => {
    const visitor = bench.client({}, { reconnection: true, reconnectionDelay: 10 })
    await visitor.ready()
    const answer = visitor.say('last words')
    await until(() => bench.host.arrivals.length)
    const reason = new Promise((resolve) => visitor.socket.once('disconnect', resolve))
    await bench.drain()
    expect(await answer).toMatchObject({ seq: 1 })
    expect(await reason).toBe('transport close')
    expect(visitor.goaways[0]?.in).toBeLessThan(50)
    expect((await visitor.refused()).data).toMatchObject({ code: 'unavailable', retryable: true })
  })
})

describe('origins', () => {
  it('let the pages of a site in and nobody else, over WebSocket and polling', async () => {
    for (const transports of [['websocket'], ['polling']])
      for (const origin of ['https://evil.example', `${ORIGIN}.evil.example`, 'null', ORIGIN.toUpperCase()]) {
        const visitor = bench.client({}, { transports, extraHeaders: { origin } })
        await visitor.refused()
        expect(visitor.socket.connected).toBe(false)
      }
  })

  it('are held against the site of the visitor, not only that of the address', async () => {
    const visitor = bench.client({ site: 'bank' }, { query: { site: 'shop' } })
    expect((await visitor.refused()).data).toMatchObject({ code: 'forbidden' })
  })
})
