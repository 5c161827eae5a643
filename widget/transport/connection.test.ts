import { createScriptedServer, type ScriptedServer } from '@hutong/adapter-websocket/scripted-server'
import type { Entry } from '@hutong/core/entry'
import type { Ready } from '@hutong/core/wire'
import { afterEach, expect, test, vi } from 'vitest'
import type { ChatOptions } from '../create-chat.ts'
import { openChat, openDrawer, openRelay, rowsOf, SITE } from '../test-relay.ts'
import { openStockLink } from './stock.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(options: Parameters<typeof createScriptedServer>[0] = {}): Promise<ScriptedServer> {
  const server = await createScriptedServer(options)
  closing.push(() => server.close())
  return server
}

function visit(url: string, options: Partial<ChatOptions> = {}) {
  const chat = openChat(url, { random: () => 0, ...options })
  closing.push(() => chat.destroy())
  return chat
}

const site: Ready['site'] = { name: 'Shop', staffed: true, typingPreview: true, uploads: { maxBytes: 100, types: [] } }
const ready = (last: number): Partial<Ready> => ({
  ...(last > 0 && { conversation: 'v_1', contact: { id: 'c_1', verified: false } }),
  last,
  site,
})

function entry(seq: number, body?: Entry['body']): Entry {
  const said: Entry['body'] = { kind: 'message', parts: [{ kind: 'text', text: `${seq}`, format: 'plain' }] }
  return {
    conversation: 'v_1',
    seq,
    key: `k${seq}`,
    at: seq,
    from: { kind: 'agent', id: 'a', name: 'Ada' },
    body: body ?? said,
  }
}
const entries = (last: number, ...seqs: number[]) => ({
  conversation: 'v_1',
  last,
  entries: seqs.map((seq) => entry(seq)),
})
const known = { getItem: (name: string) => (name.endsWith('token') ? '"t"' : null) }

test('entries that come twice or late are shown once and in order', async () => {
  const server = await serve()
  const chat = visit(server.url, { drawer: { ...openDrawer(), ...known } })
  const line = await server.connection()
  line.welcome(ready(2))
  line.entries(entries(2, 1, 2))
  line.entries(entries(2, 1, 2))
  line.entries(entries(3, 2, 3))
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['Ada: 1', 'Ada: 2', 'Ada: 3']))
  expect(server.offences).toEqual([])
})

test('a gap is fetched before what came after it is shown', async () => {
  const server = await serve()
  const chat = visit(server.url, { drawer: { ...openDrawer(), ...known } })
  const line = await server.connection()
  line.welcome(ready(1))
  line.entries(entries(1, 1))
  line.entries(entries(4, 4))
  const asked = await line.next('after')
  expect(asked.payload).toMatchObject({ after: 1 })
  expect(rowsOf(chat)).toEqual(['Ada: 1'])
  asked.answer(entries(4, 2, 3, 4))
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['Ada: 1', 'Ada: 2', 'Ada: 3', 'Ada: 4']))
})

test('what a push should have brought is asked for when the push does not come', async () => {
  const server = await serve()
  const chat = visit(server.url, { drawer: { ...openDrawer(), ...known } })
  const line = await server.connection()
  line.welcome(ready(2))
  const asked = await line.next('history', 5_000)
  expect(asked.payload).toMatchObject({ before: 3 })
  asked.answer(entries(2, 1, 2))
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['Ada: 1', 'Ada: 2']))
})

test('a message whose acknowledgement was lost goes out again under the same key', async () => {
  const server = await serve()
  const chat = visit(server.url)
  const first = await server.connection()
  first.welcome({ ...ready(0), token: 'made' })
  chat.send('hello')
  const lost = await first.next('send')
  first.cut()
  const second = await server.connection()
  expect(second.auth).toMatchObject({ site: SITE, token: 'made' })
  second.welcome(ready(1))
  const again = await second.next('send')
  expect(again.payload).toEqual(lost.payload)
  again.answer({ seq: 1, at: 1 })
  const { key } = again.payload as { key: string }
  second.entries({
    conversation: 'v_1',
    last: 1,
    entries: [
      { ...entry(1, (again.payload as { body: Entry['body'] }).body), key, from: { kind: 'contact', id: 'c_1' } },
    ],
  })
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: hello (sent)']))
  expect(second.waiting('send')).toBe(0)
})

test('a line that fell silent is given up and another is opened, which resumes after the last entry', async () => {
  const server = await serve({ pingInterval: 100, pingTimeout: 100 })
  const chat = visit(server.url, { drawer: { ...openDrawer(), ...known } })
  const first = await server.connection()
  first.welcome(ready(1))
  first.entries(entries(1, 1))
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['Ada: 1']))
  first.fallSilent()
  const second = await server.connection()
  expect(second.auth).toMatchObject({ after: 1 })
})

test('pings are answered', async () => {
  const server = await serve()
  visit(server.url)
  const line = await server.connection()
  line.welcome(ready(0))
  await line.ping()
  expect(line.open).toBe(true)
})

test('a relay that goes away is left and joined again when it said, and nobody sees an error', async () => {
  const server = await serve()
  const errors: unknown[] = []
  const chat = visit(server.url, { notices: { error: (error) => errors.push(error) } })
  const first = await server.connection()
  first.welcome(ready(0))
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  const before = Date.now()
  first.goaway({ in: 200 })
  const second = await server.connection()
  second.welcome(ready(0))
  expect(Date.now() - before).toBeGreaterThanOrEqual(190)
  await vi.waitFor(() => expect(chat.connection.value).toBe('online'))
  expect(errors).toEqual([])
})

test('a refused message says why and can be sent again', async () => {
  const server = await serve()
  const chat = visit(server.url)
  const line = await server.connection()
  line.welcome({ ...ready(0), token: 'made' })
  chat.send('hello')
  const error = { code: 'too_large' as const, message: 'too much', retryable: false }
  const refused = await line.next('send')
  refused.answer({ error })
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: hello (failed)']))
  const [item] = chat.items.value
  expect(item).toMatchObject({ error })
  chat.retry(item?.key ?? '')
  const again = await line.next('send')
  expect(again.payload).toEqual(refused.payload)
})

test('a throttled message waits as long as it was told', async () => {
  const server = await serve()
  const chat = visit(server.url)
  const line = await server.connection()
  line.welcome({ ...ready(0), token: 'made' })
  chat.send('hello')
  const before = Date.now()
  const wait = { code: 'throttled' as const, message: 'slower', retryable: true, retryAfter: 150 }
  ;(await line.next('send')).answer({ error: wait })
  await line.next('send')
  expect(Date.now() - before).toBeGreaterThanOrEqual(140)
})

test('a token the relay does not know is forgotten, and a new visitor begins', async () => {
  const server = await serve()
  const drawer = openDrawer()
  drawer.setItem(`hutong:${SITE}:token`, '"forged"')
  visit(server.url, { drawer })
  const first = await server.connection()
  expect(first.auth).toMatchObject({ token: 'forged' })
  first.refuse({ code: 'unauthorized', message: 'token: was not made here', retryable: false })
  const second = await server.connection()
  expect(second.auth).not.toHaveProperty('token')
  expect(drawer.kept.size).toBe(0)
})

test('an origin that is not allowed is told once, without trying for ever', async () => {
  const server = await serve()
  const errors: { code: string }[] = []
  const chat = visit(server.url, { notices: { error: (error) => errors.push(error) } })
  ;(await server.connection()).refuse({ code: 'forbidden', message: 'not from here', retryable: false })
  await vi.waitFor(() => expect(errors.map(({ code }) => code)).toEqual(['forbidden']))
  await new Promise((resolve) => setTimeout(resolve, 800))
  expect(server.connections).toBe(1)
  expect(chat.connection.value).toBe('refused')
})

test('a page that the relay does not want hears why, and no other transport is tried', async () => {
  const relay = await openRelay()
  closing.push(relay.close)
  const errors: { code: string }[] = []
  const blocked: ChatOptions['native'] = (_target, handlers) => {
    queueMicrotask(() => handlers.end())
    return { emit: () => undefined, close: () => undefined }
  }
  const error = { code: 'forbidden', message: 'no such site', retryable: false } as const
  const chat = visit(relay.url, {
    native: blocked,
    fallback: async () => ({ error }),
    notices: { error: (one) => errors.push(one) },
  })
  await vi.waitFor(() => expect(chat.connection.value).toBe('refused'), 5_000)
  expect(errors).toEqual([error])
})

test('where no WebSocket gets through, the chat goes on by polling', async () => {
  const relay = await openRelay()
  closing.push(relay.close)
  const blocked: ChatOptions['native'] = (_target, handlers) => {
    queueMicrotask(() => handlers.end())
    return { emit: () => undefined, close: () => undefined }
  }
  const chat = visit(relay.url, { native: blocked, fallback: async () => openStockLink })
  chat.send('through the proxy')
  await vi.waitFor(() => expect(relay.said()).toEqual(['through the proxy']), 5_000)
  await relay.answer('heard')
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: through the proxy (sent)', 'Ada: heard']))
})

test('a relay that is cut off is joined again, and what was said meanwhile arrives', async () => {
  const relay = await openRelay()
  closing.push(relay.close)
  const chat = visit(relay.url)
  chat.send('one')
  await vi.waitFor(() => expect(relay.said()).toEqual(['one']))
  relay.cut()
  await relay.answer('two')
  chat.send('three')
  await vi.waitFor(() => expect(relay.said()).toEqual(['one', 'two', 'three']), 5_000)
  await vi.waitFor(() => expect(rowsOf(chat)).toEqual(['me: one (sent)', 'Ada: two', 'me: three (sent)']))
})
