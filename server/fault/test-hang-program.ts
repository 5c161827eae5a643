import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createWebhookBackend } from '../backends/webhook/webhook.ts'
import { createRelay } from '../create-relay.ts'
import { createFiles } from '../files.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import { quiet, textBody, webChannel } from '../test-relay.ts'
import { ILL, type Latencies, type Order, type Setting, type State } from './test-hang-process.ts'

/** A relay with backends that fail, one that answers over HTTP and one that answers in its own process. */
const setting: Setting = JSON.parse(process.argv.at(-1) ?? '')
const clock = { now: () => Date.now() }
const real = createSqliteStore({ path: join(setting.folder, 'hutong.sqlite') })
await real.migrate()
let claims = 0
const store: typeof real = {
  ...real,
  claim(query) {
    claims += 1
    return real.claim(query)
  },
}
const ills = Array.from({ length: ILL }, (_, at) => `ill${at}`)
const relay = createRelay({
  store,
  sites: [...ills, 'well', 'near'].map((id) => ({ id, routing: [id, 'desk'] })),
  adapters: [webChannel],
  backends: [
    ...ills.map((name) => createWebhookBackend(name, setting.webhooks.ill)),
    createWebhookBackend('well', setting.webhooks.well),
    { name: 'near', handle: async () => ({ kind: 'reply', parts: [{ kind: 'text', text: 'Hello.' }] }) },
  ],
  files: createFiles({
    folder: setting.folder,
    store,
    secret: 'a secret of the fault test, long enough to be one',
    clock,
    origin: () => 'https://relay.test',
    limits: () => ({ maxBytes: 1_000, types: [] }),
  }),
  logger: quiet,
  clock,
  rawDays: 1,
  backendFolder: setting.folder,
})
await relay.start()

/** Contacts whose conversations are answered in turn. */
const CONTACTS = 400
/** Longest that an answer of a healthy backend is waited for. */
const LOST_MS = 10_000
let written = 0
const answered = new Map<string, () => void>()
/** When a message to an ill backend was written, by conversation; removed when the floor moves. */
const waiting = new Map<string, number>()
const moved: number[] = []

relay.onEvents((events) => {
  for (const { site, conversation, entry } of events) {
    if (entry.from.kind === 'bot' && entry.body.kind === 'message') answered.get(conversation)?.()
    if (!ills.includes(site)) continue
    const since = waiting.get(conversation)
    if (entry.from.kind === 'contact') waiting.set(conversation, entry.at)
    else if (entry.body.kind === 'handoff' && since !== undefined) {
      moved.push(entry.at - since)
      waiting.delete(conversation)
    }
  }
})

async function ask(site: 'near' | 'well', into: number[]): Promise<void> {
  const key = `k${written++}`
  const from = { address: `${site}-${written % CONTACTS}` }
  const { conversation } = await relay.receive('web', { from, site, key, body: textBody('hello') })
  const acknowledged = performance.now()
  const { promise, resolve } = Promise.withResolvers<void>()
  answered.set(conversation, resolve)
  await Promise.race([promise, setTimeout(LOST_MS, undefined, { ref: false })])
  answered.delete(conversation)
  into.push(performance.now() - acknowledged)
}

/** At a steady rate, whatever became of those before. */
async function load({ ms, rate }: { ms: number; rate: number }): Promise<Latencies> {
  const latencies: Latencies = { near: [], well: [] }
  const asked: Promise<void>[] = []
  const started = performance.now()
  while (performance.now() - started < ms) {
    for (let due = Math.floor(((performance.now() - started) / 1_000) * rate); asked.length < due; ) {
      const site = asked.length % 2 === 0 ? 'near' : 'well'
      asked.push(ask(site, latencies[site]))
    }
    await setTimeout(1)
  }
  await Promise.all(asked)
  return latencies
}

async function crowd({ count, offset, over }: { count: number; offset: number; over: number }): Promise<void> {
  const write = (at: number) => {
    const site = ills[at % over] ?? ''
    return relay.receive('web', { from: { address: `ill-${at}` }, site, key: `k${written++}`, body: textBody('hello') })
  }
  await Promise.all(Array.from({ length: count }, (_, at) => write(offset + at)))
}

async function state(): Promise<State> {
  const backlog = await store.backlog(clock.now())
  const { user, system } = process.cpuUsage()
  return {
    moved,
    waiting: waiting.size,
    open: backlog.filter(({ target }) => target.startsWith('backend:ill')).reduce((sum, { open }) => sum + open, 0),
    rss: process.memoryUsage().rss,
    cpu: (user + system) / 1_000,
    claims,
  }
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'load':
      return load(order)
    case 'crowd':
      return (await crowd(order)) ?? {}
    case 'hasten':
      return Promise.all(ills.map((name) => relay.hasten(name)))
    case 'state':
      return state()
  }
}

process.on('message', async (order: Order) => process.send?.(await carryOut(order)))
process.send?.({ ready: true })
