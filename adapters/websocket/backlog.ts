import { setTimeout } from 'node:timers/promises'
import type { Socket } from 'socket.io'

/** Bytes that may wait for one slow reader; then it is cut off and resumes from the log. */
const BACKLOG_MAX = 1_000_000
/** How often a reader that is being brought up to date is looked at, in milliseconds. */
const DRAIN_STEP = 5

type Connection = Socket['conn']
type Queue = readonly { data?: string | Uint8Array }[]

interface WebSocketOf {
  bufferedAmount: number
  terminate(): void
}

/** Hangs up on a reader for whom too much waits; false when it keeps up, or is gone already. */
export function dropSlow(conn: Connection): boolean {
  if (conn.readyState !== 'open' || backlogOf(conn) <= BACKLOG_MAX) return false
  const socket = webSocketOf(conn)
  conn.close(true)
  // A goodbye would wait behind all that is not read.
  socket?.terminate()
  return true
}

/** Resolves when the reader has taken what was written, or is gone. */
export async function drained(conn: Connection): Promise<void> {
  while (conn.readyState === 'open' && queueOf(conn).length > 0) await setTimeout(DRAIN_STEP)
}

function backlogOf(conn: Connection): number {
  return bytesIn(queueOf(conn)) + (webSocketOf(conn)?.bufferedAmount ?? 0)
}

const counted = new WeakMap<Queue, { upTo: number; bytes: number }>()

/** Engine.IO only ever adds to a queue, and begins a new one once it has handed it on: each packet is counted once. */
function bytesIn(queue: Queue): number {
  if (queue.length === 0) return 0
  const count = counted.get(queue) ?? { upTo: 0, bytes: 0 }
  for (; count.upTo < queue.length; count.upTo += 1) {
    const { data } = queue[count.upTo] ?? {}
    count.bytes += data === undefined ? 0 : Buffer.byteLength(data)
  }
  counted.set(queue, count)
  return count.bytes
}

// Engine.IO declares both private and offers no other way to see how far a reader is behind.
function queueOf(conn: Connection): Queue {
  return Reflect.get(conn, 'writeBuffer')
}

/** Undefined over HTTP polling, where nothing waits beyond the queue. */
function webSocketOf(conn: Connection): WebSocketOf | undefined {
  return conn.transport.name === 'websocket' ? Reflect.get(conn.transport, 'socket') : undefined
}
