import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type LoadProcess, type MeasuredServer, startLoad, startServer, storeAlone } from './child.ts'
import type { Order, Tally } from './load-client.ts'

/**
 * The relay beside a bare Socket.IO server under the same load, each in a process of its own, turn and turn about: durable
 * acknowledged messages a second, CPU per message, latency at a steady pace, memory per idle socket.
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '9' },
    clients: { type: 'string', default: String(Math.max(1, Math.min(3, availableParallelism() - 1))) },
    conversations: { type: 'string', default: '64' },
    window: { type: 'string', default: '4' },
    sockets: { type: 'string', default: '2000' },
    /** Exit with 1 when a bar is missed. */
    strict: { type: 'boolean', default: false },
  },
})
const SECONDS = Number(flags.seconds)
const PACE = 500
const PACED_ROUNDS = 5

interface Side {
  name: 'bare Socket.IO' | 'Hutong relay'
  server: MeasuredServer
  /** Of every round. */
  perSecond: number[]
  cpu: number[]
  clientCpu: number[]
  p50: number[]
  p99: number[]
  bytesPerSocket: number
}

/** The same order to every load process; their tallies added up. */
async function all(loads: readonly LoadProcess[], order: Order): Promise<Tally> {
  const tallies = await Promise.all(loads.map((load) => load.order(order)))
  const sum: Tally = { acked: 0, refused: 0, unread: 0, latencies: [], cpu: 0 }
  for (const tally of tallies) {
    if (tally === null) continue
    sum.acked += tally.acked
    sum.refused += tally.refused
    sum.unread += tally.unread
    sum.cpu += tally.cpu
    sum.latencies.push(...tally.latencies)
  }
  if (sum.refused > 0) throw new Error(`${sum.refused} messages were refused: the figures would be worth nothing`)
  if (sum.unread > 0) throw new Error(`${sum.unread} messages never reached the other tab`)
  return sum
}

async function open(name: Side['name'], file: string): Promise<Side> {
  const server = await startServer(file)
  return { name, server, perSecond: [], cpu: [], clientCpu: [], p50: [], p99: [], bytesPerSocket: 0 }
}

async function idleRound(side: Side, load: LoadProcess): Promise<void> {
  const { url } = side.server
  const sockets = Number(flags.sockets)
  await load.order({ do: 'idle', url, sockets: Math.ceil(sockets / 10) })
  await load.order({ do: 'leave', url })
  await pause(500)
  const before = await side.server.ask('memory')
  await load.order({ do: 'idle', url, sockets })
  await pause(500)
  side.bytesPerSocket = ((await side.server.ask('memory')) - before) / sockets
  await load.order({ do: 'leave', url })
  await pause(500)
}

async function round(side: Side, loads: readonly LoadProcess[], ms: number): Promise<void> {
  const { url } = side.server
  // Without a collection: it is ours, not the load's.
  const before = await side.server.ask('cpu')
  const began = performance.now()
  const tally = await all(loads, { do: 'saturate', url, ms, window: Number(flags.window) })
  const after = await side.server.ask('cpu')
  const lasted = Math.max(ms, performance.now() - began - 500) / 1_000
  side.perSecond.push(tally.acked / (ms / 1_000))
  side.cpu.push((after - before) / tally.acked)
  side.clientCpu.push(tally.cpu / (lasted * 1e6) / loads.length)
}

async function main(): Promise<boolean> {
  const loads = Array.from({ length: Number(flags.clients) }, startLoad)
  const [first] = loads
  if (!first) throw new Error('--clients must be at least 1')
  const sides = [await open('bare Socket.IO', 'bare-server.ts'), await open('Hutong relay', 'relay-server.ts')] as const
  for (const side of sides) await idleRound(side, first)
  const conversations = Math.ceil(Number(flags.conversations) / loads.length)
  for (const { server } of sides) await all(loads, { do: 'join', url: server.url, conversations })
  for (const side of sides) await round(side, loads, 1_000)
  for (const side of sides) for (const figures of [side.perSecond, side.cpu, side.clientCpu]) figures.length = 0
  for (let count = 0; count < Number(flags.rounds); count++)
    for (const side of sides) await round(side, loads, SECONDS * 1_000)
  for (let count = 0; count < PACED_ROUNDS; count++)
    for (const side of sides) {
      const order: Order = { do: 'pace', url: side.server.url, ms: SECONDS * 1_000, perSecond: PACE / loads.length }
      const { latencies } = await all(loads, order)
      side.p50.push(quantile(latencies, 0.5))
      side.p99.push(quantile(latencies, 0.99))
    }
  const alone = await storeAlone()
  print(`the store alone: ${alone.wall.toFixed(1)} µs a message in batches of 32, ${alone.cpu.toFixed(1)} µs of it CPU`)
  for (const one of [...loads, ...sides.map((side) => side.server)]) await one.stop()
  return report(...sides)
}

function report(bare: Side, relay: Side): boolean {
  print(
    `medians of ${flags.rounds} rounds of ${SECONDS} s, ${flags.conversations} conversations of two tabs, ${flags.window} messages under way in each`,
  )
  print(
    'every message is acknowledged and forwarded to the other tab; the relay also stores it first and sends it to both tabs',
  )
  for (const { name, perSecond, cpu, clientCpu, p50, p99, bytesPerSocket } of [bare, relay])
    print(
      [
        name.padEnd(15),
        `${Math.round(median(perSecond))} messages/s (${perSecond.map((one) => Math.round(one)).join(' ')})`,
        `${median(cpu).toFixed(1)} µs CPU/message`,
        `p50 ${median(p50).toFixed(1)} ms, p99 ${median(p99).toFixed(1)} ms at ${PACE}/s (${p99.map((one) => one.toFixed(1)).join(' ')})`,
        `${Math.round(bytesPerSocket)} bytes/idle socket`,
        `load process ${Math.round(median(clientCpu) * 100)} % busy`,
      ].join(' · '),
    )
  const ratio = median(relay.perSecond.map((one, round) => one / (bare.perSecond[round] ?? Number.NaN)))
  const bars = [
    bar('throughput', { value: ratio, least: 0.45 }),
    bar('CPU per message', {
      value: median(relay.cpu.map((one, round) => one / (bare.cpu[round] ?? Number.NaN))),
      most: 2.2,
    }),
    bar(`p99 at ${PACE}/s, ms`, { value: median(relay.p99), most: 50 }),
    bar('memory per idle socket', { value: relay.bytesPerSocket / bare.bytesPerSocket, most: 1.5 }),
  ]
  print(`throughput ratio ${ratio.toFixed(3)}`)
  return bars.every((met) => met)
}

function bar(what: string, { value, least, most }: { value: number; least?: number; most?: number }): boolean {
  const met = value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY)
  const bound = least === undefined ? `at most ${most}` : `at least ${least}`
  print(`${met ? 'met   ' : 'MISSED'} ${what}: ${value.toFixed(2)} (${bound})`)
  return met
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const met = await main()
if (flags.strict && !met) process.exitCode = 1
