import type { Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { BackendPushes } from '@hutong/core/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'
import { createPullBackend } from './pull.ts'
import { createSocketBackend } from './socket.ts'

let stand: Stand
const open = async (answerWithin: number) => {
  const backends = [createSocketBackend('shop', { answerWithin, title: 'Tea helper' })]
  stand = await openStand({ backends, routing: ['shop', 'desk'] })
}
beforeEach(() => open(2_000))
afterEach(() => stand.close())

type Ack = Parameters<BackendPushes['event']>[1]

const reply = (text: string) => ({ kind: 'reply' as const, parts: [{ kind: 'text' as const, text }] })

/** A backend on the socket that keeps what it hears, with the acknowledgements still to give. */
function connect(credit = 32) {
  const client = stand.backend({ token: TOKENS.shop, credit, feed: false })
  const heard: { event: Event; ack: Ack }[] = []
  client.on('event', ({ event }, ack) => heard.push({ event, ack }))
  return { client, heard }
}

const until = (condition: () => boolean) => expect.poll(condition, { interval: 5, timeout: 5_000 }).toBe(true)

describe('a backend on a socket', () => {
  it('answers with its acknowledgement', async () => {
    const { heard } = connect()
    const { conversation } = await stand.write('hello')
    await until(() => heard.length === 1)
    heard[0]?.ack({ actions: [reply('Hi!')] })
    await stand.until(conversation, (log) => log.some(({ from }) => from.kind === 'bot' && from.id === 'shop'))
  })

  it('hears what was said while nobody was connected, once it connects', async () => {
    await stand.write('early')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { heard } = connect()
    await until(() => heard.length === 1)
  })

  it('hears the same event again on the next connection when the first one is lost', async () => {
    const first = connect()
    await stand.write('hello')
    await until(() => first.heard.length === 1)
    first.client.close()
    const second = connect()
    await until(() => second.heard.length === 1)
    expect(second.heard[0]?.event).toEqual(first.heard[0]?.event)
  })

  it('has one event of a conversation under way, and as many conversations as it has credit', async () => {
    const { heard } = connect(3)
    for (const address of ['a', 'b', 'c', 'd']) await stand.write(`first of ${address}`, { address })
    await stand.write('second of a', { address: 'a' })
    await until(() => heard.length === 3)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(new Set(heard.map(({ event }) => event.conversation)).size).toBe(3)
    expect(heard).toHaveLength(3)
    for (const { ack } of heard.splice(0)) ack()
    await until(() => heard.length === 2)
  })

  it('may say nothing, and is not taken for one that hangs', async () => {
    const { heard } = connect()
    const { conversation } = await stand.write('thanks')
    await until(() => heard.length === 1)
    heard[0]?.ack()
    await new Promise((resolve) => setTimeout(resolve, 2_300))
    expect((await stand.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'shop' })
  })

  it('that takes an event and never answers loses the floor on time', async () => {
    const { heard } = connect()
    const { conversation } = await stand.write('hello')
    await until(() => heard.length === 1)
    heard[0]?.ack({ later: true })
    const log = await stand.until(conversation, (entries) => entries.some(({ body }) => body.kind === 'handoff'))
    expect(log.at(-1)?.body).toMatchObject({ floor: { holder: { kind: 'queue' } } })
  })

  it('that answers later by name of the event keeps the floor', async () => {
    const { client, heard } = connect()
    const { conversation } = await stand.write('hello')
    await until(() => heard.length === 1)
    const event = heard[0]?.event as Event
    heard[0]?.ack({ later: true })
    await client.emitWithAck('act', {
      conversation,
      request: { key: 'late', term: event.floor.term, event: event.id, actions: [reply('Here it is.')] },
    })
    const [said] = (await stand.log(conversation)).filter(({ from }) => from.kind === 'bot')
    expect(said?.from).toEqual({ kind: 'bot', id: 'shop', name: 'Tea helper' })
    await new Promise((resolve) => setTimeout(resolve, 2_300))
    expect((await stand.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'shop' })
  })

  it('that acknowledges with nonsense is told on the log, and the event comes again', async () => {
    const { heard } = connect()
    await stand.write('hello')
    await until(() => heard.length === 1)
    heard[0]?.ack({ actions: [{ kind: 'dance' }] } as never)
    await until(() => heard.length === 2)
    expect(heard[1]?.event).toEqual(heard[0]?.event)
  })

  it('takes many events at once without a word on standard error', async () => {
    const warnings: string[] = []
    const keep = ({ name }: Error) => void warnings.push(name)
    process.on('warning', keep)
    const { heard } = connect(32)
    for (let at = 0; at < 20; at++) await stand.write('hello', { address: `v${at}` })
    await until(() => heard.length === 20)
    process.off('warning', keep)
    expect(warnings).toEqual([])
  })
})

describe('two connections of one backend', () => {
  beforeEach(async () => {
    await stand.close()
    await open(5_000)
  })
  const namesOf = ({ heard }: ReturnType<typeof connect>) => heard.map(({ event }) => event.id).toSorted()
  async function ask(count: number): Promise<string[]> {
    const asked = Array.from({ length: count }, (_, at) => stand.write('hello', { address: `v${at}` }))
    return (await Promise.all(asked)).map(({ conversation }) => conversation)
  }

  it('share what is asked; what a hung one has is answered by its twin, and no customer is passed on', async () => {
    const [hung, well] = [connect(), connect()]
    await until(() => hung.client.connected && well.client.connected)
    well.client.on('event', (_, ack) => ack({ actions: [reply('Hi!')] }))
    const conversations = await ask(10)
    const answered = (log: Entry[]) => log.some(({ from, body }) => from.kind === 'bot' && body.kind === 'message')
    for (const one of conversations) await stand.until(one, answered)
    expect(well.heard).toHaveLength(10)
    expect(hung.heard.length).toBeLessThanOrEqual(5)
    const after = hung.heard.length
    for (const one of await ask(10))
      await stand.until(one, (log) => log.filter(({ from }) => from.kind === 'bot').length === 2)
    expect(hung.heard).toHaveLength(after)
    const logs = await Promise.all(conversations.map(stand.log))
    expect(logs.flat().filter(({ body }) => body.kind === 'handoff')).toEqual([])
  })

  it('are one: what was not acknowledged on a lost one comes unchanged to the other, and nothing else does', async () => {
    const [lost, twin] = [connect(), connect()]
    await until(() => lost.client.connected && twin.client.connected)
    await ask(10)
    await until(() => lost.heard.length + twin.heard.length === 10)
    for (const { ack } of [...twin.heard, ...lost.heard.slice(0, 2)]) ack()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const open = lost.heard.slice(2).map(({ event }) => event)
    expect(open.length).toBeGreaterThan(0)
    twin.heard.length = 0
    lost.client.close()
    await until(() => twin.heard.length === open.length)
    expect(new Map(twin.heard.map(({ event }) => [event.id, event]))).toEqual(
      new Map(open.map((event) => [event.id, event])),
    )
    for (const { ack } of twin.heard.splice(0)) ack()
    const back = connect()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([namesOf(back), namesOf(twin)]).toEqual([[], []])
  })
})

describe('a socket that asks for events and can be brought none', () => {
  it.each([
    ['of another kind', TOKENS.other, /"other" is not of "kind": "socket"/],
    ['that is not there', TOKENS.boss, /no backend is called "boss"/],
  ])('is told so: a token of a backend %s', async (_, token, message) => {
    const pulled = await openStand({ backends: [createPullBackend('other', { answerWithin: 1_000 })] })
    const refused = (credit: number) =>
      new Promise((resolve) => {
        const client = pulled.backend({ token, credit })
        client.once('connect_error', (error) => resolve((error as Error & { data: unknown }).data))
        client.once('ready', () => resolve('let in'))
      })
    const wrong = { code: 'invalid', field: 'credit', message: expect.stringMatching(message) }
    expect([await refused(8), await refused(0)]).toEqual([expect.objectContaining(wrong), 'let in'])
    await pulled.close()
  })
})

describe('a token of other sites on a socket', () => {
  it('is brought nothing of a site that it may not enter, and its customers are passed on', async () => {
    const closed = await openStand({
      backends: [createSocketBackend('other', { answerWithin: 1_000 })],
      routing: ['other', 'desk'],
    })
    const client = closed.backend({ token: TOKENS.other, credit: 8, feed: false })
    const heard: Event[] = []
    client.on('event', ({ event }) => heard.push(event))
    await new Promise<void>((resolve) => client.once('ready', () => resolve()))
    const { conversation } = await closed.write('a secret of the shop')
    await closed.until(conversation, (log) => log.some(({ body }) => body.kind === 'handoff'))
    expect(heard).toEqual([])
    await closed.close()
  })
})
