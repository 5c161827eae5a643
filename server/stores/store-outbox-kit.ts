import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClaimedDelivery, Store } from './store.ts'
import { applied, type MakeStore, NOW, type StoreBench, say } from './store-bench.ts'

const claim = (store: Store, more: { owner?: string; now?: number; leaseMs?: number; limit?: number } = {}) =>
  store.claim({ owner: 'one', now: NOW, leaseMs: 1_000, limit: 10, ...more })

const keysOf = (claimed: readonly ClaimedDelivery[]) => claimed.map((one) => one.event.entry.key)

/** The promises of the outbox. */
export function testOutbox(make: MakeStore): void {
  let bench: StoreBench
  let store: Store
  beforeEach(async () => {
    bench = await make()
    store = bench.store
    await store.migrate()
  })
  afterEach(() => bench.destroy())

  describe('lanes', () => testLanes(() => store))
  describe('leases', () =>
    testLeases(
      () => store,
      () => bench,
    ))
  describe('ends', () => testEnds(() => store))
  describe('reports', () => testReports(() => store))
  describe('deliveries that travel together', () =>
    testTogether(
      () => store,
      () => bench,
    ))
}

const sayInto = (lane: string, key: string, due?: number) =>
  say({
    key,
    decision: { deliveries: [{ lane, target: 'backend:faq', entry: 0, ...(due === undefined ? {} : { due }) }] },
  })

function testLanes(get: () => Store): void {
  it('gives out a delivery with the very event that was committed', async () => {
    const { conversation, deliveries } = await applied(get(), sayInto('l', 'k'))
    expect(deliveries).toBe(1)
    expect(await claim(get())).toEqual([
      {
        id: expect.any(Number),
        lane: 'l',
        target: 'backend:faq',
        attempt: 1,
        event: (await get().feed({ after: 0, limit: 1 }))[0],
      },
    ])
    expect((await get().feed({ after: 0, limit: 1 }))[0]?.conversation).toBe(conversation.id)
  })

  it('works through a lane one at a time and in order, lanes side by side', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2'), sayInto('m', 'm1'), sayInto('l', 'l3')])
    const first = await claim(get())
    expect(keysOf(first)).toEqual(['l1', 'm1'])
    expect(await claim(get())).toEqual([])
    await get().settle(first[0]?.id ?? 0, 'one', { state: 'done' })
    const second = await claim(get())
    expect(keysOf(second)).toEqual(['l2'])
    await get().settle(second[0]?.id ?? 0, 'one', { state: 'dead', error: 'gone' })
    expect(keysOf(await claim(get()))).toEqual(['l3'])
  })

  it('lets a postponed delivery hold up its own lane alone', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2'), sayInto('m', 'm1')])
    const [l1] = await claim(get(), { limit: 1 })
    await get().settle(l1?.id ?? 0, 'one', { state: 'retry', due: NOW + 500, error: 'later' })
    expect(keysOf(await claim(get()))).toEqual(['m1'])
    expect(await claim(get(), { now: NOW + 499 })).toEqual([])
    const again = await claim(get(), { now: NOW + 500 })
    expect(again.map((one) => [one.event.entry.key, one.attempt])).toEqual([['l1', 2]])
  })

  it('gives out nothing before it is due', async () => {
    await applied(get(), sayInto('l', 'k', NOW + 100))
    expect(await claim(get(), { now: NOW + 99 })).toEqual([])
    expect(await get().nextDue()).toBe(NOW + 100)
    expect(await claim(get(), { now: NOW + 100 })).toHaveLength(1)
  })

  it('takes of each target only as much as it has room for, the oldest first', async () => {
    const into = (target: string, key: string) =>
      say({ key, decision: { deliveries: [{ lane: key, target, entry: 0 }] } })
    const full = ['f1', 'f2'].map((key) => into('backend:full', key))
    await get().commit([...full, ...['a1', 'a2'].map((key) => into('backend:a', key)), into('backend:b', 'b1')])
    const rooms: Record<string, number> = { 'backend:full': 0, 'backend:a': 1, 'backend:b': 5 }
    const query = { owner: 'one', now: NOW, leaseMs: 1_000, limit: 10 }
    const claimed = await get().claim({ ...query, room: (target) => rooms[target] ?? 0 })
    expect(keysOf(claimed)).toEqual(['a1', 'b1'])
    expect(keysOf(await claim(get()))).toEqual(['f1', 'f2', 'a2'])
  })

  it('tells when the first is due of those that are not yet', async () => {
    await get().commit([sayInto('l', 'l1', NOW), sayInto('m', 'm1', NOW + 100), sayInto('n', 'n1', NOW + 50)])
    expect(await get().nextDue()).toBe(NOW)
    expect(await get().nextDue(NOW)).toBe(NOW + 50)
    expect(await get().nextDue(NOW + 100)).toBeUndefined()
  })

  it('cancels what waits in a lane and lets what is under way finish', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2'), sayInto('m', 'm1')])
    const [l1] = await claim(get(), { limit: 1 })
    await applied(get(), say({ key: 'x', decision: { cancel: ['l'] } }))
    expect(await get().settle(l1?.id ?? 0, 'one', { state: 'done' })).toBe(true)
    expect(keysOf(await claim(get()))).toEqual(['m1'])
    await applied(get(), sayInto('l', 'l3'))
    expect(keysOf(await claim(get()))).toEqual(['l3'])
  })

  it('cancels the old and queues the new of one lane in one write', async () => {
    await applied(get(), sayInto('l', 'l1'))
    const deliveries = [{ lane: 'l', target: 'backend:faq', entry: 0 }]
    await applied(get(), say({ key: 'l2', decision: { cancel: ['l'], deliveries } }))
    expect(keysOf(await claim(get()))).toEqual(['l2'])
  })
}

function testLeases(get: () => Store, bench: () => StoreBench): void {
  it('gives a delivery to another owner when the lease is over, and tells the first one that it was lost', async () => {
    await applied(get(), sayInto('l', 'k'))
    const [lost] = await claim(get())
    expect(await get().nextDue()).toBe(NOW + 1_000)
    const [taken] = await claim(get(), { owner: 'two', now: NOW + 1_000 })
    expect(taken).toMatchObject({ id: lost?.id, attempt: 2 })
    expect(await get().settle(lost?.id ?? 0, 'one', { state: 'done' })).toBe(false)
    expect(await get().settle(lost?.id ?? 0, 'two', { state: 'done' })).toBe(true)
    expect(await get().nextDue()).toBeUndefined()
  })

  it('keeps a lease that is renewed', async () => {
    await applied(get(), sayInto('l', 'k'))
    const [held] = await claim(get())
    await get().renew([held?.id ?? 0], 'one', NOW + 5_000)
    await get().renew([held?.id ?? 0], 'two', NOW + 1)
    expect(await claim(get(), { owner: 'two', now: NOW + 4_999 })).toEqual([])
  })

  it('makes what an owner gives back due at once', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('m', 'm1')])
    await claim(get())
    await get().release('one')
    expect(keysOf(await claim(get(), { owner: 'two' }))).toEqual(['l1', 'm1'])
  })

  it('gives every delivery out again after a crash, none of them lost', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2'), sayInto('m', 'm1')])
    await claim(get())
    const again = await bench().reopen()
    expect(keysOf(await claim(again, { owner: 'two' }))).toEqual([])
    expect(keysOf(await claim(again, { owner: 'two', now: NOW + 1_000 }))).toEqual(['l1', 'm1'])
  })
}

function testEnds(get: () => Store): void {
  it('keeps dead and unsure deliveries with their reason, newest first', async () => {
    const { conversation } = await applied(get(), sayInto('l', 'a'))
    await applied(get(), sayInto('m', 'b'))
    const [a, b] = await claim(get())
    await get().settle(a?.id ?? 0, 'one', { state: 'dead', error: 'rejected: no' })
    await get().settle(b?.id ?? 0, 'one', { state: 'unsure', error: 'timeout: maybe' })
    const letters = await get().deadLetters({ limit: 10 })
    expect(letters.map(({ state, error, seq }) => [state, error, seq])).toEqual([
      ['unsure', 'timeout: maybe', 2],
      ['dead', 'rejected: no', 1],
    ])
    expect(letters[0]?.conversation).toBe(conversation.id)
    expect(await get().deadLetters({ limit: 10, before: letters[0]?.id ?? 0 })).toEqual([letters[1]])
  })

  it('replays dead deliveries in their place of the lane', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2')])
    const [l1] = await claim(get())
    await get().settle(l1?.id ?? 0, 'one', { state: 'dead', error: 'down' })
    expect(await get().replay([l1?.id ?? 0, 9_999], NOW + 5)).toBe(1)
    expect(await get().replay([l1?.id ?? 0], NOW + 5)).toBe(0)
    const [again] = await claim(get(), { now: NOW + 5 })
    expect(again).toMatchObject({ id: l1?.id, attempt: 1 })
    expect(await claim(get(), { now: NOW + 5 })).toEqual([])
    await get().settle(l1?.id ?? 0, 'one', { state: 'done', natives: ['n-1'] })
    expect(keysOf(await claim(get(), { now: NOW + 5 }))).toEqual(['l2'])
  })

  it('makes what waits for one target due at once, and leaves the others alone', async () => {
    for (const one of ['a', 'b'])
      await applied(
        get(),
        say({ key: one, decision: { deliveries: [{ lane: one, target: `backend:${one}`, entry: 0 }] } }),
      )
    for (const { id } of await claim(get()))
      await get().settle(id, 'one', { state: 'retry', due: NOW + 9_000, error: 'down' })
    await get().hasten('backend:b', NOW + 1)
    expect(keysOf(await claim(get(), { now: NOW + 1 }))).toEqual(['b'])
  })

  it('tells how many deliveries to a target are under way', async () => {
    for (const key of ['a', 'b'])
      await applied(get(), say({ key, decision: { deliveries: [{ lane: key, target: 'backend:b', entry: 0 }] } }))
    expect(await get().underWay('backend:b')).toBe(0)
    const [first] = await claim(get(), { limit: 1 })
    expect([await get().underWay('backend:b'), await get().underWay('backend:a')]).toEqual([1, 0])
    await get().settle(first?.id ?? 0, 'one', { state: 'done' })
    expect(await get().underWay('backend:b')).toBe(0)
  })

  it('hastens nothing kindly before the time that the other end asked for, and without using up a try', async () => {
    for (const key of ['a', 'b'])
      await applied(get(), say({ key, decision: { deliveries: [{ lane: key, target: 'backend:b', entry: 0 }] } }))
    for (const { id, lane } of await claim(get())) {
      const rest = lane === 'a' ? { rest: NOW + 5_000 } : {}
      await get().settle(id, 'one', { state: 'retry', due: NOW + 9_000, error: 'down', ...rest })
    }
    await get().hasten('backend:b', NOW + 1, 'kindly')
    const [first, ...others] = await claim(get(), { now: NOW + 4_999 })
    expect([first?.lane, first?.attempt, others]).toEqual(['b', 1, []])
    expect(keysOf(await claim(get(), { now: NOW + 5_000 }))).toEqual(['a'])
  })

  it('lists and replays what one target was given up on, all at once and in order', async () => {
    const bring = (key: string, target: string) =>
      say({ key, decision: { deliveries: [{ lane: target, target, entry: 0 }] } })
    for (const key of ['1', '2', '3']) {
      await get().commit([bring(`a${key}`, 'backend:a'), bring(`b${key}`, 'backend:b')])
      for (const { id } of await claim(get())) await get().settle(id, 'one', { state: 'dead', error: 'down' })
    }
    const letters = await get().deadLetters({ limit: 2, target: 'backend:a' })
    expect(letters.map(({ target }) => target)).toEqual(['backend:a', 'backend:a'])
    expect(await get().replay({ target: 'backend:a' }, NOW)).toBe(3)
    const order: string[] = []
    for (let claimed = await claim(get()); claimed.length > 0; claimed = await claim(get())) {
      order.push(...keysOf(claimed))
      for (const { id } of claimed) await get().settle(id, 'one', { state: 'done' })
    }
    expect(order).toEqual(['a1', 'a2', 'a3'])
    expect(await get().deadLetters({ limit: 9 })).toHaveLength(3)
    expect(await get().replay([], NOW)).toBe(0)
  })

  it('waits with a replayed delivery while its lane has one under way', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2')])
    const [l1] = await claim(get())
    await get().settle(l1?.id ?? 0, 'one', { state: 'dead', error: 'down' })
    const [l2] = await claim(get())
    await get().replay([l1?.id ?? 0], NOW)
    expect(await claim(get())).toEqual([])
    await get().settle(l2?.id ?? 0, 'one', { state: 'done' })
    expect(keysOf(await claim(get()))).toEqual(['l1'])
  })

  it('puts a replayed delivery before a younger one that is postponed', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2')])
    const [l1] = await claim(get())
    await get().settle(l1?.id ?? 0, 'one', { state: 'dead', error: 'down' })
    const [l2] = await claim(get())
    await get().replay([l1?.id ?? 0], NOW)
    await get().settle(l2?.id ?? 0, 'one', { state: 'retry', due: NOW, error: 'later' })
    expect(keysOf(await claim(get()))).toEqual(['l1'])
  })

  it('settles many deliveries at once, each one by itself', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('m', 'm1'), sayInto('n', 'n1')])
    const [l1, m1, n1] = (await claim(get())).map((one) => one.id)
    const settled = await Promise.all([
      get().settle(l1 ?? 0, 'one', { state: 'done' }),
      get().settle(m1 ?? 0, 'another', { state: 'done' }),
      get().settle(n1 ?? 0, 'one', { state: 'dead', error: 'gone' }),
    ])
    expect(settled).toEqual([true, false, true])
    expect(await get().backlog(NOW)).toMatchObject([{ open: 1, dead: 1 }])
  })

  it('counts what is open and dead, per target', async () => {
    await get().commit([sayInto('l', 'l1'), sayInto('l', 'l2'), sayInto('m', 'm1')])
    const [l1] = await claim(get(), { limit: 1 })
    await get().settle(l1?.id ?? 0, 'one', { state: 'dead', error: 'down' })
    expect(await get().backlog(NOW + 700)).toEqual([{ target: 'backend:faq', open: 2, dead: 1, oldest: 700 }])
  })
}

function testReports(get: () => Store): void {
  async function sent(natives: string[]): Promise<number> {
    const delivery = { lane: 'l', target: 'channel:mail', entry: 0 }
    await applied(get(), say({ key: natives.join(), decision: { deliveries: [delivery] } }))
    const [claimed] = await claim(get())
    await get().settle(claimed?.id ?? 0, 'one', { state: 'done', natives })
    return claimed?.id ?? 0
  }

  it('finds a delivery by any id the platform gave it, in its own channel alone', async () => {
    const id = await sent(['m-1', 'm-2'])
    expect(await get().report('sms', 'm-1', { state: 'delivered' })).toBeUndefined()
    expect(await get().report('mail', 'm-9', { state: 'delivered' })).toBeUndefined()
    expect(await get().report('mail', 'm-2', { state: 'delivered' })).toMatchObject({ id, reported: 'delivered' })
  })

  it('makes what the platform could not bring a dead letter with its reason', async () => {
    const id = await sent(['m-1'])
    await get().report('mail', 'm-1', { state: 'failed', reason: 'the mailbox is full' })
    expect(await get().deadLetters({ limit: 9 })).toMatchObject([
      { id, state: 'dead', error: 'the mailbox is full', reported: 'failed' },
    ])
  })

  it('takes a report once, and never goes back to an earlier one', async () => {
    await sent(['m-1'])
    expect(await get().report('mail', 'm-1', { state: 'read' })).toMatchObject({ reported: 'read' })
    expect(await get().report('mail', 'm-1', { state: 'read' })).toBeUndefined()
    expect(await get().report('mail', 'm-1', { state: 'delivered' })).toBeUndefined()
    expect(await get().report('mail', 'm-1', { state: 'failed' })).toBeUndefined()
  })
}

function testTogether(get: () => Store, bench: () => StoreBench): void {
  const mail = { lane: 'mail', target: 'channel:mail', entry: 0, address: 'ada@example.org', why: 'last' }
  const sayByMail = (key: string, more: object = {}) => say({ key, decision: { deliveries: [{ ...mail, ...more }] } })
  const keysIn = (events: Awaited<ReturnType<Store['gather']>>) => events.map(({ entry }) => entry.key)
  const states = async (conversation: string) =>
    (await get().deliveriesOf({ conversation, limit: 9 })).map(({ seq, state }) => `${seq} ${state}`)

  it('join the first at its first try, and are the same at every other, also after a crash', async () => {
    await get().commit([sayByMail('a'), sayByMail('b'), sayByMail('c', { address: 'else@example.org' })])
    const [a] = await claim(get())
    expect(a?.address).toBe('ada@example.org')
    expect(keysIn(await get().gather(a?.id ?? 0, 9))).toEqual(['b'])
    await get().commit([sayByMail('d')])
    expect(keysIn(await get().gather(a?.id ?? 0, 9))).toEqual(['b'])
    const again = await bench().reopen()
    const [repeated] = await claim(again, { owner: 'two', now: NOW + 1_000 })
    expect(repeated).toMatchObject({ id: a?.id, attempt: 2 })
    expect(keysIn(await again.gather(a?.id ?? 0, 9))).toEqual(['b'])
  })

  it('are no more than asked for, and none join a second try that had none at the first', async () => {
    await get().commit([sayByMail('a'), sayByMail('b'), sayByMail('c')])
    const [a] = await claim(get())
    expect(keysIn(await get().gather(a?.id ?? 0, 1))).toEqual(['b'])
    await get().settle(a?.id ?? 0, 'one', { state: 'done' })
    const [c] = await claim(get())
    await get().settle(c?.id ?? 0, 'one', { state: 'retry', due: NOW, error: 'down' })
    await get().commit([sayByMail('d')])
    await claim(get())
    expect(await get().gather(c?.id ?? 0, 9)).toEqual([])
  })

  it('share the end of the one they joined', async () => {
    const { conversation } = await applied(get(), sayByMail('a'))
    await applied(get(), sayByMail('b'))
    const [a] = await claim(get())
    await get().gather(a?.id ?? 0, 9)
    expect(await states(conversation.id)).toEqual(['2 joined', '1 leased'])
    await get().settle(a?.id ?? 0, 'one', { state: 'unsure', error: 'timeout' })
    expect(await states(conversation.id)).toEqual(['2 unsure', '1 unsure'])
    expect(await claim(get())).toEqual([])
  })

  it('is no try when a delivery is held back', async () => {
    const { conversation } = await applied(get(), sayByMail('a'))
    const [a] = await claim(get())
    await get().settle(a?.id ?? 0, 'one', { state: 'wait', due: NOW + 50 })
    expect(await claim(get(), { now: NOW + 49 })).toEqual([])
    expect(await claim(get(), { now: NOW + 50 })).toMatchObject([{ id: a?.id, attempt: 1 }])
    await get().settle(a?.id ?? 0, 'one', { state: 'skipped' })
    expect(await get().deliveriesOf({ conversation: conversation.id, seq: 1, limit: 9 })).toMatchObject([
      { state: 'skipped', tries: 1, address: 'ada@example.org', why: 'last' },
    ])
  })

  it('can carry an entry that is in the log already', async () => {
    const { conversation } = await applied(get(), say({ key: 'a' }))
    const deliveries = [{ ...mail, entry: { seq: 1 } }]
    await applied(get(), say({ to: { conversation: conversation.id }, key: 'b', decision: { deliveries } }))
    expect(keysOf(await claim(get()))).toEqual(['a'])
  })
}
