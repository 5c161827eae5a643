import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { EntriesPacket, GoawayPacket, Ready } from '@hutong/core/wire'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * A relay that does only what the script says, to hold clients of the wire protocol against: it can send gaps, repeats,
 * entries out of order, fall silent, hang up or go away, and it writes down everything that a client may not do.
 */
export interface ScriptedServer {
  url: string
  /** The next connection whose client has sent CONNECT; rejects after `patience` milliseconds. */
  connection(patience?: number): Promise<ScriptedConnection>
  /** How many connections there were. */
  readonly connections: number
  /** What clients did against the protocol, in words; a well-behaved client leaves it empty. */
  readonly offences: readonly string[]
  close(): Promise<void>
}

export interface ScriptedConnection {
  /** What the client said of itself: `site`, `token`, `after` … */
  auth: Record<string, unknown>
  /** The query of the address it connected to. */
  query: URLSearchParams
  /** Lets the client in and says `ready`. */
  welcome(ready?: Partial<Ready>): void
  /** Does not let it in. */
  refuse(error: WireError): void
  entries(packet: EntriesPacket): void
  goaway(packet: GoawayPacket): void
  /** Any other event. */
  push(name: string, payload: unknown): void
  /** The next packet of this name, in the order they came; rejects after `patience` milliseconds. */
  next(name: string, patience?: number): Promise<ScriptedPacket>
  /** Packets of this name that were not asked for yet. */
  waiting(name: string): number
  /** Sends a ping; resolves when the pong came. */
  ping(): Promise<void>
  /** From here on nothing is sent and nothing is read, the connection stays open: half-open, as after a lost network. */
  fallSilent(): void
  /** Cuts the connection without a word. */
  cut(): void
  readonly open: boolean
}

export interface ScriptedPacket {
  payload: unknown
  /** Acknowledges it. */
  answer(result: unknown): void
}

export interface ScriptedOptions {
  pingInterval?: number
  pingTimeout?: number
}

const EVENTS = ['send', 'after', 'history', 'identify', 'typing', 'cursor', 'visit']
const ANSWERED = ['send', 'after', 'history', 'identify']
const PATIENCE = 3_000
const FRAME_MAX = 64 * 1024

export async function createScriptedServer(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const { pingInterval = 25_000, pingTimeout = 20_000 } = options
  const http = createServer((_request, response) => response.writeHead(404).end())
  const sockets = new WebSocketServer({ server: http })
  const connected: ScriptedConnection[] = []
  const offences: string[] = []
  let taken = 0

  sockets.on('connection', (socket, request) => {
    const query = new URL(request.url ?? '/', 'http://server').searchParams
    if (query.get('EIO') !== '4' || query.get('transport') !== 'websocket')
      offences.push(`the address lacks EIO=4 and transport=websocket: ${request.url}`)
    const offence = (what: string) => void offences.push(what)
    connect({ socket, query, offence, arrived: (connection) => void connected.push(connection) })
    const handshake = { sid: `s${connected.length}`, upgrades: [], pingInterval, pingTimeout, maxPayload: FRAME_MAX }
    socket.send(`0${JSON.stringify(handshake)}`)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    connection: (patience = PATIENCE) => {
      const wanted = taken++
      return until('a connection', () => connected[wanted], patience)
    },
    get connections() {
      return connected.length
    },
    offences,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

interface Connecting {
  socket: WebSocket
  query: URLSearchParams
  offence(what: string): void
  arrived(connection: ScriptedConnection): void
}

function connect({ socket, query, offence, arrived }: Connecting): void {
  const packets = new Map<string, ScriptedPacket[]>()
  const state = { silent: false, welcomed: false, pongs: 0 }
  const send = (frame: string) => {
    if (!state.silent) socket.send(frame)
  }

  function onEvent(id: string, json: string): void {
    const [name, payload] = JSON.parse(json)
    if (!state.welcomed) offence(`${name} before the server answered CONNECT`)
    if (!EVENTS.includes(name)) offence(`an event that does not exist: ${name}`)
    if (ANSWERED.includes(name) && id === '') offence(`${name} without an acknowledgement`)
    const packet = { payload, answer: (result: unknown) => send(`43${id}${JSON.stringify([result])}`) }
    packets.set(name, [...(packets.get(name) ?? []), packet])
  }

  socket.on('message', (data, binary) => {
    const frame = String(data)
    if (state.silent) return
    if (binary) offence('a binary frame')
    else if (frame.length > FRAME_MAX) offence(`a frame of ${frame.length} bytes`)
    else if (frame === '3') state.pongs += 1
    else if (frame.startsWith('40')) arrived(createConnection(JSON.parse(frame.slice(2) || '{}')))
    else {
      const [, id = '', json] = /^42(\d*)(\[.*)$/s.exec(frame) ?? []
      if (json !== undefined) onEvent(id, json)
      else if (frame !== '41' && frame !== '1' && !/^43\d+\[/.test(frame))
        offence(`a frame that means nothing: ${frame}`)
    }
  })

  function createConnection(auth: Record<string, unknown>): ScriptedConnection {
    if (typeof auth.site !== 'string') offence('CONNECT without a site')
    const push = (name: string, payload: unknown) => send(`42${JSON.stringify([name, payload])}`)
    return {
      auth,
      query,
      welcome(ready = {}) {
        state.welcomed = true
        send('40{"sid":"scripted"}')
        push('ready', {
          ...READY,
          at: Date.now(),
          ...(auth.token === undefined && { token: 'scripted-token' }),
          ...ready,
        })
      },
      refuse: (error) => send(`44${JSON.stringify({ message: `${error.code}: ${error.message}`, data: error })}`),
      entries: (packet) => push('entries', packet),
      goaway: (packet) => push('goaway', packet),
      push,
      next: (name, patience = PATIENCE) => until(name, () => packets.get(name)?.shift(), patience),
      waiting: (name) => packets.get(name)?.length ?? 0,
      async ping() {
        const before = state.pongs
        send('2')
        await until('a pong', () => state.pongs > before, PATIENCE)
      },
      fallSilent() {
        state.silent = true
      },
      cut: () => socket.terminate(),
      get open() {
        return socket.readyState === socket.OPEN
      },
    }
  }
}

const READY: Ready = {
  last: 0,
  cursors: [],
  site: { name: 'Scripted', staffed: true, typingPreview: false, uploads: { maxBytes: 1_000_000, types: ['image/*'] } },
  at: 0,
}

/** Entries `from` to `to` of an agent, ready to be pushed in any order. */
export function scriptedEntries(from: number, to: number, conversation = 'v_scripted'): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    conversation,
    seq: from + index,
    key: `scripted-${from + index}`,
    at: 1_700_000_000_000 + from + index,
    from: { kind: 'agent', id: 'a_scripted', name: 'Anna' },
    body: { kind: 'message', parts: [{ kind: 'text', text: `text ${from + index}`, format: 'plain' }] },
  }))
}

async function until<T>(what: string, look: () => T, patience: number): Promise<NonNullable<T>> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(2)) {
    const seen = look()
    if (seen !== undefined && seen !== null && seen !== false) return seen
  }
  throw new Error(`the client left the server waiting ${patience} ms for ${what}`)
}
