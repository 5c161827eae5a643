import type { Logger } from '@hutong/core/adapter'
import { type ErrorCode, toHutongError } from '@hutong/core/errors'
import { createBuckets } from '@hutong/core/rate'
import type { Envelope, Opened } from './envelope.ts'
import { readBounded } from './read-bounded.ts'

export interface CallbackOptions {
  envelope: Envelope
  logger: Logger
  /**
   * Takes in what the platform pushed. Resolves once it is durable, with the text of a reply, or undefined for none. Must know a
   * message again: another node, or this one after a restart, hands it in again when the platform repeats it.
   */
  receive(opened: Opened): Promise<string | undefined>
  /** What is answered without a reply: WeChat recommends `success`, which it is when left out; WeCom documents the empty text. */
  accepted?: string
  maxBytes?: number
  now?(): number
}

/** Handlers for `host.route`. Neither ever throws; a refusal says no more than its status. */
export interface Callback {
  /** The platform's check of the address. */
  get(request: Request): Promise<Response>
  /** A push: answered once it is durable. */
  post(request: Request): Promise<Response>
}

const LARGEST = 1024 * 1024
const MOST_REPLIES = 1_000
const STATUS: Partial<Record<ErrorCode, number>> = { unauthorized: 401, forbidden: 401, invalid: 400, too_large: 413 }

export function createCallback(options: CallbackOptions): Callback {
  const { envelope, logger, receive, accepted = 'success', maxBytes = LARGEST, now = Date.now } = options
  const mentions = createBuckets({ perMinute: 6, burst: 6 }, now)
  const underWay = new Map<string, Promise<string>>()
  const replies = new Map<string, string>()

  async function takeIn(opened: Opened): Promise<string> {
    const text = await receive(opened)
    opened.keep()
    const reply = text === undefined ? accepted : envelope.seal(text, opened)
    if (text !== undefined) remember(opened.id, reply)
    return reply
  }

  function remember(id: string, reply: string): void {
    replies.set(id, reply)
    const [oldest] = replies.keys()
    if (replies.size > MOST_REPLIES && oldest !== undefined) replies.delete(oldest)
  }

  /** One promise for a request that comes again before it was answered. */
  function answer(opened: Opened): Promise<string> {
    const running = underWay.get(opened.id)
    if (running !== undefined) return running
    if (opened.repeat) return Promise.resolve(replies.get(opened.id) ?? accepted)
    const started = takeIn(opened).finally(() => underWay.delete(opened.id))
    underWay.set(opened.id, started)
    return started
  }

  async function guard(work: () => Promise<Response>): Promise<Response> {
    try {
      return await work()
    } catch (thrown) {
      const error = toHutongError(thrown)
      const status = STATUS[error.code] ?? 503
      const fields = { code: error.code, status, ...(status === 503 ? { error: thrown } : {}) }
      if (mentions.take(error.code) === 0) logger.warn(fields, `a callback was refused: ${error.message}`)
      return new Response(null, { status })
    }
  }

  return {
    get: (request) => guard(async () => text(envelope.echo(new URL(request.url).searchParams))),
    post: (request) =>
      guard(async () => {
        const body = await readBounded(request.body, maxBytes)
        return text(await answer(envelope.open(new URL(request.url).searchParams, body)))
      }),
  }
}

/** Never a page: what is echoed must not be run by a browser. */
function text(body: string): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return new Response(body, { headers })
}
