import { createHmac } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSocketServer, createWebSocketAdapter } from '@hutong/adapter-websocket'
import { createMemoryHost } from '@hutong/core/memory'
import type { PartInput } from '@hutong/core/parts'
import { type ChatOptions, createChat } from './create-chat.ts'
import type { Drawer } from './keep.ts'

export const SITE = 'shop'
const JWT_SECRET = 'a secret the shop shares with the relay'

/** What the shop's own server would sign for somebody who is signed in there. */
export function signedFor(person: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: person, name: person, aud: SITE, exp: Math.floor(Date.now() / 1000) + 300 }
  const text = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode(claims)}`
  return `${text}.${createHmac('sha256', JWT_SECRET).update(text).digest('base64url')}`
}

/** The real web channel on a port of its own, with a relay in memory behind it. */
export async function openRelay({ origins = [], files }: { origins?: string[]; files?: RequestListener } = {}) {
  const host = createMemoryHost({ channel: 'web', site: SITE })
  const http = createServer(files)
  const site = {
    key: SITE,
    id: SITE,
    name: 'Shop',
    origins,
    jwtKeys: [{ kid: 'k1', alg: 'HS256' as const, secret: JWT_SECRET }],
    uploads: { maxBytes: 1_000_000, types: ['image/*', 'text/plain'] },
    typingPreview: true,
    staffed: () => true,
  }
  const sites = (key: string) => (key === SITE ? site : undefined)
  const io = createSocketServer(http, { sites, polling: true })
  const secret = 'a secret of the relay that is long enough'
  const adapter = createWebSocketAdapter({ io, sites, secret, spread: 0, offlineAfter: 50 })
  await adapter.open(host)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo

  function logOf() {
    const address = host.arrivals[0]?.from.address ?? ''
    return host.entries(address)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    host,
    /** The log of the first visitor who wrote. */
    logOf,
    said: () => logOf().flatMap(({ body }) => (body.kind === 'message' ? [textOf(body.parts)] : [])),
    async answer(text: string) {
      const conversation = logOf()[0]?.conversation ?? ''
      const from = { kind: 'agent' as const, id: 'a_ada', name: 'Ada' }
      const parts: PartInput[] = [{ kind: 'text', text }]
      const [entry] = await host.commit(conversation, from, { kind: 'message', parts })
      return entry
    },
    /** Cuts every line without a goodbye. */
    cut() {
      for (const { conn } of io.sockets.sockets.values()) conn.close(true)
    },
    async close() {
      await adapter.close()
      await io.close()
    },
  }
}

export type TestRelay = Awaited<ReturnType<typeof openRelay>>

export function textOf(parts: readonly { kind: string }[]): string {
  const [first] = parts
  return first && 'text' in first ? String(first.text) : ''
}

/** The browser's storage as it would be for one visitor. */
export function openDrawer(): Drawer & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  }
}

export function openChat(relay: string, options: Partial<ChatOptions> = {}) {
  return createChat({ relay, site: SITE, drawer: openDrawer(), ...options })
}

/** What stands in the log as a reader would see it: author, text, state. */
export function rowsOf(chat: ReturnType<typeof createChat>): string[] {
  return chat.items.value.map((item) => {
    if (item.kind === 'system') return item.body.kind
    return item.mine ? `me: ${textOf(item.parts)} (${item.state})` : `${item.from.name}: ${textOf(item.parts)}`
  })
}
