import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '@hutong/core/backend'
import { io, type Socket } from 'socket.io-client'
import { addAgent } from '../add-agent.ts'
import { openReceiver, type Receiver } from '../backends/webhook/test-receiver.ts'
import { parseConfig } from '../config.ts'
import { type Running, serve } from '../serve.ts'
import { createAnswerCheck } from './test-answers.ts'
import { createChecker, type Document } from './test-document.ts'

const ORIGIN = 'https://shop.example'
const SECRET = `whsec_${Buffer.from('a secret that is only used in tests').toString('base64')}`
const JWT_SECRET = 'the secret that the shop signs its visitors with'
const PASSWORD = 'correct horse battery staple'
const TOKENS = { bot: 'token-of-the-bot', boss: 'token-of-the-administrator' }

/** A packet as it crossed the wire. */
export interface Crossed {
  channel: 'visitor' | 'backend' | 'webhook'
  /** Of the document's channel. */
  message: string
  payload: unknown
}

export interface ContractRelay {
  url: string
  documents: { http: Document; wires: Document }
  receiver: Receiver
  /** Everything that crossed so far, and what is wrong with it for a reader of the documents. */
  crossed: Crossed[]
  complaints: string[]
  ask(method: string, path: string, more?: { json?: unknown; as?: keyof typeof TOKENS }): Promise<Answer>
  /** A visitor's page; without an address of its own it is a new visitor. */
  visitor(auth?: object): Promise<Client>
  backend(auth?: object): Promise<Client>
  /** A socket as the desk holds it, with Anna's session. */
  desk(): Promise<Client>
  close(): Promise<void>
}

export interface Answer {
  status: number
  body: Record<string, unknown>
}

export interface Client {
  socket: Socket
  /** Emits, and resolves with the acknowledgement. */
  ask(name: string, payload: unknown): Promise<Record<string, unknown>>
  tell(name: string, payload: unknown): void
  /** How events are acknowledged; by default with nothing. */
  answer(decide: (event: Event) => object | undefined): void
  /** What came under this name. */
  heard(name: string): unknown[]
}

/** What the shop's own server gives the page of a customer that it knows. */
export function signed(customer: string): string {
  const json = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { sub: customer, aud: 'shop', exp: Math.floor(Date.now() / 1_000) + 300, name: 'Lin' }
  const said = `${json({ alg: 'HS256', kid: 'k' })}.${json(claims)}`
  return `${said}.${createHmac('sha256', JWT_SECRET).update(said).digest('base64url')}`
}

/** A relay as operators start it, with a socket backend first and a webhook that hears everything; all that crosses is held against what it serves. */
export async function openContractRelay(): Promise<ContractRelay> {
  const data = await mkdtemp(join(tmpdir(), 'hutong-contract-'))
  const receiver = await openReceiver({ secret: SECRET })
  await addAgent(data, { email: 'anna@shop.example', name: 'Anna', password: PASSWORD })
  const relay = await serve(parseConfig(settingsOf(data, receiver.url)))
  const documents = {
    http: await document(`${relay.url}/v1/openapi.json`),
    wires: await document(`${relay.url}/v1/asyncapi.json`),
  }
  const crossed: Crossed[] = []
  const complaints: string[] = []
  const checker = createChecker(documents.wires)
  const answers = createAnswerCheck(documents.http)
  const clients: Socket[] = []

  function note(one: Crossed): void {
    crossed.push(one)
    const schema = messageOf(documents.wires, one)?.payload
    const found = schema ? checker.complaints(schema, one.payload, 'whole') : ['it is not described']
    complaints.push(...found.map((problem) => `${one.channel} ${one.message}: ${problem}`))
  }

  async function connect(channel: 'visitor' | 'backend', auth: object, headers = {}): Promise<Client> {
    const url = channel === 'visitor' ? `${relay.url}?site=shop` : `${relay.url}/backend`
    const socket = io(url, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { ...(channel === 'visitor' && { origin: ORIGIN }), ...headers },
    })
    clients.push(socket)
    return clientOf(socket, channel, note)
  }

  async function ask(
    method: string,
    path: string,
    { json, as = 'bot' }: { json?: unknown; as?: keyof typeof TOKENS } = {},
  ) {
    const response = await fetch(new URL(path, relay.url), {
      method,
      headers: { authorization: `Bearer ${TOKENS[as]}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type')?.split(';')[0]
    const body = type === 'application/json' ? JSON.parse(text) : { text }
    complaints.push(...answers({ method, path, status: response.status, headers: response.headers, body }))
    return { status: response.status, body }
  }

  return {
    ...{ url: relay.url, documents, receiver, crossed, complaints, ask },
    visitor: (auth = {}) => connect('visitor', { site: 'shop', ...auth }),
    backend: (auth = {}) => connect('backend', { token: TOKENS.bot, ...auth }),
    async desk() {
      const { headers } = await fetch(`${relay.url}/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: relay.url },
        body: JSON.stringify({ email: 'anna@shop.example', password: PASSWORD }),
      })
      const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? ''
      return connect('backend', {}, { cookie, origin: relay.url })
    },
    async close() {
      await closeAll(relay, receiver, clients)
      await rm(data, { recursive: true })
    },
  }
}

function settingsOf(data: string, hook: string) {
  const hash = (token: string) => createHash('sha256').update(token).digest('hex')
  const jwtKeys = [{ kid: 'k', alg: 'HS256' as const, secret: JWT_SECRET }]
  const much = { perMinute: 1e6, burst: 100_000 }
  const socketLimits = {
    connects: much,
    messages: much,
    messagesPerIp: much,
    reads: much,
    signals: much,
    conversations: much,
  }
  return {
    secret: 'a secret that is long enough for everything',
    data,
    mode: 'development' as const,
    listen: { port: 0 },
    log: { level: 'silent' as const },
    sites: [{ key: 'shop', name: 'Shop', origins: [ORIGIN], routing: ['bot', 'desk'], typingPreview: true, jwtKeys }],
    backends: {
      bot: { kind: 'socket', title: 'Lin' },
      faq: { kind: 'knowledge' },
      hook: { kind: 'webhook', url: hook, secrets: [SECRET], hears: 'everything' },
    },
    tokens: [
      { name: 'bot', hash: hash(TOKENS.bot) },
      { name: 'boss', hash: hash(TOKENS.boss), role: 'admin' as const },
    ],
    limits: { requests: much },
    websocket: { limits: socketLimits },
    drain: { spreadMs: 0 },
  }
}

async function document(url: string): Promise<Document> {
  return (await (await fetch(url)).json()) as Document
}

interface Message {
  payload: unknown
  headers?: unknown
}

export function messageOf(
  wires: Document,
  { channel, message }: Pick<Crossed, 'channel' | 'message'>,
): Message | undefined {
  const channels = wires.channels as Record<string, { messages: Record<string, Message> }>
  return channels[channel]?.messages[message]
}

async function clientOf(socket: Socket, channel: 'visitor' | 'backend', note: (one: Crossed) => void): Promise<Client> {
  const heard = new Map<string, unknown[]>()
  let decide: (event: Event) => object | undefined = () => undefined
  socket.onAny((name: string, payload: unknown, acknowledge?: (answer?: object) => void) => {
    heard.set(name, [...(heard.get(name) ?? []), payload])
    note({ channel, message: `on${name.charAt(0).toUpperCase()}${name.slice(1)}`, payload })
    if (!acknowledge) return
    const answer = name === 'event' ? decide((payload as { event: Event }).event) : undefined
    if (answer === undefined) return acknowledge()
    note({ channel, message: 'onEventAnswer', payload: answer })
    acknowledge(answer)
  })
  await new Promise<void>((resolve) => {
    socket.once('ready', () => resolve())
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      note({ channel, message: 'connectAnswer', payload: { message: error.message, data: error.data } })
      resolve()
    })
  })
  return {
    socket,
    async ask(name, payload) {
      const answer = await socket.timeout(10_000).emitWithAck(name, payload)
      note({ channel, message: `${name}Answer`, payload: answer })
      return answer
    },
    tell: (name, payload) => void socket.emit(name, payload),
    answer: (how) => {
      decide = how
    },
    heard: (name) => heard.get(name) ?? [],
  }
}

async function closeAll(relay: Running, receiver: Receiver, clients: readonly Socket[]): Promise<void> {
  const ended = clients.map(
    (one) => new Promise<void>((resolve) => (one.connected ? one.once('disconnect', () => resolve()) : resolve())),
  )
  await relay.close()
  await Promise.all(ended)
  for (const one of clients) one.disconnect()
  await receiver.close()
}
