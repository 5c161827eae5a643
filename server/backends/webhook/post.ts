import { HutongError } from '@hutong/core/errors'

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

/** Longest answer that is read. */
export const ANSWER_BYTES = 256 * 1024
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
    const retryAfter = readRetryAfter(response.headers.get('retry-after'), now())
    if (!response.ok) await response.body?.cancel()
    const text = response.ok ? await readText(response) : ''
    return { status: response.status, text, ...(retryAfter !== undefined && { retryAfter }) }
  } catch (cause) {
    if (cause instanceof HutongError) throw cause
    if (signal.aborted) throw signal.reason
    if (timeout.aborted)
      throw new HutongError('timeout', `the webhook gave no whole answer in ${timeoutMs} ms`, { cause })
    throw new HutongError('unreachable', `the webhook could not be reached${codeOf(cause)}`, { cause })
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES)
      throw new HutongError('too_large', `the body of the webhook's answer is larger than ${ANSWER_BYTES / 1024} KiB`, {
        field: 'body',
      })
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** Seconds or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
export function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const text = value.trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(RETRY_AFTER_MAX, Math.max(0, ms))
}

function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? `: ${code}` : ''
}
