import { HutongError } from '@hutong/core/errors'
import { readBoundedText } from '../../read-bounded.ts'
import { networkCode } from '../network-code.ts'
import { retryAfterIn } from '../retry-after.ts'
import type { Question } from './rasa-codec.ts'
import type { RasaSettings } from './rasa-options.ts'
import type { TrackerEvent } from './tracker.ts'

/** Rasa's channels and its HTTP API. Everything rejects with a HutongError that says what to do, and names no token. */
export interface RasaClient {
  /** What the channel answers: all messages of `rest`; of `callback` only that the turn is over. */
  ask(question: Question, signal: AbortSignal): Promise<unknown>
  /** The state of a conversation, with what happened in it when `events`. */
  tracker(conversation: string, events: boolean, signal: AbortSignal): Promise<unknown>
  append(conversation: string, events: readonly TrackerEvent[], signal: AbortSignal): Promise<void>
}

const ANSWER_MAX = 1_048_576
const TRACKER_MAX = 4 * ANSWER_MAX
const REASON_MAX = 4_096
const RETRY_AFTER_MAX = 600_000

type Place = 'channel' | 'tracker'

interface Call {
  path: string
  place: Place
  most: number
  signal: AbortSignal
  body?: unknown
}

export function createRasaClient(
  settings: Pick<RasaSettings, 'url' | 'channel' | 'token' | 'authorization'>,
): RasaClient {
  const { url, channel, token, authorization } = settings
  const credentials = authorization?.split(' ').at(-1)
  const secrets = [token, credentials].filter((one) => one !== undefined)

  async function call({ path, place, most, signal, body }: Call): Promise<string> {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal,
    }).catch((cause: unknown) => {
      throw signal.aborted
        ? new HutongError('timeout', 'Rasa gave no answer in time')
        : new HutongError(
            'unreachable',
            `url: Rasa cannot be reached (${networkCode(cause) ?? 'unknown'}); does it run?`,
          )
    })
    if (response.status !== 200) throw await refusal(response, { place, channel, secrets })
    return readBoundedText(response.body, most).catch((cause: unknown) => {
      if (cause instanceof HutongError) throw new HutongError('too_large', `Rasa's answer has ${cause.message}`)
      throw new HutongError(signal.aborted ? 'timeout' : 'unreachable', 'the answer of Rasa came without its end')
    })
  }

  const trackerPath = (conversation: string, { rest = '', events = 'NONE' }) => {
    const query = new URLSearchParams({ include_events: events, ...(token === undefined ? {} : { token }) })
    return `/conversations/${encodeURIComponent(conversation)}/tracker${rest}?${query}`
  }

  return {
    async ask(question, signal) {
      const path = `/webhooks/${channel}/webhook`
      const text = await call({ path, place: 'channel', most: ANSWER_MAX, signal, body: question })
      return channel === 'rest' ? json(text) : undefined
    },
    async tracker(conversation, events, signal) {
      const path = trackerPath(conversation, { events: events ? 'AFTER_RESTART' : 'NONE' })
      return json(await call({ path, place: 'tracker', most: TRACKER_MAX, signal }))
    },
    async append(conversation, events, signal) {
      const path = trackerPath(conversation, { rest: '/events' })
      await call({ path, place: 'tracker', most: TRACKER_MAX, signal, body: events })
    },
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause, which quotes the answer.
    throw new HutongError('unreachable', 'Rasa answered no JSON; is "url" that of Rasa?')
  }
}

/** https://rasa.com/docs/reference/api/pro/http-api/ */
async function refusal(
  response: Response,
  { place, channel, secrets }: { place: Place; channel: string; secrets: readonly string[] },
): Promise<HutongError> {
  const { status } = response
  const said = without(secrets, await reasonOf(response))
  const misconfigured = (remedy: string) => new HutongError('misconfigured', `${remedy} (HTTP ${status}${said})`)
  if (status >= 300 && status < 400) return misconfigured('url: Rasa sends on to another address; give the final one')
  if (status === 401 || status === 403)
    return misconfigured(
      place === 'tracker'
        ? 'token: the tracker of Rasa refuses it; give what stands behind --auth-token'
        : 'authorization: what stands before Rasa refuses it',
    )
  if (status === 404 || status === 405)
    return misconfigured(
      place === 'tracker'
        ? 'resume, handoff: Rasa has no HTTP API; start it with --enable-api'
        : `channel: Rasa has no "${channel}" channel at "url"; put "${channel}:" into its credentials.yml`,
    )
  if (status === 409) return new HutongError('unavailable', `Rasa has loaded no model${said}`)
  if (status === 429) return new HutongError('throttled', 'Rasa asks to slow down', retryAfter(response))
  if (status >= 500) return new HutongError('unreachable', `Rasa failed (HTTP ${status}${said})`, retryAfter(response))
  return new HutongError('rejected', `Rasa refused the request (HTTP ${status}${said})`)
}

function retryAfter({ headers }: Response): { retryAfter?: number } {
  const ms = retryAfterIn(headers.get('retry-after'), Date.now())
  return ms === undefined || ms === 0 ? {} : { retryAfter: Math.min(ms, RETRY_AFTER_MAX) }
}

/** What Rasa says in its own words, when it says so briefly. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const { message } = JSON.parse(await readBoundedText(response.body, REASON_MAX))
    return typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''
  } catch {
    return ''
  }
}

/** Proxies repeat what they refuse. */
function without(secrets: readonly string[], words: string): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, '…'), words)
}
