import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from './store.ts'
import { applied, type MakeStore, NOW, opening, type StoreBench, say, text } from './store-bench.ts'

const ZOE = { kind: 'agent' as const, id: 'a_zoe', name: 'Zoe' }
const BOT = { kind: 'bot' as const, id: 'b_menu', name: 'Menu' }
const RELAY = { kind: 'system' as const, id: 'relay' }

/** The promises to those who read: the feed, cursors, lists and people. */
export function testReaders(make: MakeStore): void {
  let bench: StoreBench
  let store: Store
  beforeEach(async () => {
    bench = await make()
    store = bench.store
    await store.migrate()
  })
  afterEach(() => bench.destroy())

  describe('feed and cursors', () => testFeed(() => store))
  describe('lists', () => testLists(() => store))
  describe('people', () => testPeople(() => store))
  describe('upkeep', () =>
    testUpkeep(
      () => store,
      () => bench,
    ))
}

function testFeed(get: () => Store): void {
  it('tells everything in the order it was committed, with the floor of its time', async () => {
    const bot = { holder: { kind: 'bot' as const, id: 'faq' }, term: 2 }
    const a = await applied(get(), say({ key: '1' }))
    const b = await applied(get(), say({ key: '1', to: opening('bob') }))
    const c = await applied(get(), say({ key: '2', decision: { floor: bot } }))
    const feed = await get().feed({ after: 0, limit: 10 })
    expect(feed.map((event) => event.id)).toEqual([
      `${a.conversation.id}:1`,
      `${b.conversation.id}:1`,
      `${a.conversation.id}:2`,
    ])
    expect(feed.map((event) => event.floor.term)).toEqual([1, 1, 2])
    expect(feed.map((event) => event.position)).toEqual([...a.positions, ...b.positions, ...c.positions])
    expect(feed[2]).toEqual({
      id: `${a.conversation.id}:2`,
      position: c.positions[0],
      site: 'shop',
      conversation: a.conversation.id,
      contact: a.conversation.contact,
      entry: c.entries[0],
      floor: bot,
    })
    expect(await get().position()).toBe(c.positions[0])
    expect(await get().feed({ after: a.positions[0] ?? 0, limit: 1 })).toEqual([feed[1]])
  })

  it('raises cursors and never lowers them', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    await get().commit([2, 3, 4].map((n) => say({ key: String(n) })))
    const set = (delivered: number, read: number) =>
      get().setCursor(conversation.id, { participant: ZOE, delivered, read })
    expect(await set(3, 2)).toEqual({ participant: ZOE, delivered: 3, read: 2 })
    expect(await set(1, 1)).toMatchObject({ delivered: 3, read: 2 })
    expect(await set(0, 4)).toMatchObject({ delivered: 4, read: 4 })
    expect(await get().cursors(conversation.id)).toEqual([{ participant: ZOE, delivered: 4, read: 4 }])
  })

  it('lets nobody have read what was not written yet', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    expect(await get().setCursor(conversation.id, { participant: ZOE, delivered: 99, read: 99 })).toMatchObject({
      delivered: 1,
      read: 1,
    })
  })
}

function testLists(get: () => Store): void {
  const names = async (query: Partial<Parameters<Store['conversations']>[0]>) =>
    (await get().conversations({ limit: 50, ...query })).map((item) => item.contact.identities[0]?.address)

  beforeEach(async () => {
    const bot = { holder: { kind: 'bot' as const, id: 'faq' }, term: 1 }
    const zoe = { holder: { kind: 'agent' as const, id: ZOE.id }, term: 2 }
    await get().commit([
      say({
        key: 'k',
        at: NOW + 1,
        to: opening('ann', { profile: { name: 'Ann Ärmel' } }),
        words: 'where is my parcel?',
      }),
      say({
        key: 'k',
        at: NOW + 2,
        to: opening('ben', { floor: bot, profile: { email: 'ben@example.com' } }),
        words: '你好，发票',
      }),
      say({ key: 'k', at: NOW + 3, to: opening('cat'), words: 'refund 100%', decision: { floor: zoe } }),
      say({ key: 'k', at: NOW + 3, to: opening('dan'), words: 'thanks', decision: { status: 'closed' } }),
    ])
  })

  it('lists conversations newest first, page by page, each one once', async () => {
    const seen: (string | undefined)[] = []
    let before: { updatedAt: number; id: string } | undefined
    for (let page = 0; page < 10; page++) {
      const items = await get().conversations({ limit: 1, ...(before && { before }) })
      const [item] = items
      if (!item) break
      seen.push(item.contact.identities[0]?.address)
      before = { updatedAt: item.conversation.updatedAt, id: item.conversation.id }
    }
    expect(seen).toHaveLength(4)
    expect(new Set(seen.slice(0, 2))).toEqual(new Set(['cat', 'dan']))
    expect(seen.slice(2)).toEqual(['ben', 'ann'])
  })

  it('lists by status and by who has the floor', async () => {
    expect(await names({ status: 'closed' })).toEqual(['dan'])
    expect(await names({ holder: 'bot' })).toEqual(['ben'])
    expect(await names({ holder: 'queue', status: 'open' })).toEqual(['ann'])
    expect(await names({ holder: { agent: ZOE.id } })).toEqual(['cat'])
  })

  it('finds words in names, addresses and messages, whatever their case or width', async () => {
    expect(await names({ text: 'PARCEL' })).toEqual(['ann'])
    expect(await names({ text: 'ärmel Parcel' })).toEqual(['ann'])
    expect(await names({ text: '发票' })).toEqual(['ben'])
    expect(await names({ text: 'ＢＥＮ@' })).toEqual(['ben'])
    expect(await names({ text: '100%' })).toEqual(['cat'])
    expect(await names({ text: '%' })).toEqual(['cat'])
    expect(await names({ text: 'kind' })).toEqual([])
  })

  it('shows the newest message and how many of the contact’s a reader has not read', async () => {
    const [ann] = await get().conversations({ text: 'parcel', limit: 1 })
    const id = ann?.conversation.id ?? ''
    const note = { from: ZOE, body: { kind: 'note' as const, text: 'look it up' } }
    await get().commit([
      say({ key: '2', to: { conversation: id }, words: 'hello?' }),
      say({ key: '3', to: { conversation: id }, decision: { entries: [text('one moment', { from: ZOE })] } }),
      say({ key: '4', to: { conversation: id }, decision: { entries: [note] } }),
      say({ key: '5', to: { conversation: id }, decision: { entries: [text('I am a bot', { from: BOT })] } }),
      say({
        key: '6',
        to: { conversation: id },
        decision: { entries: [text('You are in the queue', { from: RELAY })] },
      }),
    ])
    const item = async () => (await get().conversations({ text: 'parcel', limit: 1, reader: ZOE.id }))[0]
    expect(await item()).toMatchObject({ unread: 2, latest: { seq: 5, from: { id: BOT.id } } })
    await get().setCursor(id, { participant: ZOE, delivered: 4, read: 1 })
    expect((await item())?.unread).toBe(1)
    await get().setCursor(id, { participant: ZOE, delivered: 4, read: 4 })
    expect((await item())?.unread).toBe(0)
  })
}

function testPeople(get: () => Store): void {
  it('merges what is learnt about a contact, and shows it in what the contact writes next', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    const id = conversation.contact
    await get().updateContact(id, { profile: { name: 'Ada' }, attributes: { plan: 'pro', seats: 3 }, seenAt: NOW + 9 })
    const contact = await get().updateContact(id, {
      profile: { email: 'ada@example.com' },
      attributes: { seats: null },
    })
    expect(contact).toMatchObject({
      name: 'Ada',
      email: 'ada@example.com',
      attributes: { plan: 'pro' },
      seenAt: NOW + 9,
    })
    expect(contact?.attributes).not.toHaveProperty('seats')
    expect((await applied(get(), say({ key: '2' }))).entries[0]?.from).toMatchObject({ id, name: 'Ada' })
    expect(await get().updateContact('c_nobody', { seenAt: NOW })).toBeUndefined()
  })

  it('lets an arrival fill gaps of a profile, and only a signed one replace it', async () => {
    const from = (name: string, email: string) => ({ profile: { name, email } })
    const { conversation } = await applied(get(), say({ key: '1', to: opening('ada', { profile: { name: 'Ada' } }) }))
    await applied(get(), say({ key: '2', to: opening('ada', from('Mallory', 'ada@example.com')) }))
    expect(await get().contact(conversation.contact)).toMatchObject({ name: 'Ada', email: 'ada@example.com' })
    await applied(
      get(),
      say({ key: '3', to: opening('ada', { ...from('Ada L.', 'l@example.com'), verified: 'signed' }) }),
    )
    expect(await get().contact(conversation.contact)).toMatchObject({ name: 'Ada L.', email: 'l@example.com' })
  })

  it('keeps changes to one contact that are made at the same moment', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    await Promise.all([
      get().updateContact(conversation.contact, { attributes: { a: 1 } }),
      applied(get(), say({ key: '2' })),
      get().updateContact(conversation.contact, { attributes: { b: 2 } }),
    ])
    expect((await get().contact(conversation.contact))?.attributes).toEqual({ a: 1, b: 2 })
  })

  it('binds a second address to a contact, and never takes one from another contact', async () => {
    const ada = await applied(get(), say({ key: '1' }))
    const bob = await applied(get(), say({ key: '1', to: opening('bob') }))
    const mail = { channel: 'mail', address: 'ada@example.com', at: NOW + 1 }
    await get().addIdentity(ada.conversation.contact, mail)
    await get().addIdentity(ada.conversation.contact, { ...mail, verified: 'code' })
    expect((await get().find('shop', 'mail', 'ada@example.com'))?.id).toBe(ada.conversation.id)
    expect((await get().contact(ada.conversation.contact))?.identities[1]?.verified).toBe('code')
    await expect(get().addIdentity(bob.conversation.contact, mail)).rejects.toMatchObject({ code: 'conflict' })
    await expect(get().addIdentity('c_nobody', mail)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('pages contacts and finds them by name', async () => {
    await get().commit(['Ann', 'Ben', 'Cat'].map((name) => say({ key: 'k', to: opening(name, { profile: { name } }) })))
    const first = await get().contacts({ limit: 2 })
    const rest = await get().contacts({ limit: 2, after: first[1]?.id ?? '' })
    expect(new Set([...first, ...rest].map((one) => one.name))).toEqual(new Set(['Ann', 'Ben', 'Cat']))
    expect((await get().contacts({ text: 'be', limit: 9 })).map((one) => one.name)).toEqual(['Ben'])
  })

  it('knows an agent by e-mail in any case, once', async () => {
    const zoe = { id: 'a_zoe', email: 'Zoe@example.com', name: 'Zoe', password: 'salt:hash', createdAt: NOW }
    await get().createAgent(zoe)
    expect(await get().agentByEmail('zoe@EXAMPLE.com')).toEqual(zoe)
    expect(await get().agents()).toEqual([zoe])
    await expect(get().createAgent({ ...zoe, id: 'a_2', email: 'ZOE@example.com' })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it('ends a session at its time and when it is signed out', async () => {
    await get().createAgent({ id: 'a_zoe', email: 'z@example.com', name: 'Zoe', password: 'x', createdAt: NOW })
    const session = { hash: 'h', agent: 'a_zoe', expiresAt: NOW + 1_000 }
    await get().createSession(session)
    expect(await get().session('h', NOW + 999)).toEqual(session)
    expect(await get().session('h', NOW + 1_000)).toBeUndefined()
    await get().deleteSession('h')
    expect(await get().session('h', NOW)).toBeUndefined()
  })
}

function testUpkeep(get: () => Store, bench: () => StoreBench): void {
  it('runs migrations once, and says when they are missing', async () => {
    const version = await get().migrate()
    expect(version).toBeGreaterThan(0)
    expect(await (await bench().reopen()).migrate()).toBe(version)
    await get().check()
  })

  it('keeps small state as it was put, until it is removed', async () => {
    const value = { cursor: 'ü"\\', list: [1, null, { deep: true }] }
    await get().set('mail', 'uid', value)
    await get().set('web', 'uid', 7)
    expect(await get().get('mail', 'uid')).toEqual(value)
    await get().set('mail', 'uid', undefined)
    expect([await get().get('mail', 'uid'), await get().get('web', 'uid')]).toEqual([undefined, 7])
  })

  it('gives a lease to one owner at a time', async () => {
    expect(await get().lease('poll', { owner: 'one', now: NOW, until: NOW + 100 })).toBe(true)
    expect(await get().lease('poll', { owner: 'two', now: NOW + 50, until: NOW + 150 })).toBe(false)
    expect(await get().lease('poll', { owner: 'one', now: NOW + 50, until: NOW + 200 })).toBe(true)
    expect(await get().lease('poll', { owner: 'two', now: NOW + 200, until: NOW + 300 })).toBe(true)
    await get().releaseLease('poll', 'one')
    expect(await get().lease('poll', { owner: 'one', now: NOW + 250, until: NOW + 400 })).toBe(false)
    await get().releaseLease('poll', 'two')
    expect(await get().lease('poll', { owner: 'one', now: NOW + 250, until: NOW + 400 })).toBe(true)
  })

  it('remembers files', async () => {
    const file = { id: 'f_1', site: 'shop', name: '收据.pdf', type: 'application/pdf', bytes: 12 }
    await get().addFile({ ...file, createdAt: NOW })
    expect(await get().file('f_1')).toEqual(file)
    expect(await get().file('f_2')).toBeUndefined()
  })

  it('says who uploaded a file', async () => {
    const file = { id: 'f_3', site: 'shop', name: 'a.txt', type: 'text/plain', bytes: 1, owner: 'web:anna' }
    await get().addFile({ ...file, createdAt: NOW })
    expect(await get().file('f_3')).toEqual(file)
  })

  it('forgets files that no message took up, the oldest first, and keeps all others', async () => {
    const file = { site: 'shop', name: 'a.txt', type: 'text/plain', bytes: 1 }
    for (const [id, createdAt] of [
      ['f_b', NOW - 5],
      ['f_a', NOW - 9],
      ['f_used', NOW - 9],
      ['f_new', NOW],
    ] as const)
      await get().addFile({ ...file, id, createdAt })
    expect([await get().useFile('f_used'), await get().useFile('f_gone')]).toEqual([true, false])
    expect(await get().dropUnusedFiles(NOW, 1)).toEqual(['f_a'])
    expect(await get().dropUnusedFiles(NOW, 9)).toEqual(['f_b'])
    expect(await get().dropUnusedFiles(NOW, 9)).toEqual([])
    expect([await get().useFile('f_a'), await get().useFile('f_new')]).toEqual([false, true])
  })

  it('keeps nothing of a session that is over', async () => {
    await get().createAgent({ id: 'a_eve', email: 'eve@shop.example', name: 'Eve', password: 'x:y', createdAt: NOW })
    for (const [hash, expiresAt] of [
      ['over', NOW],
      ['lives', NOW + 1],
    ] as const) {
      await get().createSession({ hash, agent: 'a_eve', expiresAt })
      await get().set('session-used', hash, NOW)
    }
    await get().purge(NOW)
    expect([await get().get('session-used', 'over'), await get().get('session-used', 'lives')]).toEqual([
      undefined,
      NOW,
    ])
  })

  it('keeps raw payloads beside their entries until their time is over', async () => {
    await get().commit([
      { ...say({ key: '1' }), raw: { payload: 'old', until: NOW + 10 } },
      { ...say({ key: '2' }), raw: { payload: 'new', until: NOW + 20 } },
    ])
    const [item] = await get().conversations({ limit: 1, reader: 'a_anna' })
    const raws = () => Promise.all([1, 2, 3].map((seq) => get().raw(item?.conversation.id ?? '', seq)))
    expect(await raws()).toEqual(['old', 'new', undefined])
    expect([await get().purge(NOW + 10), await get().purge(NOW + 10)]).toEqual([1, 0])
    expect(await raws()).toEqual([undefined, 'new', undefined])
  })
}
