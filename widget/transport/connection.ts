import type { WireError } from '@hutong/core/errors'
import type { Ready, Refused, VisitorAuth, VisitorPushes, VisitorRequests } from '@hutong/core/wire'
import type { ConnectionState } from '../chat.ts'
import { type ReadonlySignal, type Signal, signal } from '../signals.ts'
import type { Link, OpenLink } from './link.ts'
import { openNativeLink } from './native.ts'

/** How long a try may take until `ready`, and a request until its answer, in milliseconds. */
const PATIENCE_MS = 10_000
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
/** Longest time a relay may send us away for; timers overflow far above it. */
const LONGEST_WAIT_MS = 3_600_000
/** A line that held so long is worth coming back to at once. */
const STEADY_MS = 10_000
/** So many tries that never opened make the other transport worth its bytes. */
const TRIES_BEFORE_FALLBACK = 2

export interface ConnectionOptions {
  relay: string
  site: string
  /** Fetches the transport for networks without WebSocket, or says why the relay wants none; absent for none. */
  fallback?: () => Promise<OpenLink | Refused>
  native?: OpenLink
  random?: () => number
}

type Pushed = Exclude<keyof VisitorPushes, 'ready' | 'goaway'>

export interface ConnectionHandlers {
  /** Asked for at every try. */
  auth(): VisitorAuth
  ready(packet: Ready): void
  push<K extends Pushed>(name: K, packet: Parameters<VisitorPushes[K]>[0]): void
  /** The relay refuses us; true when another try makes sense. */
  refused(error: WireError): boolean
}

type Asked = Exclude<keyof VisitorRequests, 'typing' | 'cursor' | 'visit'>
type Told = Exclude<keyof VisitorRequests, Asked>
type PacketOf<K extends keyof VisitorRequests> = Parameters<VisitorRequests[K]>[0]
type AnswerOf<K extends Asked> = Parameters<Parameters<VisitorRequests[K]>[1]>[0]

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>
  start(handlers: ConnectionHandlers): void
  /** Always resolves; a line that is down or silent answers with a retryable error, and a silent one is given up. */
  request<K extends Asked>(event: K, packet: PacketOf<K>, patience?: number): Promise<AnswerOf<K> | Refused>
  /** Lost without a word when there is no line. */
  tell<K extends Told>(event: K, packet: PacketOf<K>): void
  /** Tries at once instead of waiting; does nothing while online. */
  hurry(): void
  /** Drops the line and opens another at once, as after a change of identity. */
  restart(): void
  /** The browser says that the network is gone: waits for `hurry`, with a rare try of its own. */
  lose(): void
  close(): void
}

interface Line extends ConnectionOptions {
  readonly state: Signal<ConnectionState>
  handlers?: ConnectionHandlers
  open: OpenLink
  link?: Link | undefined
  timer?: ReturnType<typeof setTimeout> | undefined
  tries: number
  everOpen: boolean
  /** When the relay asked to be left alone until, milliseconds of `Date.now`. */
  away: number
  /** When it was last ready, 0 while it is down. */
  since: number
  readonly pending: Set<(answer: Refused) => void>
}

export function createConnection(options: ConnectionOptions): Connection {
  const line: Line = {
    ...options,
    state: signal<ConnectionState>('idle'),
    open: options.native ?? openNativeLink,
    tries: 0,
    everOpen: false,
    away: 0,
    since: 0,
    pending: new Set(),
  }
  return {
    state: line.state,
    start(handlers) {
      line.handlers = handlers
      line.state.value = 'connecting'
      attempt(line)
    },
    request: (event, packet, patience = PATIENCE_MS) => request(line, { event, packet, patience }),
    tell: (event, packet) => line.state.value === 'online' && line.link?.emit(event, packet),
    hurry() {
      if (line.handlers && line.state.value !== 'online') restart(line)
    },
    restart: () => restart(line),
    lose() {
      drop(line)
      line.state.value = 'offline'
      wait(line, LONGEST_DELAY_MS)
    },
    close() {
      drop(line)
      delete line.handlers
      line.state.value = 'idle'
    },
  }
}

function attempt(line: Line) {
  const { handlers, relay, site } = line
  if (!handlers) return
  line.timer = setTimeout(() => lost(line), PATIENCE_MS)
  try {
    line.link = line.open(
      { relay, site, auth: handlers.auth() },
      { event: (name, packet) => pushed(line, name, packet), end: (error) => lost(line, error) },
    )
  } catch {
    // The page may not open a socket there; the other transport or another try may be let through.
    lost(line)
  }
}

function pushed(line: Line, name: string, packet: unknown) {
  const { handlers } = line
  if (!handlers) return
  if (name === 'ready') {
    clearTimeout(line.timer)
    line.since = Date.now()
    line.away = 0
    line.everOpen = true
    line.state.value = 'online'
    handlers.ready(packet as Ready)
  } else if (name === 'goaway') {
    const { in: delay } = packet as { in: number }
    line.away = Date.now() + Math.min(delay, LONGEST_WAIT_MS)
    clearTimeout(line.timer)
    line.timer = setTimeout(() => restart(line), line.away - Date.now())
  } else if (name === 'entries' || name === 'signal' || name === 'staffed') handlers.push(name, packet as never)
}

/** The line is down: plans the next try, with exponential growth and jitter. */
function lost(line: Line, error?: WireError) {
  // Who says welcome and hangs up at once is not asked again at once.
  if (line.since && Date.now() - line.since > STEADY_MS) line.tries = 0
  line.since = 0
  drop(line)
  if (error && line.handlers && !line.handlers.refused(error)) {
    line.state.value = error.code === 'unauthorized' ? 'offline' : 'refused'
    return
  }
  line.state.value = globalThis.navigator?.onLine === false ? 'offline' : line.everOpen ? 'reconnecting' : 'connecting'
  const grown = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** line.tries++)
  const jitter = 0.5 + (line.random ?? Math.random)() / 2
  wait(line, Math.max(grown * jitter, line.away - Date.now(), error?.retryAfter ?? 0))
  if (!line.everOpen && line.fallback && line.tries === TRIES_BEFORE_FALLBACK)
    line.fallback().then(
      (open) => {
        if ('error' in open) return lost(line, open.error)
        line.open = open
        if (line.state.value !== 'online') restart(line)
      },
      () => {
        line.tries = 1
      },
    )
}

function wait(line: Line, delay: number) {
  line.timer = setTimeout(() => attempt(line), Math.min(delay, LONGEST_WAIT_MS))
}

function restart(line: Line) {
  drop(line)
  if (line.state.value === 'online') line.state.value = 'reconnecting'
  attempt(line)
}

function drop(line: Line) {
  clearTimeout(line.timer)
  line.link?.close()
  line.link = undefined
  for (const answer of [...line.pending]) answer(failure('unavailable', 'the line is down'))
}

interface Question<K extends Asked> {
  event: K
  packet: PacketOf<K>
  patience: number
}

function request<K extends Asked>(line: Line, question: Question<K>): Promise<AnswerOf<K> | Refused> {
  const { link } = line
  if (!link || line.state.value !== 'online') return Promise.resolve(failure('unavailable', 'the line is down'))
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      settle(failure('timeout', 'no answer in time'))
      if (line.link === link) restart(line)
    }, question.patience)
    function settle(answer: AnswerOf<K> | Refused) {
      clearTimeout(timer)
      line.pending.delete(settle)
      resolve(answer)
    }
    line.pending.add(settle)
    link.emit(question.event, question.packet, (answer) => settle(answer as AnswerOf<K>))
  })
}

function failure(code: 'unavailable' | 'timeout', message: string): Refused {
  return { error: { code, message, retryable: true } }
}
