import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { HutongError } from '@hutong/core/errors'
import { readBoundedText } from '../../read-bounded.ts'
import { networkCode } from '../network-code.ts'
import { retryAfterIn } from '../retry-after.ts'
import { RETRY_AFTER_MAX } from './resting.ts'

export interface Posting {
  url: string
  headers: Record<string, string>
  body: string
  timeoutMs: number
  /** Who asks has no use for the answer any more. */
  signal: AbortSignal
  now(): number
}

export interface Posted {
  status: number
  /** Milliseconds that the other end asks to be left alone for. */
  retryAfter?: number
  /** Empty unless the status is 2xx. */
  text: string
}

/** Longest answer that is read, in bytes. */
const ANSWER_MAX = 256 * 1024
/** Most that is read of an answer nobody reads, in bytes: its connection can serve again. */
const DISCARD_MAX = 16 * 1024

/**
 * One request, its answer read to the end. Redirects are not followed. Rejects with `unreachable`, `timeout` or `too_large`; what
 * `signal` was aborted with goes through.
 */
export async function post({ url, headers, body, timeoutMs, signal, now }: Posting): Promise<Posted> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await ask({ url, headers, body }, AbortSignal.any([signal, timeout]))
    const { statusCode: status = 0 } = response
    const ok = status >= 200 && status < 300
    const retryAfter = retryAfterIn(response.headers['retry-after'], now())
    if (!ok) discard(response)
    const text = ok ? await readBoundedText(response, ANSWER_MAX, tooLarge) : ''
    return {
      status,
      text,
      ...(retryAfter !== undefined && { retryAfter: Math.min(RETRY_AFTER_MAX, retryAfter) }),
    }
  } catch (cause) {
    if (cause instanceof HutongError) throw cause
    if (signal.aborted) throw signal.reason
    if (timeout.aborted)
      throw new HutongError('timeout', `the webhook gave no whole answer in ${timeoutMs} ms`, { cause })
    const code = networkCode(cause)
    throw new HutongError('unreachable', `the webhook could not be reached${code === undefined ? '' : `: ${code}`}`, {
      cause,
    })
  }
}

/** Over `node:http`: `fetch` takes twice the processor for every body, and a flooding end has it read all that is allowed. */
function ask(
  { url, headers, body }: Pick<Posting, 'url' | 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(url, { method: 'POST', headers, signal }, resolve).on('error', reject).end(body)
  return promise
}

function discard(response: IncomingMessage): void {
  let bytes = 0
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength
    if (bytes > DISCARD_MAX) response.destroy()
  })
  response.on('error', () => response.destroy())
}

function tooLarge(): HutongError {
  const message = `the body of the webhook's answer is larger than ${ANSWER_MAX / 1024} KiB`
  return new HutongError('too_large', message, { field: 'body' })
}
