import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { BodyInput, Participant } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Signal } from '@hutong/core/signal'
import type { EntriesPacket, GoawayPacket, Ready, Refused } from '@hutong/core/wire'
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { createSocketServer, createWebSocketAdapter, type WebSite } from './index.ts'
import type { SocketServerOptions } from './socket-server.ts'

export const SECRET = 'a secret of the relay that is long enough'
export const ORIGIN = 'https://shop.example'

export const SHOP: WebSite = {
  key: 'shop',
  id: 'site-shop',
  name: 'Shop',
  origins: [ORIGIN],
  jwtKeys: [],
  uploads: { maxBytes: 1_000, types: ['image/*', 'text/plain'] },
  typingPreview: true,
  staffed: () => true,
}
export const BANK: WebSite = {
  ...SHOP,
  key: 'bank',
  id: 'site-bank',
  origins: ['https://bank.example'],
  typingPreview: false,
}

type AdapterOptions = Partial<Parameters<typeof createWebSocketAdapter>[0]>
type ClientOptions = Partial<ManagerOptions & SocketOptions>

const AGENT: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

export interface Bench {
  host: MemoryHost
  url: string
  port: number
  counts: Map<string, number>
  /** Commits entries of an agent to the conversation of the first visitor who wrote, as one turn. */
  append(...bodies: BodyInput[]): Promise<unknown>
  /** The conversation of the first visitor who wrote. */
  conversation(): string
  /** How many listeners follow logs. */
  followers(): number
  upload(init: RequestInit): Promise<Response>
  /** A stock client of the shop; connects at once. */
  client(auth?: object, options?: ClientOptions): Client
  /** Closes the adapter alone. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** A stock Socket.IO client that keeps what it hears. */
export interface Client {
  socket: Socket
  readies: Ready[]
  packets: EntriesPacket[]
  signals: Signal[]
  goaways: GoawayPacket[]
  ready(): Promise<Ready>
  /** Why it was not let in. */
  refused(): Promise<{ message: string; data?: WireError }>
  ask<T>(event: string, packet: unknown): Promise<T>
  say(text: string, key?: string): Promise<{ seq: number; at: number } & Partial<Refused>>
  seqs(): number[]
}

export interface BenchOptions {
  adapter?: AdapterOptions
  server?: Partial<SocketServerOptions>
  sites?: readonly WebSite[]
}

/** The web channel on a real HTTP server and port, the relay behind it in memory. */
export async function openBench({
  adapter: adapterOptions,
  server,
  sites = [SHOP, BANK],
}: BenchOptions = {}): Promise<Bench> {
  const { host, followers } = createCountingHost()
  const http = createServer()
  const find = (key: string) => sites.find((site) => site.key === key)
  const io = createSocketServer(http, { sites: find, polling: true, ...server })
  const counts = new Map<string, number>()
  const count = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1)
  const adapter = createWebSocketAdapter({
    io,
    sites: find,
    secret: SECRET,
    spread: 50,
    offlineAfter: 20,
    count,
    ...adapterOptions,
  })
  await adapter.open(host)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const clients: Client[] = []

  const conversation = () => {
    const { from, site } = host.arrivals[0] ?? {}
    return host.entries(from?.address ?? '', site)[0]?.conversation ?? ''
  }

  return {
    host,
    followers,
    conversation,
    append: (...bodies) => host.commit(conversation(), AGENT, ...bodies),
    upload: (init) => host.fetch(new Request('https://relay.test/channels/web/files', { method: 'POST', ...init })),
    url,
    port,
    counts,
    client(auth = {}, options = {}) {
      const client = createClient(url, { site: 'shop', ...auth }, options)
      clients.push(client)
      return client
    },
    drain: () => adapter.close(),
    async close() {
      for (const { socket } of clients) socket.close()
      await adapter.close()
      await io.close()
    },
  }
}

/** The memory host, counting who follows and telling followers of cursors as a relay does. */
function createCountingHost(): { host: MemoryHost; followers(): number } {
  const host = createMemoryHost({ channel: 'web' })
  const { follow } = host.log
  let count = 0
  Object.assign(host.log, {
    follow(...[conversation, listener]: Parameters<typeof follow>) {
      count += 1
      const stop = follow(conversation, listener)
      return () => {
        count -= 1
        stop()
      }
    },
  })
  const { signal } = host
  host.signal = (from, what) => {
    signal(from, what)
    const [entry] = host.entries(from.address, from.site)
    if (entry && what.kind === 'cursor') host.pass(entry.conversation, { ...what, from: entry.from })
  }
  return { host, followers: () => count }
}

function createClient(url: string, auth: { site: string }, options: ClientOptions): Client {
  const socket = connect(url, {
    query: { site: auth.site },
    transports: ['websocket'],
    extraHeaders: { origin: ORIGIN },
    forceNew: true,
    reconnection: false,
    ...options,
    auth,
  })
  const client: Client = {
    socket,
    readies: [],
    packets: [],
    signals: [],
    goaways: [],
    ready: () => until(() => client.readies[0]),
    refused: () => new Promise((resolve) => socket.once('connect_error', resolve)),
    ask: (event, packet) => socket.timeout(2_000).emitWithAck(event, packet),
    say: (text, key = `k_${Math.random()}`) => client.ask('send', { key, body: said(text) }),
    seqs: () => client.packets.flatMap(({ entries }) => entries.map((entry) => entry.seq)),
  }
  socket.on('ready', (packet) => client.readies.push(packet))
  socket.on('entries', (packet) => client.packets.push(packet))
  socket.on('signal', (packet) => client.signals.push(packet))
  socket.on('goaway', (packet) => client.goaways.push(packet))
  return client
}

export function said(text: string) {
  return { kind: 'message' as const, parts: [{ kind: 'text' as const, text, format: 'plain' as const }] }
}

/** Waits until the look gives something truthy; fails after two seconds. */
export async function until<T>(look: () => T): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 400; tries += 1) {
    const seen = look()
    if (seen) return seen
    await setTimeout(5)
  }
  throw new Error(`never came true: ${look}`)
}
