import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Event } from '@hutong/core/backend'
import type { BackendPushes, BackendRequests } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRelayProcess, type RelayProcess } from './relay-process.ts'
import { onDisk } from './test-on-disk.ts'

const PROGRAM = fileURLToPath(new URL('./test-relay-program.ts', import.meta.url))
const TOKEN = 'a-token-that-is-only-used-in-tests'
const VISITORS = 12
/** A killed relay's claims are free by then. */
const LEASE_MS = 11_000
const PATIENCE = { timeout: 30_000 }

interface Heard {
  event: Event
  answer(): void
}
type Twin = Socket<BackendPushes, BackendRequests>

let folder: string
let relay: RelayProcess
let starts = 0
let twins: Twin[]
let heard: Heard[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-twins-'))
  const more = {
    sites: [{ key: 'shop', name: 'Shop', routing: ['shop', 'desk'] }],
    backends: { shop: { kind: 'socket', answerWithin: 60_000 } },
    tokens: [{ name: 'shop', hash: createHash('sha256').update(TOKEN).digest('hex') }],
  }
  relay = await createRelayProcess(folder, more, { program: PROGRAM, aheadMs: () => starts++ * LEASE_MS })
  heard = []
  await relay.start()
  twins = [connect(), connect()]
  await expect.poll(() => twins.every(({ connected }) => connected), PATIENCE).toBe(true)
})
afterEach(async () => {
  for (const one of twins) one.close()
  await relay.kill()
  await rm(folder, { recursive: true, force: true })
})

it('what no twin acknowledged comes again unchanged when the relay was killed, nothing else does, and all are answered once', async () => {
  for (let n = 0; n < VISITORS; n++) await write(`question ${n}`)
  await expect.poll(() => heard.length, PATIENCE).toBe(VISITORS)
  const [done, open] = [heard.slice(0, 5), heard.slice(5).map(({ event }) => event)]
  for (const { answer } of done) answer()
  await expect.poll(waiting, PATIENCE).toBe(open.length)
  await restart()
  await expect.poll(() => heard.length, PATIENCE).toBe(open.length)
  await setTimeout(500)
  expect(byId(heard.map(({ event }) => event))).toEqual(byId(open))

  for (const { answer } of heard) answer()
  await restart()
  const unanswered = () => VISITORS - answers().length
  await expect
    .poll(() => {
      for (const { answer } of heard.splice(0)) answer()
      return [unanswered(), waiting()]
    }, PATIENCE)
    .toEqual([0, 0])
  expect(new Set(answers()).size).toBe(VISITORS)
})

function connect(): Twin {
  const twin: Twin = io(`${relay.url}/backend`, {
    auth: { token: TOKEN, credit: 64, feed: false },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelayMax: 200,
  })
  twin.on('event', ({ event }, acknowledge) => {
    const parts = [{ kind: 'text' as const, text: event.id }]
    heard.push({ event, answer: () => acknowledge({ actions: [{ kind: 'reply', parts }] }) })
  })
  return twin
}

async function restart(): Promise<void> {
  await relay.kill()
  heard.length = 0
  await relay.start()
}

/** A visitor of her own says it, and leaves once the relay has acknowledged it. */
async function write(words: string): Promise<void> {
  const visitor = io(`${relay.url}?site=shop`, { auth: { site: 'shop' }, transports: ['websocket'], forceNew: true })
  const body = { kind: 'message', parts: [{ kind: 'text', text: words, format: 'plain' }] }
  await new Promise((resolve) => visitor.once('ready', resolve))
  await visitor.timeout(10_000).emitWithAck('send', { key: 'k', body })
  visitor.close()
}

function byId(events: readonly Event[]): Map<string, Event> {
  return new Map(events.map((event) => [event.id, event]))
}

/** Events that are not acknowledged, by the database on disk. */
function waiting(): number {
  const query = "select count(*) as found from outbox where target = 'backend:shop' and state in ('ready', 'leased')"
  return Number(onDisk(relay.database, query)[0])
}

/** What the backend said. */
function answers(): string[] {
  return onDisk(relay.database, "select body as found from entries where kind = 'message' and sender like '%\"bot\"%'")
}
