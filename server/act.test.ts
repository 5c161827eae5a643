import type { ActionInput, Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from './test-relay.ts'

let house: TestRelay
afterEach(() => house.close())

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const bot = (id: string): Participant => ({ kind: 'bot', id })
const reply = (text: string) => ({ kind: 'reply' as const, parts: [{ kind: 'text' as const, text }] })
const toBot = (id: string) => ({ kind: 'handoff' as const, to: { kind: 'bot' as const, id } })
const silent = (name: string, more: Partial<Backend> = {}): Backend => ({
  name,
  answers: 'later',
  answerWithin: 60_000,
  handle: async () => undefined,
  ...more,
})

async function open(backends: readonly Backend[], routing: readonly string[] = [backends[0]?.name ?? '', 'desk']) {
  house = await openTestRelay({ backends, routing })
  const { conversation } = await house.write('hello')
  const floor = async () => (await house.store.conversation(conversation))?.floor
  return { conversation, floor }
}

const textsOf = (log: readonly Entry[]) =>
  log.flatMap(({ from, body }) =>
    body.kind === 'message' ? body.parts.map((part) => `${from.id}: ${part.kind === 'text' ? part.text : ''}`) : [],
  )

describe('the keys of one author', () => {
  it('are no others’: two backends that name theirs after the event are both heard', async () => {
    const archive = silent('archive', { hears: 'everything' })
    const { conversation } = await open([silent('faq'), archive])
    const event = `${conversation}:1`
    const note = { kind: 'note' as const, key: event, text: 'archived' }
    const noted = await house.relay.act(bot('archive'), conversation, { key: event, event, actions: [note] })
    const request = { key: event, event, actions: [{ ...reply('the answer'), key: event }] }
    const said = await house.relay.act(bot('faq'), conversation, request)
    expect([noted, said].flatMap(({ results }) => results.map(({ duplicate }) => duplicate))).toEqual([false, false])
    expect((await house.relay.act(bot('faq'), conversation, request)).results).toEqual([{ seq: 3, duplicate: true }])
    const log = await house.log(conversation)
    expect(textsOf(log).at(-1)).toBe('faq: the answer')
    expect(log.slice(1).map(({ key }) => key)).toEqual([event, event])
  })

  it('are no others’: nobody takes the key that the relay passes a silent conversation on with', async () => {
    const { conversation } = await open([silent('faq', { answerWithin: 100 })])
    for (const author of [bot('faq'), bot('other'), anna]) {
      const note = { kind: 'note' as const, key: `${conversation}:1:fallback:0`, text: 'taken' }
      await house.relay.act(author, conversation, { key: 'n', actions: [note] })
    }
    await house.until(conversation, (log) => log.at(-1)?.body.kind === 'handoff')
  })
})

describe('an answer', () => {
  it('settles only an event that there has been', async () => {
    const { conversation } = await open([silent('faq')])
    for (const seq of ['9007199254740991', '2', '1e0', '0x1', '01', '-1', '1.0', '', ' 1']) {
      const request = { key: `k${seq.trim()}`, event: `${conversation}:${seq}`, actions: [] }
      const refused = { code: 'invalid', field: 'event' }
      await expect(house.relay.act(bot('faq'), conversation, request), seq).rejects.toMatchObject(refused)
    }
    await house.relay.act(bot('faq'), conversation, { key: 'k', event: `${conversation}:1`, actions: [] })
  })

  it('that names its event needs no term, and is refused when the floor has moved since', async () => {
    const { conversation } = await open([silent('faq')])
    const say = (key: string, seq: number) =>
      house.relay.act(bot('faq'), conversation, { key, event: `${conversation}:${seq}`, actions: [reply(key)] })
    await say('in-time', 1)
    const { seq } = await house.write({ kind: 'message', parts: [{ kind: 'text', text: 'more', format: 'plain' }] })
    await house.relay.act(bot('faq'), conversation, {
      key: 'grows',
      term: 1,
      actions: [{ kind: 'stream', key: 's', text: 'wo' }],
    })
    await house.write({ kind: 'stop' })
    await expect(say('late', seq)).rejects.toMatchObject({ code: 'stale_floor' })
    expect(textsOf(await house.log(conversation))).not.toContain('faq: late')
  })

  it.each<[string, ActionInput]>([
    ['a reply', reply('hi')],
    ['a growing text', { kind: 'stream', key: 's', text: 'h' }],
    ['a finished text', { kind: 'stream', key: 's', text: 'h', done: true }],
    ['typing', { kind: 'typing', on: true }],
    ['a question', { kind: 'ask', part: { kind: 'rating', scale: 'csat', question: 'So?' } }],
    ['a hand-off', { kind: 'handoff', to: { kind: 'next' } }],
    ['closing', { kind: 'close' }],
    ['an invitation', { kind: 'invite', channel: 'mail' }],
  ])('with neither event nor term is refused: %s', async (_, action) => {
    const { conversation } = await open([silent('faq')])
    const act = house.relay.act(bot('faq'), conversation, { key: 'k', actions: [action] })
    await expect(act).rejects.toMatchObject({ code: 'invalid', field: 'term' })
    expect(await house.log(conversation)).toHaveLength(1)
  })
})

describe('a bot that hands on', () => {
  it('cannot give the floor to itself', async () => {
    const { conversation } = await open([silent('faq')])
    const act = house.relay.act(bot('faq'), conversation, { key: 'k', term: 1, actions: [toBot('faq')] })
    await expect(act).rejects.toMatchObject({ code: 'invalid', field: 'to' })
  })

  it('to one that hands it back is stopped in the end: people get the conversation, and are told why', async () => {
    const passing = (name: string, to: string): Backend => ({ name, handle: async () => [reply('wait'), toBot(to)] })
    const { conversation, floor } = await open([passing('a', 'b'), passing('b', 'a')])
    const queued = (log: Entry[]) =>
      log.some(({ body }) => body.kind === 'handoff' && body.floor.holder.kind === 'queue')
    const log = await house.until(conversation, queued)
    expect(log.filter(({ body }) => body.kind === 'handoff')).toHaveLength(9)
    expect(log.at(-1)).toMatchObject({ from: { kind: 'system' }, body: { reason: expect.stringContaining('8 times') } })
    expect((await floor())?.holder).toEqual({ kind: 'queue' })
  })

  it('may do so again once a person has said a word', async () => {
    const { conversation, floor } = await open([silent('a'), silent('b')])
    for (let turn = 0; turn < 20; turn++) {
      const { holder, term = 0 } = (await floor()) ?? {}
      const [from, to] = holder?.kind === 'bot' && holder.id === 'a' ? ['a', 'b'] : ['b', 'a']
      await house.relay.act(bot(from), conversation, { key: `k${turn}`, term, actions: [toBot(to)] })
      if (turn % 8 === 7) await house.write(`word ${turn}`)
    }
    expect((await floor())?.holder.kind).toBe('bot')
  })

  it('to an agent gives it to one there is, under the name that we know her by', async () => {
    const { conversation, floor } = await open([silent('ghost')])
    const toAgent = (id: string) => ({ kind: 'handoff' as const, to: { kind: 'agent' as const, id, name: 'Nobody' } })
    const hand = (id: string) =>
      house.relay.act(bot('ghost'), conversation, { key: id, term: 1, actions: [toAgent(id)] })
    await expect(hand('ghost')).rejects.toMatchObject({ code: 'invalid', field: 'to.id' })
    const record = { id: 'a_lin', email: 'lin@shop.example', password: 'x', createdAt: 1 }
    await house.store.createAgent({ ...record, name: 'Lin' })
    await hand('a_lin')
    expect((await floor())?.holder).toEqual({ kind: 'agent', id: 'a_lin', name: 'Lin' })
  })
})

describe('the attributes of a conversation', () => {
  const many = (from: number, count: number, value: string | null = 'x') =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${from + at}`, value]))

  it('are 200 at most, and fewer are always taken', async () => {
    const { conversation } = await open([silent('faq')])
    const set = (key: string, attributes: Record<string, string | null>) =>
      house.relay.act(bot('faq'), conversation, { key, actions: [{ kind: 'set', attributes }] })
    await set('a', many(0, 100))
    await set('b', many(100, 100))
    await expect(set('c', many(200, 1))).rejects.toMatchObject({ code: 'too_large', field: 'attributes' })
    await set('d', { ...many(0, 1, null), ...many(200, 1) })
    expect(Object.keys((await house.store.conversation(conversation))?.attributes ?? {})).toHaveLength(200)
  })

  it('are 64 KiB at most, all together', async () => {
    const { conversation } = await open([silent('faq')])
    const set = (key: string, from: number) =>
      house.relay.act(bot('faq'), conversation, {
        key,
        actions: [{ kind: 'set', attributes: many(from, 40, '语'.repeat(300)) }],
      })
    await set('a', 0)
    await expect(set('b', 40)).rejects.toMatchObject({ code: 'too_large', field: 'attributes' })
    await set('again', 0)
  })
})
