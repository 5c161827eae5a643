import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Logger } from '@hutong/core/adapter'
import { networkOf } from '@hutong/core/client-address'
import { ERRORS, type ErrorCode, HutongError, toHutongError } from '@hutong/core/errors'
import { createBuckets } from '@hutong/core/rate'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { FILE_MAX as IMPORT_MAX } from './backends/knowledge/import-reading.ts'
import type { Settings } from './config.ts'
import type { Metrics } from './metrics.ts'
import { createUploadQuota } from './upload-quota.ts'

/** What every request of the relay's HTTP server carries. */
export interface IngressEnv {
  Bindings: HttpBindings
  Variables: { requestId: string; clientAddress: string }
}

export interface IngressOptions {
  limits: Settings['limits']
  /** The client's address, proxies already looked through. */
  addressOf(request: IncomingMessage): string
  publicUrl?: string | undefined
  /** The name of the token in this `Authorization` header; undefined when it is none that is known. */
  tokenOf?(authorization: string): Promise<string | undefined>
  metrics: Pick<Metrics, 'refused'>
  logger: Logger
  now(): number
  /** Bytes that one network may upload over channels in a day. Default 200 000 000. */
  uploadedPerDay?: number
  /** Milliseconds in which a platform's push must be here whole. Default 10 000: platforms themselves wait for half of it. */
  pushedWithinMs?: number
}

/**
 * Stands before every route: an id for each request, security headers, rates per client and bodies of bounded size. What a
 * route throws leaves as `{ error }` with the status of its code.
 */
export function installIngress(app: Hono<IngressEnv>, options: IngressOptions): void {
  app.use(identifyRequest(options))
  app.use(securityHeaders(options.publicUrl))
  app.use(limitRate(options))
  app.use(limitBody(options.limits))
  app.use(limitUploads(options))
  app.onError((thrown, c) => refuse(c, asHutongError(thrown), options))
  app.notFound((c) => refuse(c, new HutongError('not_found', `there is nothing at ${c.req.path}`), options))
}

function identifyRequest({ addressOf, logger }: IngressOptions): MiddlewareHandler<IngressEnv> {
  return async function request(c, next) {
    const started = performance.now()
    const requestId = randomUUID()
    c.set('requestId', requestId)
    c.set('clientAddress', addressOf(c.env.incoming))
    await next()
    c.header('x-request-id', requestId)
    const ms = Math.round(performance.now() - started)
    logger.debug({ requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms }, 'request')
  }
}

/** Headers that hold for every answer; a route that needs other ones sets its own, which win. */
function securityHeaders(publicUrl: string | undefined): MiddlewareHandler<IngressEnv> {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    ...(publicUrl?.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
  return async function security(c, next) {
    await next()
    for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value)
  }
}

/** Where platforms push what cannot be had again, many customers from few addresses; its signature says whether it is theirs. */
const CALLBACK = /^\/channels\/[^/]+\/callback$/
/** Who may do that is known before any of the body is read. */
const IMPORT = /^\/v1\/knowledge\/[^/]+\/import$/
const UPLOAD = /^(\/channels\/[^/]+\/files|\/v1\/files)$/

function limitRate(options: IngressOptions): MiddlewareHandler<IngressEnv> {
  const { limits, now } = options
  const requests = createBuckets(limits.requests, now)
  const signIns = createBuckets(limits.signIns, now)
  const uploads = createBuckets(limits.uploads, now)
  const programs = createPrograms(options)
  const limitRefused = limitCallbacks(options)
  return async function rate(c, next) {
    if (CALLBACK.test(c.req.path)) return limitRefused(c, next)
    const network = networkOf(c.get('clientAddress'))
    const program = await programs.of(network, c.req.header('authorization'))
    const posted = c.req.method === 'POST'
    const wait =
      requests.take(programs.isKnown(program) ? program : network) ||
      (posted && c.req.path === '/v1/session' ? signIns.take(network) : 0) ||
      (posted && UPLOAD.test(c.req.path) ? uploads.take(program ?? network) : 0)
    if (wait > 0) throw new HutongError('throttled', ERRORS.throttled.means, { retryAfter: wait })
    programs.letIn(program)
    await next()
  }
}

/** Most programs that are known at once; whoever has been quiet longest is forgotten first. */
const MOST_KNOWN = 10_000

/**
 * Programs, told apart by network and token, so that each has rates of its own. The first request of one is at the cost of its network:
 * from a network that has used its rate up nobody learns whether a token is right, but for one that was used there before.
 */
function createPrograms({ tokenOf }: Pick<IngressOptions, 'tokenOf'>) {
  const known = new Set<string>()
  return {
    async of(network: string, authorization: string | undefined): Promise<string | undefined> {
      const token = authorization === undefined ? undefined : await tokenOf?.(authorization)
      return token === undefined ? undefined : `${network} ${token}`
    },
    isKnown: (program: string | undefined): program is string => program !== undefined && known.has(program),
    letIn(program: string | undefined): void {
      if (program === undefined) return
      known.delete(program)
      known.add(program)
      const [oldest] = known
      if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
    },
  }
}

/** A push that is taken costs its network nothing; only refused ones do, until they are too many. */
function limitCallbacks({ limits, now, pushedWithinMs = 10_000 }: IngressOptions): MiddlewareHandler<IngressEnv> {
  const refusals = createBuckets(limits.requests, now)
  const shut = new Map<string, number>()
  return async function callbacks(c, next) {
    const client = networkOf(c.get('clientAddress'))
    const wait = (shut.get(client) ?? 0) - now()
    if (wait > 0) throw new HutongError('throttled', ERRORS.throttled.means, { retryAfter: wait })
    shut.delete(client)
    const { incoming } = c.env
    let slow = false
    const late = setTimeout(() => {
      slow = !incoming.complete
      if (slow) incoming.destroy()
    }, pushedWithinMs)
    await next()
    clearTimeout(late)
    if (!slow && (c.res.status < 400 || c.res.status >= 500)) return
    const missing = refusals.take(client)
    if (missing === 0) return
    const [oldest] = shut.keys()
    if (shut.size >= MOST_SHUT && oldest !== undefined) shut.delete(oldest)
    shut.set(client, now() + missing)
  }
}

const MOST_SHUT = 10_000

function mostBytes(path: string, { bodyBytes, uploadBytes }: Settings['limits']): number {
  if (UPLOAD.test(path)) return uploadBytes
  return IMPORT.test(path) ? Math.max(bodyBytes, IMPORT_MAX) : bodyBytes
}

function limitBody(limits: Settings['limits']): MiddlewareHandler<IngressEnv> {
  return async function body(c, next) {
    const most = mostBytes(c.req.path, limits)
    const length = c.req.header('content-length')
    if (length !== undefined && Number(length) > most) throw tooLarge(most)
    const chunked = c.req.header('transfer-encoding') !== undefined
    let bytes = 0
    if (chunked)
      c.req.raw = watched(c.req.raw, (more) => {
        bytes += more
        if (bytes > most) throw tooLarge(most)
      })
    await next()
  }
}

const VISITORS_UPLOAD = /^\/channels\/[^/]+\/files$/

/** Refuses in the middle of a body, so that whoever reads it answers as it answers any other refusal. */
function limitUploads({ uploadedPerDay = 200_000_000, now }: IngressOptions): MiddlewareHandler<IngressEnv> {
  const quota = createUploadQuota(uploadedPerDay, now)
  return async function uploads(c, next) {
    const client = networkOf(c.get('clientAddress'))
    if (c.req.method === 'POST' && VISITORS_UPLOAD.test(c.req.path))
      c.req.raw = watched(c.req.raw, (bytes) => {
        const wait = quota.spend(client, bytes)
        if (wait > 0) throw new HutongError('throttled', 'too many bytes for one day', { retryAfter: wait })
      })
    await next()
  }
}

/** The request with somebody who hears of every piece of its body and may break it off by throwing. */
function watched(request: Request, hear: (bytes: number) => void): Request {
  const { body } = request
  if (body === null) return request
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      hear(chunk.byteLength)
      controller.enqueue(chunk)
    },
  })
  const { url, method, headers, signal } = request
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, duplex: 'half' }
  return new Request(url, { ...init, body: body.pipeThrough(counter) })
}

function tooLarge(most: number): HutongError {
  return new HutongError('too_large', `the body is larger than ${most} bytes`)
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'unsupported_type',
  429: 'throttled',
  503: 'unavailable',
}

function asHutongError(thrown: Error): HutongError {
  if (!(thrown instanceof HTTPException)) return toHutongError(thrown)
  const code = CODES[thrown.status] ?? (thrown.status < 500 ? 'invalid' : 'internal')
  return new HutongError(code, thrown.message === '' ? ERRORS[code].means : thrown.message, { cause: thrown })
}

function refuse(c: Context<IngressEnv>, error: HutongError, { metrics, logger }: IngressOptions): Response {
  metrics.refused(error.code)
  if (error.status >= 500)
    logger.error({ err: error, requestId: c.get('requestId'), path: c.req.path }, 'request failed')
  if (error.retryAfter !== undefined) c.header('retry-after', String(Math.ceil(error.retryAfter / 1_000)))
  // A page of a site must be able to read why its visitor's request was turned away before any channel saw it.
  if (c.req.path.startsWith('/channels/')) {
    c.header('access-control-allow-origin', '*')
    c.header('access-control-expose-headers', 'retry-after')
  }
  return c.json({ error: error.toJSON() }, error.status as ContentfulStatusCode)
}
