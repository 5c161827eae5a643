import { setTimeout } from 'node:timers/promises'
import { connectLight, type LightClient } from './light-client.ts'

/**
 * A process full of visitors, steered over IPC: `join` connects conversations of two tabs each, `saturate` and `pace` make
 * one tab of each write while the other reads, `idle` opens sockets that do nothing.
 */
export type Order =
  | { do: 'join'; url: string; conversations: number }
  | { do: 'saturate'; url: string; ms: number; window: number }
  | { do: 'pace'; url: string; ms: number; perSecond: number }
  | { do: 'idle'; url: string; sockets: number }
  | { do: 'leave'; url: string }

export interface Tally {
  acked: number
  refused: number
  /** Messages the other tabs have not got a moment after the last acknowledgement. */
  unread: number
  /** Milliseconds from when a message was due to its acknowledgement. */
  latencies: number[]
  /** Microseconds of CPU this took here. */
  cpu: number
}

interface Visitor {
  writer: LightClient
  written: number
  read: number
  inFlight: number
  acked(at: number): void
  due: number[]
}

const TEXT = 'Hello, I ordered a lamp last week and would like to know where my parcel is now. '
const PAYLOAD = `","body":{"kind":"message","parts":[{"kind":"text","text":"${TEXT}"}]}}`
const RUN = Math.random().toString(36).slice(2, 10)

const visitors = new Map<string, Visitor[]>()
const idlers = new Map<string, LightClient[]>()
let refused = 0
let serial = 0

/** One of several that write as fast as answers come. */
function write(visitor: Visitor, due: number): void {
  visitor.inFlight += 1
  visitor.due.push(due)
  visitor.writer.request(0, 'send', `{"key":"${RUN}_${serial++}${PAYLOAD}`)
}

async function open(url: string): Promise<Visitor> {
  const token = Promise.withResolvers<string>()
  const first = Promise.withResolvers<void>()
  const reading = Promise.withResolvers<void>()
  const visitor: Visitor = {
    written: 0,
    read: 0,
    inFlight: 0,
    due: [],
    acked: () => first.resolve(),
    writer: connectLight(
      url,
      { site: 'bench' },
      {
        ready: (text) => token.resolve(JSON.parse(text)[1].token),
        ack(answer) {
          visitor.inFlight -= 1
          if (answer.refused) refused += 1
          else visitor.written += 1
          visitor.acked(visitor.due.shift() ?? 0)
        },
        refused: (text) => token.reject(new Error(text)),
      },
    ),
  }
  const secret = await token.promise
  write(visitor, 0)
  await first.promise
  connectLight(
    url,
    { site: 'bench', token: secret, after: 1 },
    {
      ready: () => reading.resolve(),
      entries: ({ last }) => {
        visitor.read = last
      },
    },
  )
  await reading.promise
  return visitor
}

async function join(url: string, conversations: number): Promise<void> {
  const all: Visitor[] = []
  for (let count = 0; count < conversations; count++) all.push(await open(url))
  visitors.set(url, all)
}

async function saturate(url: string, ms: number, window: number): Promise<number[]> {
  const all = visitors.get(url) ?? []
  let over = false
  for (const visitor of all) {
    visitor.acked = () => {
      if (!over) write(visitor, 0)
    }
    for (let count = 0; count < window; count++) write(visitor, 0)
  }
  await setTimeout(ms)
  over = true
  return []
}

/** Latency counts from when a message was due, so that a stall shows in all that it delayed. */
async function pace(url: string, ms: number, perSecond: number): Promise<number[]> {
  const all = visitors.get(url) ?? []
  const latencies: number[] = []
  for (const visitor of all) visitor.acked = (due) => latencies.push(performance.now() - due)
  const begin = performance.now()
  for (let sent = 0; sent < (perSecond * ms) / 1_000; ) {
    const due = begin + (sent * 1_000) / perSecond
    if (performance.now() < due) {
      await setTimeout(1)
      continue
    }
    const visitor = all[sent % all.length]
    if (visitor) write(visitor, due)
    sent += 1
  }
  return latencies
}

async function settled(url: string): Promise<void> {
  const all = visitors.get(url) ?? []
  for (let tries = 0; tries < 500 && all.some((one) => one.inFlight > 0 || one.read < one.written); tries++)
    await setTimeout(10)
}

async function measure(url: string, load: () => Promise<number[]>): Promise<Tally> {
  const all = visitors.get(url) ?? []
  const before = all.reduce((sum, one) => sum + one.written, 0)
  const from = process.cpuUsage()
  refused = 0
  const latencies = await load()
  const acked = all.reduce((sum, one) => sum + one.written, 0) - before
  const { user, system } = process.cpuUsage(from)
  await settled(url)
  const unread = all.reduce((sum, one) => sum + Math.max(0, one.written - one.read), 0)
  return { acked, refused, unread, latencies, cpu: user + system }
}

async function idle(url: string, sockets: number): Promise<void> {
  const clients: LightClient[] = []
  for (let count = 0; count < sockets; count++)
    await new Promise<void>((resolve, reject) => {
      clients.push(
        connectLight(url, { site: 'bench' }, { ready: () => resolve(), refused: (text) => reject(new Error(text)) }),
      )
    })
  idlers.set(url, clients)
}

async function carryOut(order: Order): Promise<Tally | undefined> {
  switch (order.do) {
    case 'join':
      await join(order.url, order.conversations)
      return undefined
    case 'saturate':
      return measure(order.url, () => saturate(order.url, order.ms, order.window))
    case 'pace':
      return measure(order.url, () => pace(order.url, order.ms, order.perSecond))
    case 'idle':
      await idle(order.url, order.sockets)
      return undefined
    case 'leave':
      for (const client of idlers.get(order.url) ?? []) client.close()
      return undefined
  }
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (tally) => process.send?.({ done: tally ?? null }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  )
})
process.once('disconnect', () => process.exit())
