import WebSocket from 'ws'

/**
 * A visitor's connection that costs next to nothing: Socket.IO text frames read and written by hand over `ws`, so that a
 * load of them does not saturate before the server does.
 */
export interface LightClient {
  /** Sends an event whose answer will reach `ack` under `id`; `payload` is JSON text. */
  request(id: number, event: string, payload: string): void
  /** Hangs up without a goodbye. */
  close(): void
  /** Bytes that wait to leave. */
  readonly waiting: number
}

export interface LightHandlers {
  /** `["ready",{…}]` as JSON text. */
  ready?(text: string): void
  /** The acknowledgement of a request; `refused` when it carries an error. `text()` is its JSON array. */
  ack?(answer: { id: number; refused: boolean; text(): string }): void
  /** An `entries` packet; `last` is the log's end it names. `text()` is the JSON array of the event. */
  entries?(packet: { last: number; text(): string }): void
  /** Any other event, as JSON text. */
  event?(text: string): void
  /** The namespace refused us; the reason as JSON text. */
  refused?(text: string): void
  closed?(): void
}

const OPEN = 0x30
const PING = 0x32
const MESSAGE = 0x34
const EVENT = 0x32
const ACK = 0x33
const CONNECT_ERROR = 0x34
const BRACKET = 0x5b
const LETTER_E = 0x65
const LETTER_N = 0x6e
const LETTER_R = 0x72
const ZERO = 0x30
const NINE = 0x39

/** Connects at once. `url` is the origin (http://…), `auth` the payload of CONNECT. */
export function connectLight(
  url: string,
  auth: { site: string; [field: string]: unknown },
  handlers: LightHandlers,
): LightClient {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket&site=${auth.site}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  })
  socket.on('message', (data: Buffer) => {
    if (data[0] === MESSAGE) onMessage(data, handlers)
    else if (data[0] === PING) socket.send('3')
    else if (data[0] === OPEN) socket.send(`40${JSON.stringify(auth)}`)
  })
  socket.on('close', () => handlers.closed?.())
  // Every failure of a socket ends in "close", where it is dealt with.
  socket.on('error', () => {})
  return {
    request: (id, event, payload) => socket.send(`42${id}["${event}",${payload}]`),
    close: () => socket.terminate(),
    get waiting() {
      return socket.bufferedAmount
    },
  }
}

function onMessage(data: Buffer, handlers: LightHandlers): void {
  if (data[1] === ACK) onAck(data, handlers)
  else if (data[1] === EVENT) onEvent(data, handlers)
  else if (data[1] === CONNECT_ERROR) handlers.refused?.(data.toString('utf8', 2))
}

/** `43<id>[{"seq":…}]`, or `43<id>[{"error":…}]`. */
function onAck(data: Buffer, handlers: LightHandlers): void {
  let id = 0
  let at = 2
  for (let byte = data[at]; byte !== undefined && byte !== BRACKET; byte = data[++at]) id = id * 10 + byte - ZERO
  handlers.ack?.({ id, refused: data[at + 3] === LETTER_E, text: () => data.toString('utf8', at) })
}

/** `42["entries",{…,"last":<n>}]` and other events; told apart by the first letters of their names. */
function onEvent(data: Buffer, handlers: LightHandlers): void {
  const text = () => data.toString('utf8', 2)
  if (data[4] === LETTER_E && data[5] === LETTER_N) handlers.entries?.({ last: trailingNumber(data), text })
  else if (data[4] === LETTER_R) handlers.ready?.(text())
  else handlers.event?.(text())
}

function trailingNumber(data: Buffer): number {
  let value = 0
  let unit = 1
  for (let at = data.length - 3; at > 0; at--) {
    const byte = data[at] ?? 0
    if (byte < ZERO || byte > NINE) break
    value += (byte - ZERO) * unit
    unit *= 10
  }
  return value
}
