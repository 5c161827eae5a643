import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Logger } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import type { EntriesPacket } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from '../../config.ts'
import { type Running, serve } from '../../serve.ts'
import { openReceiver, type Receiver } from './test-receiver.ts'

const ORIGIN = 'https://shop.example'
const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const TOKENS = { faq: 'hutong_faq-token', ops: 'hutong_ops-token' }
const hash = (token: string) => createHash('sha256').update(token).digest('hex')

let data: string
let receiver: Receiver
let relay: Running
let socket: Socket
let entries: Entry[]
let lines: unknown[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-webhook-'))
  receiver = await openReceiver({ secret: SECRET })
  lines = []
  await start()
})
afterEach(async () => {
  await stop()
  await receiver.close()
  await rm(data, { recursive: true })
  expect(receiver.complaints).toEqual([])
})

/** A relay from settings alone, and a visitor in front of it. */
async function start(): Promise<void> {
  const keep = (fields: object, message: string) => void lines.push(fields, message)
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep }
  const config = parseConfig({
    secret: 'a secret that is long enough for everything',
    data,
    listen: { port: 0 },
    sites: [{ key: 'shop', name: 'Shop', origins: [ORIGIN], routing: ['faq', 'desk'] }],
    backends: { faq: { kind: 'webhook', url: receiver.url, secrets: [SECRET] } },
    tokens: [
      { name: 'faq', hash: hash(TOKENS.faq) },
      { name: 'ops', hash: hash(TOKENS.ops), role: 'admin' },
    ],
    drain: { spreadMs: 0 },
  })
  relay = await serve(config, { logger })
  entries = []
  socket = io(`${relay.url}?site=shop`, {
    auth: { site: 'shop' },
    transports: ['websocket'],
    reconnection: false,
    extraHeaders: { origin: ORIGIN },
  })
  socket.on('entries', (packet: EntriesPacket) => entries.push(...packet.entries))
  await new Promise((resolve, reject) => socket.once('ready', resolve).once('connect_error', reject))
}

async function stop(): Promise<void> {
  socket.disconnect()
  await relay.close()
}

/** Resolves once the relay has acknowledged it. */
const say = (key: string) =>
  socket.emitWithAck('send', { key, body: { kind: 'message', parts: [{ kind: 'text', text: key }] } })

function ask(path: string, token: string, json?: object): Promise<Response> {
  return fetch(relay.url + path, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
}

it('answers a visitor later, over REST with the token of its name', async () => {
  receiver.answer(() => ({ status: 202 }))
  await say('hello')
  await expect.poll(() => receiver.calls.length).toBe(1)
  const { id, conversation, floor } = receiver.calls[0]?.event ?? expect.fail()
  const actions = [{ kind: 'reply', parts: [{ kind: 'text', text: 'Here I am.' }] }]
  const answer = { key: id, term: floor.term, event: id, actions }
  expect((await ask(`/v1/conversations/${conversation}/actions`, TOKENS.faq, answer)).status).toBe(200)
  await expect.poll(() => entries.find(({ from }) => from.id === 'faq')?.body).toMatchObject({ kind: 'message' })
})

it('stays disabled over a restart after a 410, in sight of whoever watches, until it is enabled', async () => {
  receiver.answer(() => ({ status: 410 }))
  await say('hello')
  const enabled = async () => (await ask('/metrics', TOKENS.ops)).text()
  await expect.poll(enabled).toContain('hutong_backend_enabled{backend="faq"} 0')
  await stop()
  receiver.answer(() => ({ status: 204 }))
  await start()
  await say('again')
  await expect.poll(() => entries.some(({ body }) => body.kind === 'handoff')).toBe(true)
  expect(receiver.calls).toHaveLength(1)
  const { items } = await (await ask('/v1/backends', TOKENS.ops)).json()
  expect(items).toMatchObject([{ name: 'faq', kind: 'webhook', state: 'disabled', dead: 2 }])
  await ask('/v1/backends/faq/enable', TOKENS.ops, {})
  await expect.poll(() => receiver.calls.length).toBe(3)
  expect(await enabled()).toContain('hutong_backend_enabled{backend="faq"} 1')
})

it('is left alone as long as it asks over a restart too, unless somebody enables it', async () => {
  receiver.answer(() => ({ status: 503, headers: { 'retry-after': '3600' } }))
  await say('hello')
  await expect.poll(() => receiver.calls.length).toBe(1)
  await stop()
  receiver.answer(() => ({ status: 204 }))
  await start()
  await say('again')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(receiver.calls).toHaveLength(1)
  await ask('/v1/backends/faq/enable', TOKENS.ops, {})
  await expect.poll(() => receiver.calls.length).toBe(3)
})

it('leaves neither secrets nor what stands in its URL in the log', async () => {
  receiver.answer(() => ({ status: 500 }))
  await say('hello')
  await expect.poll(() => receiver.calls.length).toBe(1)
  await receiver.close()
  await ask('/v1/backends/faq/enable', TOKENS.ops, {})
  await expect.poll(() => inspect(lines, { depth: 9 }), { timeout: 5_000 }).toContain('ECONNREFUSED')
  const log = inspect(lines, { depth: 9 })
  expect(log).not.toContain('not-for-logs')
  expect(log).not.toContain(SECRET.slice(6))
  receiver = await openReceiver({ secret: SECRET })
})
