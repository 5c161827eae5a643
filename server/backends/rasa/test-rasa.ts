import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Rasa's HTTP server as far as a channel sees it, and as strict: https://rasa.com/docs/reference/api/pro/http-api/ and
 * https://rasa.com/docs/reference/channels/your-own-website/. Its answers are scripted by the message.
 */

export interface Said {
  text?: string
  [more: string]: unknown
}

export interface Script {
  intent?: string
  /** The actions that run, between the message and `action_listen`. */
  actions?: readonly string[]
  /** The flows that begin, where Rasa is asked by flows. */
  flows?: readonly string[]
  says?: readonly Said[]
  /** Milliseconds until the answer is ready. */
  takes?: number
  /** The last action is one that returns `ConversationPaused`. */
  pauses?: boolean
  /** An action fails after what it says. */
  fails?: boolean
  /** The turn is done and the response never leaves. */
  lost?: boolean
}

export interface FakeRasaOptions {
  /** `credentials.yml`. */
  credentials?: { rest?: true; callback?: { url: string; token?: string } }
  /** `--enable-api`, `--auth-token`. */
  api?: boolean
  token?: string
}

interface Happened {
  event: string
  timestamp: number
  [more: string]: unknown
}

interface Answer {
  status: number
  body?: unknown
  raw?: string
  headers?: Record<string, string>
}

export interface FakeRasa {
  url: string
  /** What was posted to the channels, in order. */
  asked: { sender: string; message: string; metadata?: unknown; channel: string }[]
  /** What its own callbacks were answered with. */
  callbacks: number[]
  credentials: NonNullable<FakeRasaOptions['credentials']>
  script(message: string, script: Script): void
  /** The next requests to paths that hold `path` are answered like this, one each. */
  fault(path: string, ...answers: Answer[]): void
  tracker(sender: string): { events: readonly Happened[]; paused: boolean }
  /** Says something by itself, as a reminder does. */
  remind(sender: string, said: Said): Promise<void>
  close(): Promise<void>
}

interface Tracker {
  events: Happened[]
  paused: boolean
  intent: string | null
  text: string | null
}

/** The names that Rasa's schema of events knows. */
const EVENTS =
  'user action slot entities user_featurization cancel_reminder reminder action_execution_rejected form_validation loop_interrupted form active_loop reset_slots resume pause followup export restart undo rewind bot session_started session_ended agent'.split(
    ' ',
  )

export async function createFakeRasa({
  credentials = { rest: true },
  api = true,
  token,
}: FakeRasaOptions = {}): Promise<FakeRasa> {
  const trackers = new Map<string, Tracker>()
  const scripts = new Map<string, Script>()
  const locks = new Map<string, Promise<unknown>>()
  const faults: { path: string; answer: Answer }[] = []
  const asked: FakeRasa['asked'] = []
  const callbacks: number[] = []
  let clock = 1_700_000_000

  const happened = (event: string, more: object = {}): Happened => ({ event, timestamp: clock++, ...more })

  function trackerOf(sender: string): Tracker {
    const known = trackers.get(sender)
    if (known) return known
    const started = [
      happened('action', { name: 'action_session_start' }),
      happened('session_started'),
      happened('action', { name: 'action_listen' }),
    ]
    const fresh = { events: started, paused: false, intent: null, text: null }
    trackers.set(sender, fresh)
    return fresh
  }

  /** One turn of a sender at a time, as the lock store has it. */
  function locked<T>(sender: string, work: () => Promise<T>): Promise<T> {
    const done = (locks.get(sender) ?? Promise.resolve()).then(work, work)
    locks.set(sender, done)
    return done
  }

  async function post(message: Said): Promise<void> {
    const { callback } = credentials
    if (!callback) return
    const url = callback.token === undefined ? callback.url : `${callback.url}?token=${callback.token}`
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(message) })
    callbacks.push(status)
  }

  /** The turn of one message; resolves with what a collecting output channel holds then. */
  async function turn(channel: string, { sender, message, metadata }: Asked): Promise<Said[]> {
    const script = scripts.get(message) ?? {}
    const tracker = trackerOf(sender)
    const intent = script.intent ?? (message.startsWith('/') ? message.slice(1).replace(/\{.*$/, '') : 'nlu_fallback')
    const parsed = { intent: { name: intent, confidence: 1 }, entities: [], text: message }
    const kept = channel === 'rest' && metadata ? { metadata } : {}
    const before = [happened('user', { text: message, input_channel: channel, parse_data: parsed, ...kept })]
    Object.assign(tracker, { intent, text: message })
    if (tracker.paused) {
      tracker.events.push(...before)
      return []
    }
    await new Promise((resolve) => setTimeout(resolve, script.takes ?? 0))
    const collected: Said[] = []
    for (const flow of script.flows ?? []) before.push(happened('flow_started', { flow_id: flow }))
    for (const name of script.actions ?? []) before.push(happened('action', { name }))
    for (const { text, ...data } of script.says ?? []) {
      before.push(happened('bot', { text: text ?? null, data }))
      for (const one of collecting(sender, { ...(text !== undefined && { text }), ...data })) {
        collected.push(one)
        if (channel === 'callback') await post(one)
      }
    }
    if (script.fails) return channel === 'rest' ? collected : Promise.reject(new Error('an action failed'))
    if (script.pauses) before.push(happened('pause'))
    tracker.paused = script.pauses ?? false
    tracker.events.push(...before, happened('action', { name: 'action_listen' }))
    return collected
  }

  async function webhook(channel: string, body: string): Promise<Answer> {
    if (!(channel in credentials))
      return { status: 404, body: sanic(404, `Requested URL /webhooks/${channel}/webhook not found`) }
    const read = json(body) as Partial<Asked> | undefined
    if (read === undefined) return { status: 400, body: sanic(400, 'Failed when parsing body as json') }
    const { sender = 'default', message = '', metadata } = read
    asked.push({ sender, message, channel, ...(metadata === undefined ? {} : { metadata }) })
    const said = await locked(sender, () => turn(channel, { sender, message: strip(message), metadata }))
    if (scripts.get(message)?.lost) return { status: 0 }
    return channel === 'rest' ? { status: 200, body: said } : { status: 200, raw: 'success' }
  }

  function api_(request: IncomingMessage, url: URL, body: string): Answer | Promise<Answer> {
    const [, id, rest] = /^\/conversations\/([^/]+)\/tracker(\/events)?$/.exec(url.pathname) ?? []
    if (!api || id === undefined) return { status: 404, body: sanic(404, `Requested URL ${url.pathname} not found`) }
    if (token !== undefined && url.searchParams.get('token') !== token)
      return refused(401, 'NotAuthenticated', 'User is not authenticated.')
    const verbosity = url.searchParams.get('include_events') ?? 'AFTER_RESTART'
    if (!['ALL', 'APPLIED', 'AFTER_RESTART', 'NONE'].includes(verbosity))
      return refused(400, 'BadRequest', "Invalid parameter value for 'include_events'.")
    const sender = decodeURIComponent(id)
    if (rest === undefined) return { status: 200, body: state(sender, trackerOf(sender), verbosity) }
    if (request.method !== 'POST') return { status: 405, body: sanic(405, `Method ${request.method} not allowed`) }
    const given = json(body)
    const events = Array.isArray(given) ? given : [given]
    const wrong = events.map(wrongIn).find((one) => one !== undefined)
    if (wrong !== undefined) return refused(400, 'BadRequest', `Failed to validate the events format. Error: ${wrong}`)
    if (events.length === 0) return refused(500, 'ConversationError', 'An unexpected error occurred. Error: ')
    return locked(sender, async () => {
      const tracker = trackerOf(sender)
      for (const one of events) {
        tracker.events.push(happened(one.event, one))
        if (one.event === 'pause' || one.event === 'resume') tracker.paused = one.event === 'pause'
      }
      return { status: 200, body: state(sender, tracker, verbosity) }
    })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += chunk
    const url = new URL(request.url ?? '/', 'http://rasa')
    const at = faults.findIndex(({ path }) => url.pathname.includes(path))
    const channel = /^\/webhooks\/(\w+)\/webhook$/.exec(url.pathname)?.[1]
    const made =
      (at === -1 ? undefined : faults.splice(at, 1)[0]?.answer) ??
      (await (channel && request.method === 'POST' ? webhook(channel, body) : api_(request, url, body)))
    if (made.status === 0) return void request.socket.destroy()
    response.writeHead(made.status, { 'content-type': 'application/json', ...made.headers })
    response.end(made.raw ?? JSON.stringify(made.body ?? null))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify(sanic(500, String(thrown))))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    callbacks,
    credentials,
    script: (message, script) => void scripts.set(message, script),
    fault: (path, ...answers) => void faults.push(...answers.map((one) => ({ path, answer: one }))),
    tracker: trackerOf,
    remind: (sender, said) => post({ recipient_id: sender, ...said }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Asked {
  sender: string
  message: string
  metadata?: unknown
}

/** As Python's `str.strip` does: https://docs.python.org/3/library/stdtypes.html#str.strip */
export function strip(text: string): string {
  return text.replaceAll(STRIPPED, '')
}

const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`
const STRIPPED = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g')

/** One message for each thing, texts cut at empty lines. */
function collecting(sender: string, { text, buttons, custom, image, attachment, elements, ...more }: Said): Said[] {
  const to = { recipient_id: sender, ...more }
  const texts = text === undefined ? [] : strip(text).split('\n\n')
  return [
    ...(elements ? [{ ...to, elements }] : []),
    ...(buttons ? [{ ...to, text: text ?? '', buttons }] : texts.map((one) => ({ ...to, text: one }))),
    ...(custom ? [{ ...to, custom }] : []),
    ...(image ? [{ ...to, image }] : []),
    ...(attachment ? [{ ...to, attachment }] : []),
  ]
}

function state(sender: string, { events, paused, intent, text }: Tracker, verbosity: string): unknown {
  return {
    sender_id: sender,
    slots: {},
    latest_message: { intent: intent === null ? {} : { name: intent, confidence: 1 }, entities: [], text },
    latest_event_time: events.at(-1)?.timestamp,
    paused,
    events: verbosity === 'NONE' ? null : events,
    latest_action_name: events.findLast(({ event }) => event === 'action')?.name,
  }
}

/** What its schema has against an event: https://github.com/RasaHQ/rasa/blob/main/rasa/shared/utils/schemas/events.py */
function wrongIn(one: unknown): string | undefined {
  if (typeof one !== 'object' || one === null || Array.isArray(one))
    return `${JSON.stringify(one)} is not of type 'object'`
  const { event, timestamp, metadata, text, name, value } = one as Record<string, unknown>
  if (typeof event !== 'string') return "'event' is a required property"
  if (!EVENTS.includes(event)) return `${JSON.stringify(one)} is not valid under any of the given schemas`
  if (timestamp !== undefined && timestamp !== null && typeof timestamp !== 'number') return 'timestamp is not a number'
  if (metadata !== undefined && typeof metadata !== 'object') return "metadata is not of type 'object', 'null'"
  if (event === 'user' && text !== undefined && text !== null && typeof text !== 'string') return 'text is no string'
  if (event === 'slot' && (typeof name !== 'string' || value === undefined)) return "'name' is a required property"
  return undefined
}

function refused(status: number, reason: string, message: string): Answer {
  return {
    status,
    body: { version: '3.6.20', status: 'failure', message, reason, details: {}, help: null, code: status },
  }
}

function sanic(status: number, message: string): unknown {
  return { description: status === 404 ? 'Not Found' : 'Error', status, message }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
