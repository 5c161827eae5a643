import type { Logger } from '@hutong/core/adapter'
import type { Backend, Event } from '@hutong/core/backend'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { createBuckets } from '@hutong/core/rate'
import { BACKEND_PACKET_MAX, type BackendPushes, type BackendRequests, backendAuth } from '@hutong/core/wire'
import type { DefaultEventsMap, Server } from 'socket.io'
import { agentsFor, agentsOf } from './agents.ts'
import { type Actor, type Auth, authorOf, mayEnter } from './auth.ts'
import { type BackendConnection, type Seat, serveRequests } from './backend-requests.ts'
import type { Seat as EventSeat } from './backends/seats.ts'
import { isSocketBackend } from './backends/socket.ts'
import { linked } from './event-links.ts'
import { createFeedNews, type FeedNews, verifyAfter } from './feed-news.ts'
import { createFeedReader, type FeedReader } from './feed-reader.ts'
import type { Files } from './files.ts'
import type { Presence } from './presence.ts'
import { withUrls } from './present.ts'
import type { Relay } from './relay.ts'
import type { Store } from './stores/store.ts'

export interface BackendSocketOptions {
  io: Server
  relay: Pick<Relay, 'act' | 'signal' | 'follow' | 'onEvents' | 'hasten'>
  store: Store
  auth: Auth
  files: Pick<Files, 'url'>
  backends?: readonly Backend[]
  presence: Presence
  logger: Logger
  now?: () => number
  /** Milliseconds between looks for sessions that have ended. Default 30 000. */
  sessionCheck?: number
}

export interface BackendSocket {
  /** Sockets connected now. */
  count(): number
  /** Lets nobody in any more, asks everybody to come back within `spread` milliseconds and hangs up. */
  close(spread?: number): void
}

/** How long a batch of events may stay unacknowledged before the socket is cut off to start over. */
const ACK_MS = 60_000
/** Most sockets of one token. */
const SOCKETS_MAX = 32
/** Milliseconds until one more may ask again. */
const RETRY_AFTER = 5_000
const RATE = { perMinute: 3_000, burst: 200 }

/**
 * Serves backends and the desk on the namespace `/backend`. Whoever shall come back is hung up on by closing the connection:
 * stock clients take the end of the namespace alone for a farewell.
 */
export function createBackendSocket(options: BackendSocketOptions): BackendSocket {
  const { io, relay, store, auth, presence, logger, now = Date.now, sessionCheck = 30_000 } = options
  const namespace = io.of('/backend') as ReturnType<
    Server<BackendRequests, BackendPushes, DefaultEventsMap, Seat>['of']
  >
  const buckets = createBuckets(RATE, now)
  const news = createFeedNews({ relay, store })
  let closing = false
  const logged = (err: unknown) => logger.error({ err }, 'the backend socket could not read the store')

  namespace.use((socket, next) => {
    const enter = async () => {
      if (closing) throw new HutongError('unavailable', 'the relay is going away; connect again')
      socket.data = await admit(options, socket)
      verifyRoom(socket.data.actor, namespace.sockets.values())
    }
    enter().then(
      () => next(),
      (cause: unknown) => next(refusal(cause)),
    )
  })
  namespace.on('connection', (socket) => {
    const leave = socket.data.actor.kind === 'agent' ? presence.enter(socket.data.actor.id) : undefined
    const stopServing = serveRequests({ ...options, buckets }, socket)
    const stopFollowing = follow({ ...options, news }, socket)
    const stand = takeSeat(options, socket)
    socket.on('disconnect', () => {
      stand()
      stopFollowing()
      stopServing()
      leave?.()
    })
    // The session may have ended while the socket was being let in.
    endWithSession(auth, socket).catch(logged)
  })

  const stopPresence = presence.onChange(() => {
    agentsOf(store, presence).then((agents) => {
      for (const socket of namespace.sockets.values())
        socket.emit('agents', { agents: agentsFor(socket.data.actor, agents) })
    }, logged)
  })
  const stopEnding = auth.onEnd((holds) => {
    for (const socket of namespace.sockets.values()) if (holds(socket.data.cookie)) socket.disconnect(true)
  })
  const sessions = setInterval(() => {
    for (const socket of namespace.sockets.values()) endWithSession(auth, socket).catch(logged)
  }, sessionCheck).unref()

  return {
    count: () => namespace.sockets.size,
    close(spread = 3_000) {
      closing = true
      clearInterval(sessions)
      stopEnding()
      news.close()
      stopPresence()
      for (const socket of namespace.sockets.values()) {
        socket.emit('goaway', { in: Math.floor(Math.random() * spread) })
        socket.conn.close()
      }
    },
  }
}

/** The refusal of a CONNECT, as clients of Socket.IO read it: `error.data` is the WireError. */
function refusal(cause: unknown): Error {
  const error = toHutongError(cause)
  return Object.assign(new Error(`${error.code}: ${error.message}`), { data: error.toJSON() })
}

/** So many sockets of one token are let in; agents open windows, programs may open anything. */
function verifyRoom({ kind, id }: Actor, sockets: Iterable<BackendConnection>): void {
  if (kind !== 'token') return
  let there = 0
  for (const { data } of sockets) if (data.actor.kind === kind && data.actor.id === id) there += 1
  if (there < SOCKETS_MAX) return
  throw new HutongError(
    'throttled',
    `${SOCKETS_MAX} sockets of the token "${id}" are connected already: close one, and give one more credit rather than open another`,
    { retryAfter: RETRY_AFTER },
  )
}

/** Whoever asks for events on a socket that would never bring any is told so. */
function verifySeat({ kind, id }: Actor, backends: readonly Backend[]): void {
  const backend = kind === 'token' ? backends.find(({ name }) => name === id) : undefined
  if (backend && isSocketBackend(backend)) return
  const why =
    kind === 'agent'
      ? 'is for programs with a token'
      : backend
        ? `the backend "${id}" is not of "kind": "socket", so its events come on another wire: change its kind, or leave credit out`
        : `no backend is called "${id}" like this token: add one of "kind": "socket", connect with the token of one, or leave credit out`
  throw new HutongError('invalid', `credit: ${why}`, { field: 'credit' })
}

async function admit({ auth, store, backends = [] }: BackendSocketOptions, socket: BackendConnection): Promise<Seat> {
  const { token, after, credit, feed } = parse(backendAuth, socket.handshake.auth)
  const { cookie, origin, host, authorization } = socket.handshake.headers
  const bearer = token === undefined ? authorization : `Bearer ${token}`
  // Without an Origin header only the browser's own word counts: same-origin requests of the polling transport.
  const ours = auth.trusts(origin, host) || (!origin && socket.handshake.headers['sec-fetch-site'] === 'same-origin')
  const actor = await auth.who(bearer === undefined ? { cookie: ours ? cookie : undefined } : { authorization: bearer })
  if (actor === undefined)
    throw new HutongError('unauthorized', 'sign in at the desk, or connect with auth { token } of the configuration')
  if (credit > 0) verifySeat(actor, backends)
  if (after !== undefined) await verifyAfter(after, store)
  return { actor, after, credit, feed, cookie: bearer === undefined ? cookie : undefined }
}

/** Has the events brought that the backend of this name must answer, when the socket asks for them. */
function takeSeat(
  { backends = [], relay, files, logger, now = Date.now }: BackendSocketOptions,
  socket: BackendConnection,
): () => void {
  const { actor, credit } = socket.data
  if (credit === 0 || actor.kind !== 'token') return () => undefined
  const backend = backends.find(({ name }) => name === actor.id)
  if (!backend || !isSocketBackend(backend)) return () => undefined
  const bring = createBringing(socket)
  const seat: EventSeat = {
    credit,
    enters: (site) => mayEnter(actor, site),
    send: (event, ...rest) => bring(linked(event, files, now()), ...rest),
    end() {
      logger.warn(
        { backend: backend.name, credit },
        'a backend that acknowledges nothing and has no credit left is hung up on',
      )
      socket.conn.close()
    },
  }
  const stand = backend.sit(seat)
  relay
    .hasten(backend.name, 'kindly')
    .catch((err: unknown) => logger.error({ err, backend: backend.name }, 'what waits could not be made due'))
  return stand
}

/** Brings events to a socket; those that are under way when it is lost are rejected. */
function createBringing(socket: BackendConnection): EventSeat['send'] {
  const under = new Set<(cause: Error) => void>()
  socket.once('disconnect', (_, description) => {
    const why = isTooLong(description) ? `: it sent a packet of more than ${BACKEND_PACKET_MAX / 1024} KiB` : ''
    for (const lose of under)
      lose(new HutongError('unreachable', `the socket of ${socket.data.actor.id} was lost${why}`))
  })
  return async (event, signal, acknowledged) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const late = () => reject(signal.reason)
    under.add(reject)
    signal.addEventListener('abort', late, { once: true })
    socket.emit('event', { event }, (answer) => {
      acknowledged()
      resolve(answer)
    })
    try {
      return await promise
    } finally {
      under.delete(reject)
      signal.removeEventListener('abort', late)
    }
  }
}

/** Of the error of a WebSocket Engine.IO hands on the words alone. */
function isTooLong(description: unknown): boolean {
  return description instanceof Error && description.message.includes('Max payload size exceeded')
}

async function endWithSession(auth: Auth, socket: BackendConnection): Promise<void> {
  const { cookie } = socket.data
  if (cookie !== undefined && !(await auth.alive(cookie))) socket.disconnect(true)
}

/** Greets the socket and brings it the events of its sites from where it left off. The returned function ends that. */
function follow(options: BackendSocketOptions & { news: FeedNews }, socket: BackendConnection): () => void {
  const { store, presence, files, logger, news, now = Date.now } = options
  const { actor, after } = socket.data
  const only = actor.sites !== 'all' && actor.sites.length === 1 ? actor.sites[0] : undefined
  const concerns = (event: Event) => mayEnter(actor, event.site)
  // The links of a person are no better than the session, and end like those of the desk's other answers.
  const shown = (event: Event) =>
    actor.kind === 'token' ? linked(event, files, now()) : { ...event, entry: withUrls(event.entry, files) }
  const giveUp = (err: unknown) => {
    logger.warn({ err, actor: actor.id }, 'a backend was cut off; it resumes from the feed')
    socket.conn.close()
  }
  let reader: FeedReader | undefined
  let leave: (() => void) | undefined

  async function greet(): Promise<void> {
    const [newest, agents] = await Promise.all([store.position(), agentsOf(store, presence)])
    const position = after ?? newest
    const { kind, id, name } = authorOf(actor)
    socket.emit('ready', { position, me: { kind, id, name }, agents: agentsFor(actor, agents), at: now() })
    if (!socket.connected || !socket.data.feed) return
    reader = createFeedReader({
      after: position,
      read: (after, limit) => news.read({ after, limit, ...(only === undefined ? {} : { site: only }) }),
      wanted: concerns,
      async deliver(events, position) {
        await socket.timeout(ACK_MS).emitWithAck('events', { events: events.map(shown), position, at: now() })
      },
      failed: giveUp,
    })
    leave = news.add({ concerns, wake: reader.wake, pass: reader.pass })
    reader.wake()
  }

  greet().catch(giveUp)
  return () => {
    leave?.()
    reader?.stop()
  }
}
