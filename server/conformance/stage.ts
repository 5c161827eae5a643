import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Accepted, Adapter, Logger } from '@hutong/core/adapter'
import type { ActionInput, Backend } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { randomText } from '@hutong/core/ids'
import type { Signal } from '@hutong/core/signal'
import { Hono } from 'hono'
import { Server } from 'socket.io'
import { createAuth } from '../auth.ts'
import { createBackendSocket } from '../backend-socket.ts'
import { parseConfig, sitesOf } from '../config.ts'
import { createRelay } from '../create-relay.ts'
import { createFiles } from '../files.ts'
import { createRest } from '../http/rest.ts'
import { closeServer, createHttpServer, listen } from '../http-server.ts'
import { type IngressEnv, installIngress } from '../ingress.ts'
import { createPresence } from '../presence.ts'
import type { Relay } from '../relay.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import type { Store } from '../stores/store.ts'
import { eventually } from './case.ts'
import { logChannel } from './log-channel.ts'

/** A whole relay on a store of its own, with one site, and a contact to play. Listens on loopback only. */
export interface Stage {
  url: string
  /** The API token of the backend under test. */
  token: string
  relay: Relay
  store: Store
  contact(name: string, channel?: string): StageContact
  /** An agent acts in the conversation. */
  agent(conversation: string, ...actions: ActionInput[]): Promise<unknown>
  conversation(id: string): Promise<Conversation>
  /** Stops the relay as a crash would find it, and runs another one on the same store. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface StageContact {
  /** What was streamed, typed and so on, as the contact's page hears it. */
  signals: Signal[]
  say(body: string | ContactBody, key?: string): Promise<Accepted>
  log(): Promise<Entry[]>
  /** Resolves with the log once it is as described. */
  until(condition: (entries: Entry[]) => unknown, what: string): Promise<Entry[]>
}

export interface StageOptions {
  /** The backends by routing order; the first is under test. */
  backends(): readonly Backend[]
  /** Those that no conversation is routed to. */
  beside?: readonly Backend[]
  /** Where a relay of its own answers; 0 for any port. */
  port?: number
  /** Default: one made for the occasion. */
  token?: string
  logger?: Logger
  /** Default: `web` alone. */
  adapters?: readonly Adapter[]
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const SITE = 'shop'
const ANNA = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }

export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-conformance-'))
  const token = options.token ?? randomText(32)
  let house = await openHouse(options, { folder, token, port: options.port ?? 0 })
  const contacts = new Map<string, StageContact & { follow(relay: Relay): void }>()
  let keys = 0

  return {
    url: house.url,
    token,
    get relay() {
      return house.relay
    },
    get store() {
      return house.store
    },
    contact(name, channel = 'web') {
      const contact = contacts.get(name) ?? createContact({ name, channel, house: () => house })
      contacts.set(name, contact)
      return contact
    },
    agent: (conversation, ...actions) => house.relay.act(ANNA, conversation, { key: `anna:${keys++}`, actions }),
    async conversation(id) {
      return eventually(() => house.store.conversation(id), `conversation ${id}`)
    },
    async restart() {
      await house.stop()
      house = await openHouse(options, { folder, token, port: house.port })
      for (const contact of contacts.values()) contact.follow(house.relay)
    },
    async close() {
      await house.stop()
      await rm(folder, { recursive: true })
    },
  }
}

type House = Awaited<ReturnType<typeof openHouse>>

async function openHouse(
  { backends, beside = [], logger = silent, adapters = [logChannel] }: StageOptions,
  { folder, token, port }: { folder: string; token: string; port: number },
) {
  const chain = backends()
  const names = chain.map(({ name }) => name)
  const config = parseConfig({
    secret: 'this relay lives no longer than its test',
    sites: [{ key: SITE, name: 'Shop', routing: [...names, 'desk'] }],
    tokens: names.slice(0, 1).map((name) => ({ name, hash: createHash('sha256').update(token).digest('hex') })),
    limits: { requests: { perMinute: 60_000, burst: 5_000 } },
  })
  const clock = { now: Date.now }
  const store = createSqliteStore({ path: join(folder, 'hutong.sqlite') })
  await store.migrate()
  if ((await store.agents()).length === 0)
    await store.createAgent({ ...ANNA, email: 'anna@shop.example', password: 'none', createdAt: 0 })
  const presence = createPresence({ grace: 50 })
  const auth = createAuth({ store, config, clock })
  const files = createFiles({
    ...{ folder: join(folder, 'files'), store, clock, secret: config.secret },
    origin: () => url,
    limits: () => ({ maxBytes: 100_000, types: ['image/*', 'text/plain'] }),
  })
  const common = { store, files, logger, clock }
  const relay = createRelay({
    ...common,
    sites: sitesOf(config),
    adapters,
    backends: [...chain, ...beside],
    rawDays: 1,
    backendFolder: join(folder, 'backends'),
  })
  const app = new Hono<IngressEnv>()
  const addressOf = ({ socket }: { socket: { remoteAddress?: string | undefined } }) => socket.remoteAddress ?? ''
  installIngress(app, { limits: config.limits, addressOf, metrics: { refused() {} }, logger, now: clock.now })
  app.all('/backends/*', (c) => relay.fetch(c.req.raw))
  app.route('/', createRest({ ...common, relay, adapters, config, auth, presence }))
  const http = createHttpServer(app)
  const io = new Server(http)
  const backendSocket = createBackendSocket({ ...common, io, relay, auth, presence, backends: chain })
  const taken = await listen(http, { host: '127.0.0.1', port })
  const url = `http://127.0.0.1:${taken}`
  await relay.start()
  return {
    url,
    port: taken,
    relay,
    store,
    async stop() {
      backendSocket.close(0)
      presence.close()
      await Promise.all([io.close(), closeServer(http, 100)])
      await relay.drain()
      await store.close()
    },
  }
}

let written = 0

function createContact({
  name,
  channel,
  house,
}: {
  name: string
  channel: string
  house(): House
}): StageContact & { follow(relay: Relay): void } {
  const signals: Signal[] = []
  let conversation: string | undefined

  function follow(relay: Relay) {
    if (conversation !== undefined) relay.follow(conversation, { entries() {}, signal: (one) => signals.push(one) })
  }
  const log = async () =>
    conversation === undefined ? [] : house().store.entries(conversation, { after: 0, limit: 1_000 })

  return {
    signals,
    follow,
    log,
    async say(body, key = `c${written++}`) {
      const { relay } = house()
      const accepted = await relay.receive(channel, {
        from: { address: name },
        site: SITE,
        key,
        body: typeof body === 'string' ? textBody(body) : body,
      })
      if (conversation === undefined) {
        conversation = accepted.conversation
        follow(relay)
      }
      return accepted
    },
    until: (condition, what) =>
      eventually(
        async () => {
          const entries = await log()
          return condition(entries) ? entries : undefined
        },
        what,
        20_000,
      ),
  }
}

export function textBody(text: string): ContactBody {
  return { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] }
}
