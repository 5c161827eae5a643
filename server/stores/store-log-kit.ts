import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, Write } from './store.ts'
import { applied, type MakeStore, NOW, opening, refusing, type StoreBench, say, text, wordsIn } from './store-bench.ts'

/** The promises of the log. */
export function testLog(make: MakeStore): void {
  let bench: StoreBench
  let store: Store
  beforeEach(async () => {
    bench = await make()
    store = bench.store
    await store.migrate()
  })
  afterEach(() => bench.destroy())

  describe('appending', () => testAppending(() => store))
  describe('what is refused', () => testRefusing(() => store))
  describe('beside the log', () => testBeside(() => store))
  describe('texts', () => testTexts(() => store))
  describe('crash', () => {
    it('keeps everything that was acknowledged when the process dies', async () => {
      const { conversation } = await applied(store, say({ key: 'a' }))
      await applied(store, say({ key: 'b', decision: { attributes: { tag: 'vip' } } }))
      const again = await bench.reopen()
      expect(await wordsIn(again, conversation.id)).toEqual(['a', 'b'])
      const [outcome] = await again.commit([say({ key: 'b' })])
      expect(outcome).toEqual({ state: 'duplicate', conversation: conversation.id, seq: 2, at: NOW })
      const next = await applied(again, say({ key: 'c' }))
      expect(next.conversation).toMatchObject({ id: conversation.id, last: 3, attributes: { tag: 'vip' } })
    })

    it('gives no number twice when two processes write by mistake; at worst one of them has to try again', async () => {
      const other = await bench.reopen()
      const { conversation } = await applied(store, say({ key: 'a' }))
      await applied(other, say({ key: 'b' }))
      await applied(store, say({ key: 'c' })).catch(() => applied(store, say({ key: 'c' })))
      await applied(other, say({ key: 'd' })).catch(() => applied(other, say({ key: 'd' })))
      const entries = await store.entries(conversation.id, { after: 0, limit: 9 })
      expect(entries.map(({ seq, key }) => [seq, key])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ])
    })
  })
}

function testBeside(get: () => Store): void {
  const place = (value: unknown) => ({ scope: 'channel:mail', key: 'uid', value })

  it('sets state with the message and with its duplicate, and not when the write is refused', async () => {
    await get().commit([{ ...say({ key: 'a' }), state: place(1) }])
    await get().commit([{ ...refusing('no'), state: place(9) }])
    expect(await get().get('channel:mail', 'uid')).toBe(1)
    await get().commit([{ ...say({ key: 'a' }), state: place({ uid: 2 }) }])
    expect(await get().get('channel:mail', 'uid')).toEqual({ uid: 2 })
  })

  it('makes an address one of the contact’s with a message to its conversation', async () => {
    const { conversation } = await applied(get(), say({ key: 'a' }))
    const mail = { channel: 'mail', address: 'ada@example.org' }
    await applied(get(), say({ to: { conversation: conversation.id, identity: mail }, key: 'b' }))
    await applied(
      get(),
      say({ to: { conversation: conversation.id, identity: { ...mail, verified: 'dmarc' } }, key: 'c' }),
    )
    await applied(get(), say({ to: { conversation: conversation.id, identity: mail }, key: 'd' }))
    expect((await get().contact(conversation.contact))?.identities).toMatchObject([
      { channel: 'mail', verified: 'dmarc' },
      { channel: 'web' },
    ])
    const again = await applied(get(), say({ to: opening('ada@example.org', { channel: 'mail' }), key: 'e' }))
    expect(again.conversation.id).toBe(conversation.id)
  })

  it('leaves an address with the contact that has it', async () => {
    const other = await applied(get(), say({ to: opening('bob@example.org', { channel: 'mail' }), key: 'b' }))
    const { conversation } = await applied(get(), say({ key: 'a' }))
    const identity = { channel: 'mail', address: 'bob@example.org', verified: 'dmarc' as const }
    await applied(get(), say({ to: { conversation: conversation.id, identity }, key: 'c' }))
    expect((await get().find('shop', 'mail', 'bob@example.org'))?.id).toBe(other.conversation.id)
    expect((await get().contact(conversation.contact))?.identities).toHaveLength(1)
  })
}

function testAppending(get: () => Store): void {
  it('makes contact and conversation with the first message of an address', async () => {
    const to = opening('ada', { profile: { name: 'Ada' }, verified: 'token', visit: { url: 'https://shop.example/' } })
    const { conversation, entries } = await applied(get(), say({ to, key: 'k1' }))
    expect(conversation).toMatchObject({ site: 'shop', status: 'open', last: 1, channel: 'web', createdAt: NOW })
    expect(entries).toMatchObject([
      { seq: 1, key: 'k1', from: { kind: 'contact', id: conversation.contact, name: 'Ada' } },
    ])
    expect(await get().contact(conversation.contact)).toMatchObject({
      name: 'Ada',
      site: 'shop',
      visit: { url: 'https://shop.example/' },
      identities: [{ channel: 'web', address: 'ada', verified: 'token', at: NOW }],
    })
    expect(await get().find('shop', 'web', 'ada')).toEqual(conversation)
    expect(await get().conversation(conversation.id)).toEqual(conversation)
  })

  it('finds the same conversation for every further message of an address, in the same commit too', async () => {
    const outcomes = await get().commit([say({ key: 'a' }), say({ key: 'b' }), say({ key: 'c' })])
    const ids = outcomes.map((one) => (one.state === 'applied' ? one.conversation.id : one.state))
    expect(new Set(ids).size).toBe(1)
    expect(outcomes.map((one) => one.state === 'applied' && one.entries[0]?.seq)).toEqual([1, 2, 3])
  })

  it('numbers a conversation 1, 2, 3 without holes, whatever is refused or repeated in between', async () => {
    const writes = Array.from({ length: 60 }, (_, index) =>
      index % 5 === 3 ? refusing(`r${index}`) : say({ key: index % 7 === 6 ? 'same' : `k${index}` }),
    )
    for (let from = 0; from < writes.length; from += 8) await get().commit(writes.slice(from, from + 8))
    const conversation = await get().find('shop', 'web', 'ada')
    const entries = await get().entries(conversation?.id ?? '', { after: 0, limit: 100 })
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1))
    expect(conversation?.last).toBe(entries.length)
    expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length)
  })

  it('answers a repeated key with the first number and changes nothing', async () => {
    const first = await applied(get(), say({ key: 'k' }))
    const lane = { lane: 'l', target: 'backend:b', entry: 0 }
    const again = say({ key: 'k', at: NOW + 5_000, decision: { deliveries: [lane], status: 'closed' } })
    const duplicate = { state: 'duplicate', conversation: first.conversation.id, seq: 1, at: NOW }
    expect(await get().commit([again, again])).toEqual([duplicate, duplicate])
    expect(await get().conversation(first.conversation.id)).toEqual(first.conversation)
    expect(await get().nextDue()).toBeUndefined()
  })

  it('takes the same key of two authors for two messages, and gives it back as each of them named it', async () => {
    const { conversation } = await applied(get(), { ...say({ key: 'k' }), side: 'contact' })
    const to = { conversation: conversation.id }
    const sides = ['house', 'relay', 'bot:faq', 'bot:b', 'bot:b~%', 'bot:b%7E%25'] as const
    for (const side of sides) await applied(get(), { ...say({ key: 'k', to }), side })
    const again = await get().commit(sides.map((side) => ({ ...say({ key: 'k', to }), side })))
    expect(again.map((one) => one.state === 'duplicate' && one.seq)).toEqual([2, 3, 4, 5, 6, 7])
    const keys = (await get().entries(conversation.id, { after: 0, limit: 9 })).map(({ key }) => key)
    expect(keys).toEqual(Array.from({ length: 7 }, () => 'k'))
    const asked: boolean[] = []
    const decide: Write['decide'] = (_, said) => {
      asked.push(said('bot:faq', 'k'), said('bot:other', 'k'), said('bot:faq', 'other'))
      return { entries: [text('x')] }
    }
    await applied(get(), { to, key: 'x', at: NOW, decide })
    expect(asked).toEqual([true, false, false])
  })

  it('finds an entry by its number, with the floor as it was then', async () => {
    const { conversation } = await applied(get(), say({ key: 'a' }))
    const floor = { holder: { kind: 'bot' as const, id: 'faq' }, term: 2 }
    await applied(get(), say({ key: 'b', decision: { floor } }))
    expect(await get().event(conversation.id, 1)).toMatchObject({ entry: { seq: 1 }, floor: { term: 1 } })
    expect(await get().event(conversation.id, 2)).toMatchObject({ id: `${conversation.id}:2`, floor })
    expect(await get().event(conversation.id, 3)).toBeUndefined()
  })

  it('takes the same key in two conversations for two messages', async () => {
    const [a, b] = await get().commit([say({ key: 'k' }), say({ key: 'k', to: opening('bob') })])
    expect([a?.state, b?.state]).toEqual(['applied', 'applied'])
  })

  it('takes a platform message in once, whatever key it comes with', async () => {
    const native = { channel: 'mail', id: '<1@example>' }
    const first = await applied(get(), { ...say({ key: 'a' }), native })
    const outcomes = await get().commit([
      { ...say({ key: 'b' }), native },
      { ...say({ key: 'c', to: opening('new') }), native },
    ])
    const duplicate = { state: 'duplicate', conversation: first.conversation.id, seq: 1, at: NOW }
    expect(outcomes).toEqual([duplicate, duplicate])
    expect(await get().find('shop', 'web', 'new')).toBeUndefined()
    expect(
      (await applied(get(), { ...say({ key: 'd' }), native: { channel: 'other', id: native.id } })).entries[0]?.seq,
    ).toBe(2)
  })

  it('decides on the conversation as the earlier writes of the same commit left it', async () => {
    const seen: unknown[] = []
    const watching = (key: string): Write => ({
      to: opening(),
      key,
      at: NOW,
      decide: ({ last, floor, attributes }) => {
        seen.push([last, floor.term, attributes])
        return { entries: [text(key)], floor: { ...floor, term: floor.term + 1 }, attributes: { [key]: true } }
      },
    })
    await get().commit([watching('a'), watching('b'), watching('c')])
    expect(seen).toEqual([
      [0, 1, {}],
      [1, 2, { a: true }],
      [2, 3, { a: true, b: true }],
    ])
  })

  it('keeps several entries of one write together, under keys made from the first', async () => {
    const floor = { holder: { kind: 'bot' as const, id: 'faq' }, term: 2 }
    const entries = [
      text('hello', { channel: 'web' }),
      { from: { kind: 'system' as const, id: 'relay' }, body: { kind: 'handoff' as const, floor } },
    ]
    const done = await applied(
      get(),
      say({ key: 'k', decision: { entries, floor, waitingSince: NOW, status: 'closed' } }),
    )
    expect(done.entries.map(({ seq, key }) => [seq, key])).toEqual([
      [1, 'k'],
      [2, 'k#1'],
    ])
    expect(done.positions).toHaveLength(2)
    expect(done.conversation).toMatchObject({ last: 2, floor, waitingSince: NOW, status: 'closed' })
    expect(await get().entries(done.conversation.id, { after: 0, limit: 9 })).toEqual(done.entries)
  })

  it('pages the log forwards and backwards', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    await get().commit([2, 3, 4, 5, 6].map((n) => say({ key: String(n) })))
    const seqs = async (range: Parameters<Store['entries']>[1]) =>
      (await get().entries(conversation.id, range)).map((entry) => entry.seq)
    expect(await seqs({ after: 0, limit: 2 })).toEqual([1, 2])
    expect(await seqs({ after: 4, limit: 10 })).toEqual([5, 6])
    expect(await seqs({ before: 7, limit: 2 })).toEqual([5, 6])
    expect(await seqs({ before: 3, limit: 10 })).toEqual([1, 2])
    expect(await get().entries('v_nowhere', { after: 0, limit: 10 })).toEqual([])
  })
}

function testRefusing(get: () => Store): void {
  it('leaves nothing behind when the first message of an address is refused', async () => {
    const [outcome] = await get().commit([refusing('k')])
    expect(outcome).toMatchObject({ state: 'refused', error: { code: 'stale_floor' } })
    expect(await get().find('shop', 'web', 'ada')).toBeUndefined()
    expect(await get().contacts({ limit: 10 })).toEqual([])
    expect(await get().position()).toBe(0)
  })

  it('answers a repeat of what was taken as a repeat, though it would be refused now', async () => {
    const { conversation } = await applied(get(), say({ key: 'k' }))
    expect(await get().commit([refusing('k')])).toEqual([
      { state: 'duplicate', conversation: conversation.id, seq: 1, at: NOW },
    ])
  })

  it('refuses one write and keeps its neighbours', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    const broken: Write = {
      ...say({ key: 'broken' }),
      decide: () => {
        throw new TypeError('a bug')
      },
    }
    const states = await get().commit([
      say({ key: '2' }),
      refusing('x'),
      broken,
      say({ key: 'y', to: { conversation: 'v_nowhere' } }),
      say({ key: '3', to: { conversation: conversation.id } }),
    ])
    expect(states.map((one) => (one.state === 'refused' ? one.error.code : one.state))).toEqual([
      'applied',
      'stale_floor',
      'internal',
      'not_found',
      'applied',
    ])
    expect(await wordsIn(get(), conversation.id)).toEqual(['1', '2', '3'])
  })

  it('keeps nothing of a commit that fails halfway, and works on afterwards', async () => {
    const { conversation } = await applied(get(), say({ key: '1' }))
    const impossible = say({ key: '3', decision: { deliveries: [{ lane: 'l', target: 't', entry: 7 }] } })
    const fresh = say({ key: '1', to: opening('bob') })
    await expect(get().commit([say({ key: '2', decision: { status: 'closed' } }), fresh, impossible])).rejects.toThrow()
    expect(await get().conversation(conversation.id)).toEqual(conversation)
    expect(await get().find('shop', 'web', 'bob')).toBeUndefined()
    expect((await applied(get(), say({ key: '2' }))).entries[0]?.seq).toBe(2)
  })

  it('refuses an address that is not well-formed text, instead of taking it for another one', async () => {
    const [outcome] = await get().commit([say({ key: 'k', to: opening('\ud800') })])
    expect(outcome).toMatchObject({ state: 'refused', error: { code: 'invalid', field: 'address' } })
  })

  it('never lets one site find what belongs to another', async () => {
    await applied(get(), say({ key: 'k' }))
    expect(await get().find('other', 'web', 'ada')).toBeUndefined()
    const other = await applied(get(), say({ key: 'k', to: opening('ada', { site: 'other' }) }))
    expect(other.entries[0]?.seq).toBe(1)
    expect((await get().feed({ site: 'other', after: 0, limit: 9 })).map((event) => event.site)).toEqual(['other'])
    expect(await get().conversations({ site: 'other', limit: 9 })).toHaveLength(1)
    expect((await get().contacts({ site: 'other', limit: 9 })).map((one) => one.id)).toEqual([
      other.conversation.contact,
    ])
  })
}

function testTexts(get: () => Store): void {
  const cases = {
    'an empty line and spaces': ' \n\t ',
    'Chinese, emoji and combining marks': '你好，胡同 👩‍👩‍👧 e\u0301',
    'right-to-left text': 'שלום مرحبا',
    'half a surrogate pair': 'a\ud83d b\udc00',
    'a zero character': 'a\u0000b',
    'quotes, backslashes and SQL': `"'); drop table entries; -- \\`,
    'a megabyte': 'x'.repeat(1_000_000),
  }
  for (const [name, words] of Object.entries(cases))
    it(`gives back ${name} as it was`, async () => {
      const { conversation, entries } = await applied(get(), say({ key: 'k', words }))
      expect(await get().entries(conversation.id, { after: 0, limit: 1 })).toEqual(entries)
      expect(await wordsIn(get(), conversation.id)).toEqual([words])
    })

  it('keeps an attribute named __proto__ as an attribute', async () => {
    const attributes = JSON.parse('{"__proto__":"x","constructor":1,"a":true}')
    const { conversation } = await applied(get(), say({ key: 'k', decision: { attributes } }))
    expect(Object.entries(conversation.attributes)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 1],
      ['a', true],
    ])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    const changed = await applied(get(), say({ key: 'k2', decision: { attributes: { a: null } } }))
    expect(Object.keys(changed.conversation.attributes)).toEqual(['__proto__', 'constructor'])
  })
}
