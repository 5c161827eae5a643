import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { FakeFault, FakeFaults } from './fake-faults.ts'

/** What somebody asks of the fake. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** An answer: text, bytes, or a value that travels as JSON. Status 200 when none is named. */
export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | { readonly json: unknown }
}

export interface FakeCall {
  readonly method: string
  readonly path: string
  /** Without tokens and secrets. */
  readonly query: Readonly<Record<string, string>>
  /** The JSON that was sent, without secrets; absent for everything else. */
  readonly json?: unknown
  /** What was answered: the platform's code, 0 for success; absent when the answer was no JSON, or none went out. */
  readonly errcode?: number
}

export interface FakeServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** What was asked, oldest first, without what a page of the fake itself asked. */
  readonly calls: readonly FakeCall[]
  close(): Promise<void>
}

export interface FakeServerOptions {
  /** Undefined for a path that the platform does not have. */
  answer(request: FakeRequest): Promise<FakeAnswer | undefined> | FakeAnswer | undefined
  faults: FakeFaults
  /** Whether a call belongs into `calls` and can meet a fault; pages of the fake itself do neither. */
  counts?(path: string): boolean
  /** 0, which is any free one, when left out. */
  port?: number
  maxBytes?: number
}

const LARGEST = 32 * 1024 * 1024
const SECRETS = ['access_token', 'secret', 'corpsecret', 'appsecret', 'key', 'debug']

/** A platform as a real HTTP server that only this machine can reach. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const { answer, faults, counts = () => true, port = 0, maxBytes = LARGEST } = options
  const calls: FakeCall[] = []

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
    const counted = counts(url.pathname)
    const fault = counted ? faults.take(url.pathname) : undefined
    const body = await wholeBody(incoming, maxBytes)
    if (body === undefined) return end(outgoing, { status: 413, body: '' })
    const request = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: headersOf(incoming),
      body,
    }
    const given = instead(fault) ?? (await answer(request)) ?? { status: 404, body: '' }
    if (counted) calls.push(callOf(request, given))
    if (fault === 'reset' || fault === 'reset-after-accept') incoming.socket.resetAndDestroy()
    else if (fault === 'nonsense') end(outgoing, { body: '<html><body>502 Bad Gateway' })
    else if (fault !== 'timeout-after-accept') end(outgoing, given)
  }

  const server = createServer((incoming, outgoing) => {
    if (!local(incoming)) return end(outgoing, { status: 403, body: 'this fake talks to its own machine only' })
    serve(incoming, outgoing).catch((thrown: unknown) => {
      console.error('the fake failed', thrown)
      if (!incoming.destroyed) end(outgoing, { status: 500, body: 'the fake failed' })
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://127.0.0.1:${bound}`,
    calls,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** A page of another site may not play the customer, nor a name that somebody points at this machine. */
function local({ headers }: IncomingMessage): boolean {
  const named = (host: string) => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)
  return (
    named(headers.host ?? '') && (headers.origin === undefined || named(headers.origin.replace(/^https?:\/\//, '')))
  )
}

/** What is answered in place of the platform's work: nothing was done then. */
function instead(fault: FakeFault | undefined): FakeAnswer | undefined {
  if (fault === '5xx')
    return { status: 502, body: '<html><body><center><h1>502 Bad Gateway</h1></center></body></html>' }
  if (fault === 'reset') return { body: '' }
  return typeof fault === 'object' ? { body: { json: { errmsg: 'scripted fault', ...fault } } } : undefined
}

async function wholeBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
  }
  return bytes > maxBytes ? undefined : new Uint8Array(Buffer.concat(chunks))
}

function headersOf({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

function end(outgoing: ServerResponse, { status = 200, headers = {}, body }: FakeAnswer): void {
  const json = typeof body === 'object' && 'json' in body
  const type = { 'content-type': json ? 'application/json; encoding=utf-8' : 'text/plain; charset=utf-8' }
  outgoing.writeHead(status, { ...type, ...headers }).end(json ? JSON.stringify(body.json) : body)
}

function callOf({ method, path, query, body, headers }: FakeRequest, { body: given }: FakeAnswer): FakeCall {
  const json = headers['content-type']?.includes('multipart/') ? undefined : readJson(body)
  const answered = typeof given === 'object' && 'json' in given ? errcodeOf(given.json) : undefined
  return {
    method,
    path,
    query: withoutSecrets(Object.fromEntries(query)),
    ...(json === undefined ? {} : { json: isRecord(json) ? withoutSecrets(json) : json }),
    ...(answered === undefined ? {} : { errcode: answered }),
  }
}

function errcodeOf(json: unknown): number {
  return isRecord(json) && typeof json.errcode === 'number' ? json.errcode : 0
}

function withoutSecrets<T>(fields: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !SECRETS.includes(name)))
}

/** Undefined for what is no JSON. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The one file of an upload, as `multipart/form-data` names it, or undefined where there is none. */
export async function readUpload(
  { headers, body }: FakeRequest,
  field: string,
): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return undefined
  const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => undefined)
  const file = form?.get(field)
  return file instanceof File ? { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } : undefined
}
