import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Logger } from '@hutong/core/adapter'
import { createClientAddress, networkOf } from '@hutong/core/client-address'
import { BACKEND_PACKET_MAX, PACKET_MAX } from '@hutong/core/wire'
import { Server } from 'socket.io'
import { type ServerOptions, WebSocketServer } from 'ws'
import { createRefusalLog } from './refusal-log.ts'
import type { FindSite } from './site.ts'

export interface SocketServerOptions {
  sites: FindSite
  /** Whether clients whose network blocks WebSocket may use HTTP long polling. Default false. */
  polling?: boolean
  /** Most open connections of one IPv4 address or IPv6 network (/64). Default 200. */
  maxSocketsPerIp?: number
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-For` is believed. Default none. */
  trustProxy?: readonly string[]
  /** Milliseconds between pings, and until a silent client counts as gone. Defaults 25 000 and 20 000. */
  pingInterval?: number
  pingTimeout?: number
  /** Where it is told who was refused for a page's origin or an unknown site. */
  logger?: Logger
}

/** The one Socket.IO server of a relay, on its HTTP server. Refuses foreign origins and crowds before a byte of meaning is read. */
export function createSocketServer(http: HttpServer, options: SocketServerOptions): Server {
  const { sites, polling = false, maxSocketsPerIp = 200, trustProxy = [] } = options
  const tell = options.logger && createRefusalLog(options.logger, Date.now)
  const addressOf = createClientAddress(trustProxy)
  const placeOf = (request: IncomingMessage) => networkOf(addressOf(request))
  const crowd = new Map<string, number>()
  const io = new Server(http, {
    transports: polling ? ['websocket', 'polling'] : ['websocket'],
    allowUpgrades: polling,
    maxHttpBufferSize: PACKET_MAX,
    wsEngine: WebSocketServers,
    pingInterval: options.pingInterval ?? 25_000,
    pingTimeout: options.pingTimeout ?? 20_000,
    connectTimeout: 10_000,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    cors: corsFor(sites),
    allowRequest(request, decide) {
      if (!allowed(sites, request)) {
        const site = siteKey(request)
        tell?.({ site, origin: request.headers.origin, known: site !== null && sites(site) !== undefined })
        return decide('this origin may not connect', false)
      }
      if ((crowd.get(placeOf(request)) ?? 0) >= maxSocketsPerIp) return decide('too many connections', false)
      decide(undefined, true)
    },
  })
  const counted = new WeakMap<object, string>()
  io.engine.on(
    'connection',
    (connection: { request: IncomingMessage; once(name: 'close', left: () => void): void }) => {
      const place = placeOf(connection.request)
      counted.set(connection, place)
      crowd.set(place, (crowd.get(place) ?? 0) + 1)
      connection.once('close', left)
    },
  )

  function left(this: object | void): void {
    const place = this === undefined ? undefined : counted.get(this)
    if (place === undefined) return
    const others = (crowd.get(place) ?? 1) - 1
    if (others > 0) crowd.set(place, others)
    else crowd.delete(place)
  }

  return io
}

/**
 * What Engine.IO constructs in place of a WebSocket server: whoever names a site in the address is a visitor, and is held to
 * their limit by the length that a frame announces, before any of it is kept.
 */
function WebSocketServers(options: ServerOptions): Pick<WebSocketServer, 'handleUpgrade' | 'close'> {
  const visitors = new WebSocketServer(options)
  const backends = new WebSocketServer({ ...options, maxPayload: BACKEND_PACKET_MAX })
  return {
    handleUpgrade(request, ...rest) {
      const servers = siteKey(request) === null ? backends : visitors
      servers.handleUpgrade(request, ...rest)
    },
    close() {
      for (const one of [visitors, backends]) one.close()
    },
  }
}

type CorsDelegate = (
  request: Pick<IncomingMessage, 'headers' | 'url'>,
  decide: (problem: Error | null, cors?: { origin: boolean; maxAge: number }) => void,
) => void

/** Answers `Access-Control-Allow-Origin` with the request's own origin where that one is allowed, with nothing elsewhere. */
function corsFor(sites: FindSite): CorsDelegate {
  return (request, decide) => decide(null, { origin: allowed(sites, request), maxAge: 600 })
}

function allowed(sites: FindSite, request: Pick<IncomingMessage, 'headers' | 'url'>): boolean {
  const { origin, host } = request.headers
  const key = siteKey(request)
  if (key === null) return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  const site = sites(key)
  return site !== undefined && (origin === undefined || site.origins.includes(origin))
}

function siteKey({ url = '/' }: Pick<IncomingMessage, 'url'>): string | null {
  return new URL(url, 'http://relay').searchParams.get('site')
}
