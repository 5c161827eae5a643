import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionInput, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { BackendPushes, BackendRequests, EntriesPacket } from '@hutong/core/wire'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { type Running, serve } from './serve.ts'

const TOKEN = 'hutong_token-of-the-bot'
const SIGNS = 8_000

let data: string
let running: Running
let told: string
let sockets: { close(): void }[]
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-size-'))
  told = ''
  sockets = []
  const config = parseConfig({
    mode: 'development',
    data,
    listen: { port: 0 },
    sites: [{ key: 'shop', name: 'Shop', routing: ['bot', 'desk'] }],
    backends: { bot: { kind: 'socket', answerWithin: 10_000 } },
    tokens: [{ name: 'bot', hash: createHash('sha256').update(TOKEN).digest('hex') }],
    drain: { spreadMs: 0 },
  })
  const write = (line: string) => {
    told += line
  }
  running = await serve(config, { logger: pino({}, { write }) })
})
afterEach(async () => {
  for (const one of sockets) one.close()
  await running.close()
  await rm(data, { recursive: true })
})

/** A program that says so many long texts, and connects again whenever it is hung up on. */
function answerWith(texts: number): { losses(): number } {
  const auth = { token: TOKEN, credit: 8, feed: false }
  const options = { auth, transports: ['websocket'], forceNew: true, reconnectionDelay: 50 }
  const socket: Socket<BackendPushes, BackendRequests> = io(`${running.url}/backend`, options)
  sockets.push(socket)
  const say = (): ActionInput => ({ kind: 'reply', parts: [{ kind: 'text', text: '字'.repeat(SIGNS) }] })
  socket.on('event', ({ event }: { event: Event }, acknowledge) => {
    if (event.entry.body.kind === 'message') acknowledge({ actions: Array.from({ length: texts }, say) })
    else acknowledge()
  })
  let losses = 0
  socket.on('disconnect', () => void losses++)
  return { losses: () => losses }
}

async function ask(): Promise<Entry[]> {
  const socket = io(`${running.url}?site=shop`, { auth: { site: 'shop' }, transports: ['websocket'], forceNew: true })
  sockets.push(socket)
  const entries: Entry[] = []
  socket.on('entries', (packet: EntriesPacket) => void entries.push(...packet.entries))
  const parts = [{ kind: 'text', text: 'hello' }]
  await socket.emitWithAck('send', { key: 'k', body: { kind: 'message', parts } })
  return entries
}

const answersIn = (entries: readonly Entry[]) => entries.filter(({ from }) => from.kind === 'bot').length

it('a program on a socket may answer with as much as over REST, and keeps its connection', async () => {
  const program = answerWith(10)
  const entries = await ask()
  await expect.poll(() => answersIn(entries), { timeout: 5_000 }).toBe(10)
  expect(program.losses()).toBe(0)
})

it('a program that answers with more is cut off for a moment, and whoever reads the log is told why', async () => {
  const program = answerWith(11)
  await ask()
  await expect.poll(program.losses, { timeout: 5_000 }).toBe(2)
  await expect
    .poll(() => told, { timeout: 5_000 })
    .toContain('the socket of bot was lost: it sent a packet of more than 256 KiB, 2 times with this event')
})
