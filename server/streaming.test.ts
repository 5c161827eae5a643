import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionInput, Backend } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { type Signal, streamedText } from '@hutong/core/signal'
import type { EntriesPacket, Ready } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { type Running, serve } from './serve.ts'

const ORIGIN = 'https://shop.example'
const ANSWER = '龙井茶 🍵 是绿茶，👩‍🔬 说：“很好！” '.repeat(30)

/** Says the answer one UTF-16 unit after the other, so that characters come in halves. */
const model: Backend = {
  name: 'model',
  async *handle({ id, entry }): AsyncIterable<ActionInput> {
    if (entry.body.kind !== 'message') return
    const key = `answer:${id}`
    for (let end = 1; end <= ANSWER.length; end += 1) {
      yield { kind: 'stream', key, text: ANSWER.slice(0, end) }
      if (end % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    yield { kind: 'stream', key, text: ANSWER, done: true }
  },
}

let data: string
let running: Running
let visitors: Visitor[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-streaming-'))
  visitors = []
  const config = parseConfig({
    secret: 'a secret that is long enough for everything',
    data,
    listen: { port: 0 },
    sites: [{ key: 'shop', name: 'Shop', origins: [ORIGIN], routing: ['model', 'desk'] }],
    drain: { spreadMs: 0 },
    log: { level: 'silent' },
  })
  running = await serve(config, { backends: [model] })
})
afterEach(async () => {
  for (const { socket } of visitors) socket.disconnect()
  await running.close()
  await rm(data, { recursive: true })
})

interface Visitor {
  socket: Socket
  ready: Promise<Ready>
  entries: Entry[]
  signals: Signal[]
  /** The text as it would be shown, undefined before there is any. */
  shown(): string | undefined
  send(key: string, body: object): Promise<{ seq?: number; error?: { code: string } }>
}

function visit(auth: object = {}): Visitor {
  const socket = io(running.url, {
    query: { site: 'shop' },
    transports: ['websocket'],
    extraHeaders: { origin: ORIGIN },
    forceNew: true,
    auth: { site: 'shop', ...auth },
  })
  const visitor: Visitor = {
    socket,
    ready: new Promise((resolve) => socket.once('ready', resolve)),
    entries: [],
    signals: [],
    shown() {
      let text: string | undefined
      for (const one of visitor.signals) if (one.kind === 'stream') text = streamedText(text, one) ?? text
      return text
    },
    send: (key, body) => socket.timeout(5_000).emitWithAck('send', { key, body }),
  }
  socket.on('entries', (packet: EntriesPacket) => visitor.entries.push(...packet.entries))
  socket.on('signal', (signal: Signal) => visitor.signals.push(signal))
  visitors.push(visitor)
  return visitor
}

const ASK = { kind: 'message', parts: [{ kind: 'text', text: 'Which tea?' }] }
const answerIn = ({ entries }: Visitor) =>
  entries.find(({ from, body }) => from.kind === 'bot' && body.kind === 'message')?.body

it('a visitor who reloads in the middle of an answer sees all there is at once, and both see it grow to the whole', async () => {
  const first = visit()
  const { token } = await first.ready
  await first.send('q1', ASK)
  await expect.poll(() => first.shown()?.length ?? 0).toBeGreaterThan(40)

  const again = visit({ token })
  await expect.poll(() => again.signals.length).toBeGreaterThan(0)
  const [snapshot] = again.signals
  expect(snapshot).toMatchObject({ kind: 'stream', text: expect.stringMatching(/^龙井茶/) })
  expect(snapshot).not.toHaveProperty('at')

  await expect.poll(() => answerIn(again), { timeout: 10_000 }).toBeDefined()
  for (const one of [first, again]) {
    expect(answerIn(one)).toMatchObject({ parts: [{ text: ANSWER }] })
    const shown = one.shown() ?? ''
    expect(ANSWER.startsWith(shown)).toBe(true)
    expect(shown.length).toBeGreaterThan(ANSWER.length - 60)
    expect(one.signals.every((signal) => signal.kind !== 'stream' || signal.text.isWellFormed())).toBe(true)
  }
  expect(first.signals.filter((one) => one.kind === 'stream' && one.at).length).toBeGreaterThan(5)
})

it('a visitor stops an answer: what every tab shows is what is kept, and the next question is answered', async () => {
  const tab = visit()
  const { token } = await tab.ready
  await tab.send('q1', ASK)
  const other = visit({ token, after: 1 })
  await expect.poll(() => other.shown()?.length ?? 0).toBeGreaterThan(40)
  const { seq } = await tab.send('stop', { kind: 'stop' })
  expect(await tab.send('stop', { kind: 'stop' })).toMatchObject({ seq })
  const kindsOf = ({ entries }: Visitor) => entries.map(({ body }) => body.kind)
  await expect.poll(() => kindsOf(tab)).toEqual(['message', 'message', 'stop', 'hidden'])

  const heard = tab.signals.length
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(tab.signals).toHaveLength(heard)
  for (const one of [tab, other]) expect(answerIn(one)).toMatchObject({ parts: [{ text: one.shown() }] })

  await tab.send('q2', ASK)
  await expect.poll(() => tab.signals.length).toBeGreaterThan(heard)
})

it('a visitor who has said nothing has nothing to stop, and leaves nothing behind', async () => {
  const visitor = visit()
  const { token } = await visitor.ready
  expect(await visitor.send('stop', { kind: 'stop' })).toMatchObject({ error: { code: 'not_found' } })
  expect((await visit({ token }).ready).conversation).toBeUndefined()
})
