import { HutongError } from '@hutong/core/errors'
import { readBoundedText } from '../../read-bounded.ts'
import { networkCode } from '../network-code.ts'
import { retryAfterIn } from '../retry-after.ts'

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
const RETRY_AFTER_MAX = 24 * 3_600_000

/**
 * One request, its answer read to the end. Redirects are not followed. Rejects with `unreachable`, `timeout` or `too_large`; what
 * `signal` was aborted with goes through.
 */
export async function post({ url, headers, body, timeoutMs, signal, now }: Posting): Promise<Posted> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    })
    const retryAfter = retryAfterIn(response.headers, now())
    if (!response.ok) await response.body?.cancel()
    const text = response.ok ? await readBoundedText(response.body, ANSWER_MAX, tooLarge) : ''
    return {
      status: response.status,
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

function tooLarge(): HutongError {
  const message = `the body of the webhook's answer is larger than ${ANSWER_MAX / 1024} KiB`
  return new HutongError('too_large', message, { field: 'body' })
}
