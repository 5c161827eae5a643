import type { Event } from '@hutong/core/backend'
import type { Signal } from '@hutong/core/signal'
import type { BackendAuth, BackendPushes } from '@hutong/core/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BackendClient, openStand, type Stand, TOKENS } from './test-stand.ts'

let stand: Stand
beforeEach(async () => {
  stand = await openStand()
})
afterEach(() => stand.close())

type Ready = Parameters<BackendPushes['ready']>[0]

const ready = (client: BackendClient) => new Promise<Ready>((resolve) => client.once('ready', resolve))
const refusal = (client: BackendClient) =>
  new Promise<{ code: string }>((resolve) =>
    client.once('connect_error', (error) => resolve((error as Error & { data: { code: string } }).data)),
  )

/** Collects what the client hears and acknowledges it. */
function listen(client: BackendClient) {
  const heard: { events: Event[]; batches: number[]; signals: Signal[]; position: number } = {
    events: [],
    batches: [],
    signals: [],
    position: 0,
  }
  client.on('events', ({ events, position }, ack) => {
    heard.events.push(...events)
    heard.batches.push(events.length)
    heard.position = position
    ack()
  })
  client.on('signal', ({ signal }) => heard.signals.push(signal))
  return heard
}

const open = async (auth: BackendAuth) => {
  const client = stand.backend(auth)
  const heard = listen(client)
  return { client, heard, ready: await ready(client) }
}

const until = (condition: () => boolean) => expect.poll(condition, { interval: 5, timeout: 5_000 }).toBe(true)
const textOf = ({ entry: { body } }: Event) =>
  body.kind === 'message' && body.parts[0]?.kind === 'text' ? body.parts[0].text : undefined
const texts = (events: Event[]) => events.map(textOf).filter((text) => text !== undefined)

describe('a backend on the socket', () => {
  it('is told who it is and where the feed stands', async () => {
    await stand.write('before')
    const { ready } = await open({ token: TOKENS.shop })
    expect(ready.me).toEqual({ kind: 'bot', id: 'shop', name: 'shop' })
    expect(ready.position).toBe(await stand.store.position())
    expect(ready.agents).toMatchObject([{ name: 'Anna', online: false }])
  })

  it('is told the relay’s time, at first and with all that happens', async () => {
    const before = Date.now()
    const { client, ready } = await open({ token: TOKENS.shop })
    expect(ready.at).toBeGreaterThanOrEqual(before)
    const times: number[] = []
    client.on('events', ({ at }) => times.push(at))
    await stand.write('what time is it?')
    await until(() => times.length > 0)
    expect(times[0]).toBeGreaterThanOrEqual(ready.at)
  })

  it('hears what happens from now on, in order', async () => {
    await stand.write('before')
    const { heard } = await open({ token: TOKENS.shop })
    for (const text of ['one', 'two', 'three']) await stand.write(text)
    await until(() => texts(heard.events).length === 3)
    expect(texts(heard.events)).toEqual(['one', 'two', 'three'])
  })

  it('resumes where it left off: nothing is missing and nothing comes twice', async () => {
    const wanted = Array.from({ length: 250 }, (_, n) => `m${n}`)
    const first = await open({ token: TOKENS.shop, after: 0 })
    const writing = (async () => {
      for (const text of wanted) await stand.write(text)
    })()
    await until(() => texts(first.heard.events).length > 50)
    first.client.close()
    const seen = texts(first.heard.events)
    const second = await open({ token: TOKENS.shop, after: first.heard.position })
    await writing
    await until(() => texts(second.heard.events).at(-1) === 'm249')
    expect([...seen, ...texts(second.heard.events)]).toEqual(wanted)
    expect(Math.max(...second.heard.batches)).toBeLessThanOrEqual(100)
  })

  it('that is slow gets no second batch before it has acknowledged the first', async () => {
    const client = stand.backend({ token: TOKENS.shop, after: 0 })
    const batches: Event[][] = []
    const acks: (() => void)[] = []
    client.on('events', ({ events }, ack) => {
      batches.push(events)
      acks.push(ack)
    })
    await ready(client)
    await stand.write('first')
    await until(() => batches.length === 1)
    for (let n = 0; n < 30; n += 1) await stand.write(`more ${n}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(batches).toHaveLength(1)
    acks[0]?.()
    await until(() => batches.length === 2)
    expect(texts(batches[1] ?? [])).toEqual(Array.from({ length: 30 }, (_, n) => `more ${n}`))
  })

  it('gets long messages in batches of bounded size', async () => {
    for (let n = 0; n < 30; n += 1) await stand.write(String(n).padEnd(8_000, 'x'))
    const { heard } = await open({ token: TOKENS.shop, after: 0 })
    await until(() => texts(heard.events).length === 30)
    expect(Math.max(...heard.batches)).toBeLessThan(10)
  })

  it('hears and touches nothing of a site that is not its own', async () => {
    const { conversation } = await stand.write('hello')
    const { client, heard } = await open({ token: TOKENS.other, after: 0 })
    const request = { key: 'k', actions: [{ kind: 'note', text: 'spying' }] }
    const answer = await client.emitWithAck('act', { conversation, request })
    expect(answer).toMatchObject({ error: { code: 'not_found' } })
    client.emit('watch', { conversation })
    client.emit('typing', { conversation, on: true })
    await client.emitWithAck('act', { conversation, request })
    stand.relay.signal(conversation, { kind: 'typing', from: { kind: 'contact', id: 'c_1' }, on: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([heard.events, heard.signals]).toEqual([[], []])
  })

  it('acts once under one key', async () => {
    const { conversation } = await stand.write('hello')
    const { client } = await open({ token: TOKENS.shop })
    const request = { key: 'note-1', actions: [{ kind: 'note', text: 'hi' }] }
    const first = await client.emitWithAck('act', { conversation, request })
    expect(await client.emitWithAck('act', { conversation, request })).toEqual({
      results: [{ ...('results' in first ? first.results[0] : {}), duplicate: true }],
    })
  })

  it('survives malformed packets and says what is wrong with those it answers', async () => {
    const { conversation } = await stand.write('hello')
    const { client } = await open({ token: TOKENS.shop })
    const raw = client as unknown as { emit(name: string, ...args: unknown[]): void }
    for (const packet of [undefined, null, 7, [], { conversation: 3 }, { conversation }, { __proto__: null }])
      for (const name of ['act', 'typing', 'cursor', 'watch', 'unknown']) raw.emit(name, packet)
    raw.emit('act')
    const answer = await client.emitWithAck('act', {
      conversation,
      request: { key: 'k', actions: [{ kind: 'dance' }] },
    })
    expect(answer).toMatchObject({ error: { code: 'invalid', field: 'actions.0.kind' } })
    expect(client.connected).toBe(true)
  })
})

describe('signals on the socket', () => {
  it('come for the one conversation that is watched, until it is watched no more', async () => {
    const [one, other] = [await stand.write('a', { address: 'v1' }), await stand.write('b', { address: 'v2' })]
    const { client, heard } = await open({ token: TOKENS.shop })
    const typing = (conversation: string) =>
      stand.relay.signal(conversation, { kind: 'typing', from: { kind: 'contact', id: 'c_1' }, on: true })
    client.emit('watch', { conversation: one.conversation })
    await until(() => {
      typing(one.conversation)
      return heard.signals.length > 0
    })
    client.emit('watch', { conversation: null })
    await client.emitWithAck('act', { conversation: one.conversation, request: { key: 'x', actions: [] } })
    const before = heard.signals.length
    typing(one.conversation)
    typing(other.conversation)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard.signals).toHaveLength(before)
  })

  it('carry typing and reading to everybody else who watches, but not typing back to its author', async () => {
    const { conversation } = await stand.write('hello')
    const headers = { cookie: await stand.signIn(), origin: stand.url }
    const anna = stand.backend({}, headers)
    const heardByAnna = listen(anna)
    await ready(anna)
    const bot = await open({ token: TOKENS.shop })
    anna.emit('watch', { conversation })
    bot.client.emit('watch', { conversation })
    await until(() => {
      anna.emit('typing', { conversation, on: true })
      return bot.heard.signals.length > 0
    })
    const from = { kind: 'agent', id: 'a_anna', name: 'Anna' }
    expect(bot.heard.signals[0]).toEqual({ kind: 'typing', from, on: true })
    anna.emit('cursor', { conversation, delivered: 1, read: 1 })
    await until(() => bot.heard.signals.some(({ kind }) => kind === 'cursor'))
    expect(heardByAnna.signals.filter(({ kind }) => kind === 'typing')).toEqual([])
    expect(await stand.store.cursors(conversation)).toMatchObject([{ participant: { id: 'a_anna' }, read: 1 }])
  })

  it('show nobody the typing of a program while somebody else has the floor', async () => {
    const { conversation } = await stand.write('hello')
    const seen: string[] = []
    stand.relay.follow(conversation, { entries() {}, signal: ({ kind }) => void seen.push(kind) })
    const { client } = await open({ token: TOKENS.shop })
    client.emit('typing', { conversation, on: true })
    await until(() => {
      client.emit('cursor', { conversation, delivered: 1, read: 1 })
      return seen.includes('cursor')
    })
    expect(seen).not.toContain('typing')
  })
})

describe('the door of the socket', () => {
  it.each<[string, BackendAuth]>([
    ['without credentials', {}],
    ['with a wrong token', { token: 'nonsense' }],
  ])('stays shut %s', async (_, auth) => {
    expect(await refusal(stand.backend(auth))).toMatchObject({ code: 'unauthorized' })
  })

  it('stays shut for a session cookie that a page of another origin, or none, brings', async () => {
    const cookie = await stand.signIn()
    expect(await refusal(stand.backend({}, { cookie }))).toMatchObject({ code: 'unauthorized' })
    for (const origin of ['https://evil.example', 'https://shop.example', 'null'])
      expect(await refusal(stand.backend({}, { cookie, origin }))).toMatchObject({ code: 'unauthorized' })
  })

  it('opens for the polling transport of our own page, which names no origin', async () => {
    const headers = { cookie: await stand.signIn(), 'sec-fetch-site': 'same-origin' }
    expect((await ready(stand.backend({}, headers))).me.name).toBe('Anna')
    const sibling = { ...headers, 'sec-fetch-site': 'same-site' }
    expect(await refusal(stand.backend({}, sibling))).toMatchObject({ code: 'unauthorized' })
  })

  it('shuts behind an agent who has signed out', async () => {
    const headers = { cookie: await stand.signIn(), origin: stand.url }
    const anna = stand.backend({}, headers)
    await ready(anna)
    const reason = new Promise<string>((resolve) => anna.once('disconnect', resolve))
    await stand.ask('/v1/session', { method: 'DELETE', headers })
    expect(await reason).toBe('io server disconnect')
  })

  it('shuts at once, not at the next look', async () => {
    const calm = await openStand({ sessionCheck: 3_600_000 })
    const headers = { cookie: await calm.signIn(), origin: calm.url }
    const other = { ...headers, cookie: await calm.signIn() }
    const [anna, elsewhere] = [calm.backend({}, headers), calm.backend({}, other)]
    await Promise.all([ready(anna), ready(elsewhere)])
    const gone = new Promise<string>((resolve) => anna.once('disconnect', resolve))
    await calm.ask('/v1/session', { method: 'DELETE', headers })
    expect(await gone).toBe('io server disconnect')
    expect(elsewhere.connected).toBe(true)
    await calm.close()
  })

  it('stays shut for a position that the feed has not reached, and says what to do', async () => {
    expect(await refusal(stand.backend({ token: TOKENS.shop, after: 5_000 }))).toMatchObject({
      code: 'invalid',
      field: 'after',
      message: expect.stringMatching(/beyond the newest position.*ask without "after"/),
    })
  })

  it('lets 32 sockets of one token in, and one more when one has gone', async () => {
    const clients = Array.from({ length: 32 }, () => stand.backend({ token: TOKENS.shop, feed: false }))
    await Promise.all(clients.map(ready))
    const refused = await refusal(stand.backend({ token: TOKENS.shop, feed: false }))
    expect(refused).toMatchObject({ code: 'throttled', retryAfter: 5_000 })
    await ready(stand.backend({ token: TOKENS.other, feed: false }))
    clients[0]?.close()
    await until(() => stand.backendSocket.count() === 32)
    await ready(stand.backend({ token: TOKENS.shop, feed: false }))
  })

  it('tells programs who answers, but no agent’s address', async () => {
    const bot = stand.backend({ token: TOKENS.shop })
    const { agents } = await ready(bot)
    expect(agents).toEqual([{ kind: 'agent', id: 'a_anna', name: 'Anna', online: false }])
    const pushed = new Promise<unknown>((resolve) => bot.once('agents', resolve))
    const anna = stand.backend({}, { cookie: await stand.signIn(), origin: stand.url })
    expect((await ready(anna)).agents).toMatchObject([{ email: 'anna@shop.example' }])
    expect(await pushed).toEqual({ agents: [{ kind: 'agent', id: 'a_anna', name: 'Anna', online: true }] })
  })

  it('opens for an agent, who is then online for everybody until she leaves', async () => {
    const bot = await open({ token: TOKENS.shop })
    const lists: boolean[] = []
    bot.client.on('agents', ({ agents }) => lists.push(agents[0]?.online === true))
    expect(stand.presence.staffed('shop')).toBe(false)
    const anna = stand.backend({}, { cookie: await stand.signIn(), origin: stand.url })
    expect((await ready(anna)).me).toEqual({ kind: 'agent', id: 'a_anna', name: 'Anna' })
    await until(() => lists.length === 1)
    expect(stand.presence.staffed('shop')).toBe(true)
    anna.close()
    await until(() => lists.length === 2)
    expect(lists).toEqual([true, false])
    expect(stand.presence.staffed('shop')).toBe(false)
  })

  it('says goodbye when the relay goes away and lets nobody in any more', async () => {
    const { client } = await open({ token: TOKENS.shop })
    const goodbye = new Promise<{ in: number }>((resolve) => client.once('goaway', resolve))
    const reason = new Promise<string>((resolve) => client.once('disconnect', resolve))
    stand.backendSocket.close(1_000)
    expect((await goodbye).in).toBeLessThan(1_000)
    expect(await reason).toBe('transport close')
    expect(await refusal(stand.backend({ token: TOKENS.shop }))).toMatchObject({ code: 'unavailable' })
  })
})
