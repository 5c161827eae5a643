import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server as HttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Adapter } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import type { BackendAuth, BackendPushes, BackendRequests } from '@hutong/core/wire'
import { Hono } from 'hono'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { originalOf } from '../adapters/email/original.ts'
import { type Auth, createAuth, hashPassword } from './auth.ts'
import { type BackendSocket, createBackendSocket } from './backend-socket.ts'
import { parseConfig } from './config.ts'
import { createFiles, type Files } from './files.ts'
import { describeOperations } from './http/document.ts'
import { createRest, restOperations } from './http/rest.ts'
import { createAnswerCheck } from './http/test-answers.ts'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { type IngressEnv, installIngress } from './ingress.ts'
import { createPresence, type Presence } from './presence.ts'
import { openTestRelay, quiet, type TestRelay, webChannel } from './test-relay.ts'

export const PASSWORD = 'correct horse battery staple'
const ANNA = { id: 'a_anna', name: 'Anna', email: 'anna@shop.example' }

/** Tokens by what they may: `shop` and `other` see one site each, `boss` is the administrator's. */
export const TOKENS = { shop: 'token-of-the-shop', other: 'token-of-another-site', boss: 'token-of-the-administrator' }

/** A channel of which raw mail is kept, and that takes everything else that mail can be asked for. */
const letters: Adapter = {
  ...webChannel,
  channel: 'letters',
  site: 'shop',
  original: originalOf,
  transcript: async () => ({ state: 'sent' }),
  notify: async () => ({ state: 'sent' }),
  invite: async () => ({ url: 'https://letters.example/go', until: Date.now() + 60_000 }),
  aside: {
    list: async () => [{ id: 'm_poison', at: 0, from: 'lin@people.test', subject: 'Hello', reason: 'too odd' }],
    retry: async () => {},
    discard: async () => {},
  },
}

export interface Stand extends TestRelay {
  url: string
  /** Where the files are. */
  folder: string
  auth: Auth
  files: Files
  presence: Presence
  backendSocket: BackendSocket
  operations: ReturnType<typeof restOperations>
  /** A request with a token, answered as status and JSON. Rejects what the OpenAPI document does not describe. */
  ask(path: string, more?: Asking): Promise<{ status: number; body: Answer; headers: Headers }>
  /** Signs Anna in; resolves with the cookie a browser would keep. */
  signIn(): Promise<string>
  backend(auth: BackendAuth, headers?: Record<string, string>): BackendClient
}

export interface Asking {
  method?: string
  token?: string | undefined
  json?: unknown
  body?: BodyInit
  headers?: Record<string, string>
}

export interface Answer {
  [field: string]: unknown
  items?: Record<string, unknown>[]
  error?: { code: string; message: string; field?: string; retryAfter?: number }
}

export type BackendClient = Socket<BackendPushes, BackendRequests>

/** The REST interface and the backend socket in front of a relay, over real HTTP on a free port. */
export async function openStand({
  publicUrl,
  channels = [],
  sessionCheck = 100,
  backends = [],
  routing = ['desk'],
}: {
  publicUrl?: string
  channels?: readonly Adapter[]
  sessionCheck?: number
  backends?: readonly Backend[]
  routing?: readonly string[]
} = {}): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-stand-'))
  const adapters = [...channels, webChannel, letters]
  const house = await openTestRelay({ adapters, backends, routing })
  const { store, relay } = house
  await store.createAgent({ ...ANNA, password: await passwordHash(), createdAt: Date.now() })
  const config = parseConfig({
    secret: 'a secret that is only used in tests',
    sites: [
      { key: 'shop', name: 'Shop', routing: [...new Set([...backends.map(({ name }) => name), ...routing])] },
      { key: 'other', name: 'Other shop', routing: ['assistant', 'keyword', 'desk'] },
    ],
    tokens: [
      { name: 'shop', hash: sha256(TOKENS.shop), sites: ['shop'] },
      { name: 'other', hash: sha256(TOKENS.other), sites: ['other'] },
      { name: 'boss', hash: sha256(TOKENS.boss), role: 'admin' },
    ],
    limits: { requests: { perMinute: 60_000, burst: 5_000 } },
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
  const clock = { now: Date.now }
  const presence = createPresence({ grace: 50 })
  const auth = createAuth({ store, config, clock })
  const uploads = { maxBytes: 100_000, types: ['image/*', 'audio/*', 'video/*', 'application/pdf', 'text/plain'] }
  const files = createFiles({
    folder,
    store,
    secret: config.secret,
    clock,
    origin: () => publicUrl ?? url,
    limits: () => uploads,
  })
  const parts = { backends, relay, store, adapters, config, files, auth, presence }

  const app = new Hono<IngressEnv>()
  installIngress(app, {
    limits: config.limits,
    addressOf: ({ socket }) => socket.remoteAddress ?? '',
    metrics: { refused() {} },
    logger: quiet,
    now: clock.now,
  })
  app.route('/', createRest(parts))
  const http = createHttpServer(app)
  const io = new Server(http)
  const backendSocket = createBackendSocket({ ...parts, io, logger: quiet, sessionCheck })
  const url = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}`
  const clients: BackendClient[] = []
  const operations = restOperations(parts)
  const check = createAnswerCheck(JSON.parse(JSON.stringify(describeOperations(operations, publicUrl))))

  const askChecked: Stand['ask'] = async (path, more = {}) => {
    const answer = await ask(url, path, more)
    const complaints = check({ method: more.method ?? 'GET', path, ...answer })
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
    return answer
  }

  return {
    ...house,
    ...parts,
    url,
    folder,
    backendSocket,
    operations,
    ask: askChecked,
    async signIn() {
      const json = { email: ANNA.email, password: PASSWORD }
      const { headers } = await askChecked('/v1/session', {
        method: 'POST',
        json,
        headers: { origin: publicUrl ?? url },
      })
      return headers.getSetCookie()[0]?.split(';')[0] ?? ''
    },
    backend(auth, headers = {}) {
      const client: BackendClient = connect(`${url}/backend`, {
        auth,
        transports: ['websocket'],
        extraHeaders: headers,
        reconnection: false,
        forceNew: true,
      })
      clients.push(client)
      return client
    },
    close: () => closeStand({ clients, backendSocket, presence, io, http, house, folder }),
  }
}

async function closeStand(stand: {
  clients: BackendClient[]
  backendSocket: BackendSocket
  presence: Presence
  io: { close(): Promise<void> }
  http: HttpServer
  house: TestRelay
  folder: string
}): Promise<void> {
  for (const client of stand.clients) client.close()
  stand.backendSocket.close(0)
  stand.presence.close()
  await Promise.all([stand.io.close(), closeServer(stand.http, 100)])
  await stand.house.close()
  await rm(stand.folder, { recursive: true })
}

async function ask(url: string, path: string, { method = 'GET', token, json, body, headers = {} }: Asking = {}) {
  const content = json === undefined ? body : JSON.stringify(json)
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, body: (isJson ? JSON.parse(text) : { text }) as Answer, headers: response.headers }
}

let hash: Promise<string> | undefined
function passwordHash(): Promise<string> {
  hash ??= hashPassword(PASSWORD)
  return hash
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
