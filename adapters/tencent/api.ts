import type { Logger } from '@hutong/core/adapter'
import { type ErrorCode, HutongError } from '@hutong/core/errors'
import type { z } from 'zod'
import type { AccessToken } from './access-token.ts'
import { type Downloaded, downloaded } from './download.ts'
import { parseJson } from './json.ts'
import type { Payload } from './payload.ts'
import { readBounded } from './read-bounded.ts'

/**
 * Calls of the platform. Each rejects with the row that `errors` names for the platform's code; with `unreachable` when it surely
 * did nothing (no connection, a refusal by HTTP), and with `timeout` whenever it may have acted: no answer in time, a connection lost
 * after the request went out, a 5xx, an answer that cannot be read. Neither token nor query ever stands in a message or a log.
 */
export interface Api {
  /** `path` begins with "/" and may have a query; the access token is added. */
  post<T extends z.ZodType>(path: string, body: object, schema: T): Promise<z.output<T>>
  get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>>
  /** Sends a file as the form field `media`. Rejects with `too_large` when it has more than 20 MiB. */
  upload<T extends z.ZodType>(path: string, file: Upload, schema: T): Promise<z.output<T>>
  /** A file, or what a `video_url` in its place leads to. */
  download(path: string): Promise<Downloaded>
}

export interface Upload {
  content: ReadableStream<Uint8Array>
  name: string
  type: string
}

/** A row for a code, and milliseconds after which another try makes sense. */
export type ApiError = ErrorCode | { readonly code: ErrorCode; readonly retryAfter: number }

export interface ApiOptions {
  /** `https://api.weixin.qq.com` */
  base: string
  /** Left out for calls that need none, as the one for a token itself. */
  token?: AccessToken
  /** What the platform's codes mean. One that is not listed is `rejected`. */
  errors: Readonly<Record<number, ApiError>>
  /** For one call; files have a minute at least. */
  timeoutMs: number
  logger: Logger
}

/** The platform's own code, from an error of `Api`. */
export function platformCode(error: unknown): number | undefined {
  const cause = error instanceof HutongError ? error.cause : undefined
  return isCoded(cause) ? cause.errcode : undefined
}

const LARGEST_ANSWER = 4 * 1024 * 1024
const LARGEST_FILE = 20 * 1024 * 1024
const FILE_MS = 60_000
const TOKEN_CODES = [40001, 40014, 42001]
const BUSY = -1
/** Failures before anything of a request went out. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+)$/

type Ask = (path: string, init: RequestInit & { ms: number }) => Promise<Response>

export function createApi(options: ApiOptions): Api {
  const { base, token, errors, timeoutMs, logger } = options
  const send = createSend(base)
  const fileMs = Math.max(timeoutMs, FILE_MS)

  function coded(path: string, { errcode, errmsg }: Coded): HutongError {
    const row = errors[errcode] ?? (errcode === BUSY ? { code: 'throttled', retryAfter: 2_000 } : 'rejected')
    const { code, retryAfter } = typeof row === 'string' ? { code: row, retryAfter: undefined } : row
    const cause = { errcode, errmsg }
    const message = `${pathname(path)} answered ${errcode}: ${errmsg}`
    return new HutongError(code, message, { cause, ...(retryAfter === undefined ? {} : { retryAfter }) })
  }

  async function answerOf(path: string, response: Response): Promise<Payload> {
    const answer = parseAnswer(path, await bodyOf(path, response))
    const code = codedOf(answer)
    if (code !== undefined && code.errcode !== 0) throw coded(path, code)
    return answer
  }

  /** One call, and one more with another token when the platform refuses the first for its token. */
  async function call<R>(path: string, take: (path: string) => Promise<R>): Promise<R> {
    if (token === undefined) return take(path)
    const first = await token.current()
    try {
      return await take(withToken(path, first)).catch(hide(first))
    } catch (thrown) {
      const code = platformCode(thrown)
      if (code === undefined || !TOKEN_CODES.includes(code)) throw thrown
      logger.info({ path: pathname(path), errcode: code }, 'the platform refused the access token')
      const second = await token.refused(first)
      return take(withToken(path, second)).catch(hide(second))
    }
  }

  function json<T extends z.ZodType>(
    path: string,
    schema: T,
    init: RequestInit & { ms: number },
  ): Promise<z.output<T>> {
    return call(path, async (whole) => {
      const answer = await answerOf(whole, await send(whole, init))
      const read = schema.safeParse(answer)
      if (read.success) return read.data
      throw new HutongError('timeout', `${pathname(path)} answered what cannot be understood: ${read.error.message}`)
    })
  }

  return {
    post: (path, body, schema) =>
      json(path, schema, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        ms: timeoutMs,
      }),
    get: (path, schema) => json(path, schema, { method: 'GET', ms: timeoutMs }),
    async upload(path, { content, name, type }, schema) {
      // In full, because these platforms take no request without a Content-Length.
      const bytes = await readBounded(content, LARGEST_FILE)
      const form = new FormData()
      form.set('media', new File([bytes], name, { type }))
      return json(path, schema, { method: 'POST', body: form, ms: fileMs })
    },
    download: (path) =>
      call(path, async (whole) => {
        const response = await send(whole, { method: 'GET', ms: fileMs })
        if (isFile(response.headers)) return downloaded(response, LARGEST_FILE)
        const answer = await answerOf(whole, response)
        if (typeof answer.video_url !== 'string' || !/^https?:/.test(answer.video_url))
          throw new HutongError('timeout', `${pathname(path)} answered no file`)
        return downloaded(await createSend('')(answer.video_url, { method: 'GET', ms: fileMs }), LARGEST_FILE)
      }),
  }
}

/** Errors travel as JSON or text without a name; a text that a customer sent has one. */
function isFile(headers: Headers): boolean {
  return headers.has('content-disposition') || !/\bjson\b|text\/plain/.test(headers.get('content-type') ?? '')
}

function createSend(base: string): Ask {
  return async (path, { ms, ...init }) => {
    const response = await fetch(`${base}${path}`, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(ms),
    }).catch((cause: unknown) => {
      throw lost(path, cause)
    })
    if (response.status === 200) return response
    await response.body?.cancel()
    const code = response.status >= 500 ? 'timeout' : response.status === 429 ? 'throttled' : 'unreachable'
    const what = response.status >= 500 ? 'the platform is out of order' : 'the platform refused the call'
    throw new HutongError(code, `${what} (${pathname(path)}: HTTP ${response.status})`)
  }
}

function lost(path: string, cause: unknown): HutongError {
  const codes = codesOf(cause)
  const sent = codes.length === 0 || !codes.every((one) => NEVER_SENT.test(one))
  const why = codes.join(', ') || (cause instanceof Error ? cause.name : 'unknown')
  const what = sent ? 'the platform gave no answer' : 'the platform could not be reached'
  return new HutongError(sent ? 'timeout' : 'unreachable', `${what} (${pathname(path)}: ${why})`)
}

/** The codes of an error and of what caused it; several when several addresses were tried. */
function codesOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return []
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return thrown.errors.flatMap(codesOf)
  if ('code' in thrown && typeof thrown.code === 'string') return [thrown.code]
  return codesOf(thrown.cause)
}

async function bodyOf(path: string, response: Response): Promise<string> {
  try {
    return new TextDecoder().decode(await readBounded(response.body, LARGEST_ANSWER))
  } catch (cause) {
    const why = cause instanceof HutongError ? cause.message : 'the connection was lost'
    throw new HutongError('timeout', `${pathname(path)} answered without an end that could be read: ${why}`)
  }
}

function parseAnswer(path: string, text: string): Payload {
  try {
    return parseJson(text)
  } catch {
    // Without the cause, which quotes the answer: it may be one with a token.
    throw new HutongError('timeout', `${pathname(path)} answered no JSON`)
  }
}

interface Coded {
  readonly errcode: number
  readonly errmsg: string
}

function codedOf({ errcode, errmsg }: Payload): Coded | undefined {
  return typeof errcode === 'number' ? { errcode, errmsg: String(errmsg ?? '').slice(0, 300) } : undefined
}

function isCoded(value: unknown): value is Coded {
  return typeof value === 'object' && value !== null && 'errcode' in value && typeof value.errcode === 'number'
}

/** Takes a token out of what the platform says about it. */
function hide(secret: string): (thrown: unknown) => never {
  return (thrown) => {
    if (!(thrown instanceof HutongError) || !thrown.message.includes(secret)) throw thrown
    const { code, message, retryAfter, cause } = thrown
    throw new HutongError(code, message.replaceAll(secret, '…'), {
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(isCoded(cause) ? { cause: { errcode: cause.errcode } } : {}),
    })
  }
}

function withToken(path: string, token: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`
}

function pathname(path: string): string {
  return path.split('?', 1)[0] ?? ''
}
