import { setTimeout } from 'node:timers/promises'
import type { Thread as Found, Host } from '@hutong/core/adapter'
import { createClientAddress, networkOf } from '@hutong/core/client-address'
import { HutongError, toHutongError, type WireError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { createBuckets } from '@hutong/core/rate'
import { type GoawayPacket, visitorAuth } from '@hutong/core/wire'
import type { Server, Socket } from 'socket.io'
import { drained, dropSlow } from './backlog.ts'
import { encodeEvent, encodeFrame, encodeReady } from './codec.ts'
import type { Identities, VisitorIdentity } from './identity.ts'
import type { WebLimits } from './limits.ts'
import { createPeople, type Person } from './people.ts'
import { passSignal, REQUESTS, seat } from './requests.ts'
import type { FindSite, WebSite } from './site.ts'
import { refuseAfter, type Said, senderOf, type Tab, type Web, type WebCount } from './tab.ts'
import { createThreads } from './threads.ts'

export interface VisitorsOptions {
  io: Server
  host: Host
  sites: FindSite
  identities: Identities
  limits: WebLimits
  trustProxy: readonly string[]
  offlineAfter: number
  onStaffed(changed: () => void): () => void
  count(what: WebCount): void
}

/** A visitor let in by `admit`, waiting for its socket. */
interface Guest {
  site: WebSite
  identity: VisitorIdentity
  place: string
  after: number
  found: Found | undefined
  token: string | undefined
  said: Said
}

/** `close` waits at most 5 s for what is under way, looking every 20 ms. */
const CLOSE_STEP = 20
const CLOSE_TRIES = 250

export interface Visitors {
  /** Says goodbye, lets what is under way finish, then hangs up. */
  close(spread: number): Promise<void>
}

/** Lets visitors in on the main namespace, one for each connection, and serves their packets. */
export function createVisitors(options: VisitorsOptions): Visitors {
  const visitors = options.io.of('/')
  const web = createWeb(options)
  const addressOf = createClientAddress(options.trustProxy)
  const state = { closing: false, underWay: 0 }
  const taken = new WeakSet<Socket['conn']>()
  const unwatch = options.onStaffed(createStaffNews(visitors.sockets))

  function onPacket(this: Socket, name: unknown, ...said: unknown[]): void {
    const request = REQUESTS.get(name)
    if (!request) {
      onSignal(web, this.data, [name, said[0]])
      return
    }
    const last = said.at(-1)
    const answer = typeof last === 'function' ? last : unanswered
    const over = (result: unknown) => {
      state.underWay -= 1
      answer(result)
      if (dropSlow(this.conn)) web.count('reader_dropped')
    }
    state.underWay += 1
    request(web, this.data, said[0]).then(over, (problem: unknown) => over({ error: refusal(web, problem) }))
  }

  function onDisconnect(this: Socket): void {
    const tab: Tab = this.data
    web.threads.leave(tab)
    web.people.depart(tab.person, tab)
  }

  visitors.use((socket, next) => {
    const { conn } = socket
    if (taken.has(conn)) {
      next(new Error('invalid: one visitor for each connection'))
      conn.close()
      return
    }
    taken.add(conn)
    const admitted = state.closing ? refuseNew() : admit(web, socket, networkOf(addressOf(socket.request)))
    admitted.then(
      (guest) => {
        socket.data = guest
        next()
      },
      (problem: unknown) => {
        taken.delete(conn)
        const error = refusal(web, problem)
        next(Object.assign(new Error(`${error.code}: ${error.message}`), { data: error }))
      },
    )
  })
  visitors.on('connection', (socket) => {
    welcome(web, socket)
    socket.onAny(onPacket)
    socket.on('disconnect', onDisconnect)
  })

  return {
    async close(spread) {
      state.closing = true
      unwatch()
      for (const { conn } of visitors.sockets.values())
        conn.write(encodeEvent('goaway', { in: Math.floor(Math.random() * spread) } satisfies GoawayPacket))
      for (let tries = 0; state.underWay > 0 && tries < CLOSE_TRIES; tries += 1) await setTimeout(CLOSE_STEP)
      // Closing the connection, not the namespace: stock clients come back by themselves only after the former.
      for (const { conn } of visitors.sockets.values()) conn.close()
      web.people.close()
    },
  }
}

function createWeb({ host, sites, identities, limits, offlineAfter, count }: VisitorsOptions): Web {
  const now = () => host.clock.now()
  const frame = createFraming()
  return {
    host,
    sites,
    identities,
    limits,
    people: createPeople<Tab>({ offlineAfter, presence }),
    threads: createThreads<Tab>({
      log: host.log,
      url: (file) => host.files.url(file),
      write,
      drained: ({ socket }) => drained(socket.conn),
    }),
    buckets: {
      connects: createBuckets(limits.connects, now),
      messagesPerIp: createBuckets(limits.messagesPerIp, now),
      conversations: createBuckets(limits.conversations, now),
    },
    count,
    now,
  }

  function presence(person: Person<Tab>, online: boolean): void {
    if (person.conversation !== undefined) host.signal(senderOf(person), { kind: 'presence', online })
  }

  function write({ socket }: Tab, packet: string): void {
    socket.conn.write(packet, frame(packet))
    if (dropSlow(socket.conn)) count('reader_dropped')
  }
}

/**
 * The packet as one WebSocket frame, made once for all who get it. Engine.IO sends such a frame as it is (Socket.IO's own
 * broadcasts rely on that); over polling, and should it ever stop, the packet itself is sent.
 */
function createFraming(): (packet: string) => object {
  let known = ''
  let options = {}
  return (packet) => {
    if (packet === known) return options
    known = packet
    options = { wsPreEncodedFrame: [encodeFrame(packet)] }
    return options
  }
}

async function refuseNew(): Promise<never> {
  throw new HutongError('unavailable', 'the relay is going away; connect again', { retryAfter: 1_000 })
}

async function admit(web: Web, socket: Socket, place: string): Promise<Guest> {
  const { identities, host } = web
  refuseAfter(web.buckets.connects.take(place))
  const auth = parse(visitorAuth, socket.handshake.auth)
  const site = siteFor(web.sites, auth.site, socket.handshake.headers.origin)
  const token = auth.jwt === undefined && auth.token === undefined ? identities.fresh(site) : undefined
  const identity =
    auth.jwt === undefined
      ? identities.fromToken(site, auth.token ?? token ?? '')
      : await identities.fromJwt(site, auth.jwt)
  const found = token === undefined ? await host.log.find(site.id, identity.address) : undefined
  const profile = { ...(auth.locale !== undefined && { locale: auth.locale }), ...identity.profile }
  const said = { profile, ...(auth.visit && { visit: auth.visit }) }
  return { site, identity, place, after: auth.after ?? 0, found, token, said }
}

function siteFor(sites: FindSite, key: string, origin: string | undefined): WebSite {
  const site = sites(key)
  if (!site) throw new HutongError('not_found', `site: there is no site "${key}"`, { field: 'site' })
  if (origin === undefined || site.origins.includes(origin)) return site
  throw new HutongError('forbidden', `site: "${key}" may not be used from ${origin}`, { field: 'site' })
}

function welcome(web: Web, socket: Socket): void {
  const { site, identity, place, after, found, token, said }: Guest = socket.data
  const person = web.people.of(site, identity)
  const tab: Tab = { socket, place, person, thread: undefined, said, ahead: undefined }
  socket.data = tab
  // Socket.IO keeps the handshake request for the life of the connection; nothing reads it after this line.
  Reflect.set(socket.conn, 'request', undefined)
  socket.conn.write(
    encodeEvent('ready', encodeReady({ site, identity, found, profile: said.profile, token, at: web.now() })),
  )
  seat(web, tab, { found, after })
  if (found && said.visit) web.host.signal(senderOf(person), { kind: 'visit', visit: said.visit })
}

/** Tells the visitors of every site whose desk was filled or left since they were told last. */
function createStaffNews(sockets: ReadonlyMap<string, Socket>): () => void {
  const told = new Map<WebSite, boolean>()
  return () => {
    const packets = new Map<WebSite, string>()
    for (const { data } of sockets.values()) {
      const { site }: Person<Tab> = data.person
      const staffed = site.staffed()
      if (told.get(site) !== staffed) packets.set(site, encodeEvent('staffed', { staffed }))
      told.set(site, staffed)
    }
    for (const { conn, data } of sockets.values()) {
      const packet = packets.get(data.person.site)
      if (packet !== undefined) conn.write(packet)
    }
  }
}

function onSignal(web: Web, tab: Tab, packet: readonly [unknown, unknown]): void {
  try {
    if (!passSignal(web, tab, packet)) web.count('packet_ignored')
  } catch (problem) {
    if (!(problem instanceof HutongError)) web.host.logger.error({ err: problem }, 'a signal of a visitor failed')
    web.count('packet_ignored')
  }
}

function refusal(web: Web, problem: unknown): WireError {
  if (!(problem instanceof HutongError)) web.host.logger.error({ err: problem }, 'a request of a visitor failed')
  return toHutongError(problem).toJSON()
}

function unanswered(): void {
  // A request without acknowledgement is carried out; its sender did not ask for the answer.
}
