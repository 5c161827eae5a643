import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openReceiver, type Receiver } from '../backends/webhook/test-receiver.ts'
import { createRandom } from './random.ts'
import { goFirst, type HangProcess, type Latencies, type State, startHangProcess } from './test-hang-process.ts'
import { type Illness, type IllReceiver, startIllReceiver } from './test-ill-receiver.ts'

/**
 * Two relays of the same make, each in a process of its own, get the same load: steady questions to two healthy backends, and new
 * contacts who write to ill backends. In the first half these are ill on one of them, in the second half on the other, so each
 * relay is its own control. Load changes between them every tenth of a second: what else the machine does meets both alike.
 * `HUTONG_FAULT=long` gives every illness its whole minute.
 */
const LONG = process.env.HUTONG_FAULT === 'long'
const MINUTE = 60_000
const RATE = 200
const SPELL_MS = 100
/** New contacts of each ill backend on each relay, per spell. */
const CROWD = 2
/** Spells of one window: two seconds of load, some 200 answers of each kind. */
const WINDOW = 20
/** Most that a relay may grow by meanwhile, the log of some thousand conversations included. */
const GROWTH = 300 * 2 ** 20
const ANSWER_WITHIN = 15_000
/** Most by which bad answers, some twenty a second, may raise the p99 of others: one long collection of garbage. */
const READING_MS = 10
/** A short one. */
const COLLECTION_MS = 2
const TENTH = 0.1
/** Runs that are measured together, at most, until nothing is broken. */
const RUNS = 3

interface Stand {
  relay: HangProcess
  ill: IllReceiver
}

let folder: string
let well: Receiver
let stands: Stand[] = []
const secret = `whsec_${randomBytes(32).toString('base64')}`

async function open(): Promise<Stand> {
  const ill = await startIllReceiver()
  const webhooks = { ill: { url: ill.url, secrets: [secret] }, well: { url: well.url, secrets: [secret] } }
  return { ill, relay: await startHangProcess({ folder: await mkdtemp(join(folder, 'relay-')), webhooks }) }
}

beforeEach(async () => {
  // In memory where there is such a folder: flushes of a disk that others write to vary more than what is looked for.
  folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hutong-hang-'))
  well = await openReceiver({ secret })
  well.answer(() => ({ json: { actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Hello.' }] }] } }))
  stands = [await open(), await open()]
  if (!goFirst(0)) process.stdout.write('without the right to go first, what else runs here is in the figures\n')
})

afterEach(async () => {
  for (const { relay, ill } of stands) {
    await relay.kill()
    await ill.close()
  }
  await well.close()
  await rm(folder, { recursive: true, force: true })
})

interface Measured {
  /** By spell. */
  quiet: Latencies[]
  beset: Latencies[]
  /** Of the relay with the ill backends, at both ends of each half. */
  states: { before: State; after: State }[]
}

interface Besetting {
  illness: Illness
  ms: number
  /** How many backends are ill. */
  over: number
}

async function measure({ illness, ms, over }: Besetting, measured: Measured): Promise<void> {
  for (const { relay } of [...stands, ...stands]) await relay.load({ ms: 2_000, rate: RATE })
  for (const beset of stands) {
    await beset.ill.become(illness)
    const before = await beset.relay.state()
    const end = performance.now() + ms
    while (performance.now() < end) {
      for (const stand of stands) {
        await stand.relay.crowd(CROWD * over, over)
        const spell = await stand.relay.load({ ms: SPELL_MS, rate: RATE })
        measured[stand === beset ? 'beset' : 'quiet'].push(spell)
      }
    }
    measured.states.push({ before, after: await beset.relay.state() })
    await recover(beset)
  }
}

async function recover({ relay, ill }: Stand): Promise<void> {
  await ill.become('up')
  while ((await relay.state()).open > 0) {
    await relay.hasten()
    await setTimeout(100)
  }
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}

/** A figure, and where 95 of 100 such runs would find it, by drawing this run's windows again (bootstrap). */
interface Figure {
  value: number
  from: number
  to: number
}

/**
 * Of windows' 99th percentiles their median: what else the machine does comes in bursts, and a percentile over the whole
 * run is that of its bursts.
 */
interface Compared {
  /** With the ill backends, by that without them. */
  ratio: Figure
  /** The same, milliseconds more. */
  rise: Figure
}

function compare(kind: keyof Latencies, { quiet, beset }: Measured): Compared {
  const windows = Array.from({ length: Math.floor(beset.length / WINDOW) }, (_, at) => at)
  const percentiles = (spells: readonly Latencies[]) =>
    windows.map((at) =>
      quantile(
        spells.slice(at * WINDOW, (at + 1) * WINDOW).flatMap((spell) => spell[kind]),
        0.99,
      ),
    )
  const [ill, well] = [percentiles(beset), percentiles(quiet)]
  const p99 = (all: readonly number[], drawn: readonly number[]) =>
    quantile(
      drawn.map((at) => all[at] ?? Number.NaN),
      0.5,
    )
  const random = createRandom(1)
  const draws = Array.from({ length: 400 }, () => windows.map(() => random.between(0, windows.length - 1)))
  const figure = (of: (ill: number, well: number) => number): Figure => {
    const again = draws.map((drawn) => of(p99(ill, drawn), p99(well, drawn)))
    return {
      value: of(p99(ill, windows), p99(well, windows)),
      from: quantile(again, 0.025),
      to: quantile(again, 0.975),
    }
  }
  return { ratio: figure((ill, well) => ill / well), rise: figure((ill, well) => ill - well) }
}

function report(illness: string, measured: Measured): Record<keyof Latencies, Compared> {
  const compared = { near: compare('near', measured), well: compare('well', measured) }
  for (const kind of ['near', 'well'] as const) {
    const line = (spells: readonly Latencies[]) => {
      const all = spells.flatMap((spell) => spell[kind])
      return `p50 ${quantile(all, 0.5).toFixed(2)}, p99 ${quantile(all, 0.99).toFixed(2)} ms (${all.length})`
    }
    const { ratio, rise } = compared[kind]
    process.stdout.write(
      `${illness}, answers of ${kind}: without ${line(measured.quiet)}; with ${line(measured.beset)}; ` +
        `p99 with / without ${said(ratio, 3)}; ${said(rise, 2)} ms more\n`,
    )
  }
  for (const { before, after } of measured.states) {
    const [p0, p50, p99, p100] = [0, 0.5, 0.99, 1].map((at) => Math.round(quantile(after.moved, at)))
    process.stdout.write(
      `${illness}: ${after.moved.length} floors moved after ${p0} / ${p50} / ${p99} / ${p100} ms (first, p50, p99, last), ` +
        `${after.waiting - before.waiting} wait; memory ${mib(before.rss)} to ${mib(after.rss)} MiB\n`,
    )
  }
  return compared
}

const said = ({ value, from, to }: Figure, digits: number) =>
  `${value.toFixed(digits)} (95 % between ${from.toFixed(digits)} and ${to.toFixed(digits)})`
const mib = (bytes: number) => Math.round(bytes / 2 ** 20)

/** What a measurement shows against a promise, with 95 % confidence; empty where it holds. */
function broken(illness: Illness, compared: Record<keyof Latencies, Compared>): string[] {
  const answers = illness === 'failing' || illness === 'flooding'
  return Object.entries(compared).flatMap(([kind, { ratio, rise }]) => {
    const slower = answers ? rise.from >= READING_MS : ratio.from >= 1 + TENTH && rise.from >= COLLECTION_MS
    return slower ? [`${kind}: ${said(ratio, 3)}, ${said(rise, 2)} ms more`] : []
  })
}

/**
 * A backend that keeps its events: p99 of the others no more than a tenth higher, or than a short collection of garbage takes. Answers
 * from within the process take a quarter of a millisecond, and what waits for an ill backend is kept and handed on, so a tenth of their
 * p99 is less than any one of those collections.
 *
 * A backend that answers badly costs the reading of its answers, of a flooding one 256 KiB of each: a bounded time, whatever the p99.
 *
 * Other tests and other programs take the processors away for longer than an answer takes: what a run shows has to stand when it is
 * measured longer.
 */
async function slowsNoOther(illness: Illness, ms: number, over = 1): Promise<void> {
  const title = over === 1 ? illness : `${over} that are ${illness}`
  const measured: Measured = { quiet: [], beset: [], states: [] }
  for (let run = 1, mistakes = ['nothing measured']; mistakes.length > 0; run += 1) {
    await measure({ illness, ms, over }, measured)
    mistakes = broken(illness, report(title, measured))
    if (run === RUNS) expect(mistakes).toEqual([])
    if (mistakes.length > 0) process.stdout.write(`${title}: measured longer, for ${mistakes.join('; ')}\n`)
  }
  for (const { before, after } of measured.states) {
    expect(after.rss - before.rss).toBeLessThan(GROWTH)
    const [p0 = ANSWER_WITHIN, p100 = ANSWER_WITHIN] = [0, 1]
      .map((at) => quantile(after.moved, at))
      .filter(Number.isFinite)
    if (illness !== 'flooding') expect(p0).toBeGreaterThanOrEqual(ANSWER_WITHIN)
    expect(p100).toBeLessThan(ANSWER_WITHIN + 2_000)
  }
}

it.each<[Illness, number]>([
  ['hanging', MINUTE],
  ['half-open', LONG ? MINUTE : 15_000],
  ['failing', LONG ? MINUTE : 15_000],
  ['flooding', LONG ? MINUTE : 15_000],
])('a webhook that is %s slows no other backend', (illness, ms) => slowsNoOther(illness, ms))

it('four webhooks that hang slow no other backend', () => slowsNoOther('hanging', MINUTE / 2, 4))

it('a webhook that hangs keeps none of 500 contacts who wrote at once waiting longer than it may, and the relay idles', async () => {
  const [{ relay, ill }] = stands as [Stand]
  await ill.become('hanging')
  await relay.crowd(500)
  await setTimeout(3_000)
  const before = await relay.state()
  await setTimeout(10_000)
  const after = await relay.state()
  const cpu = (after.cpu - before.cpu) / 10_000
  process.stdout.write(
    `while 500 wait: ${(cpu * 100).toFixed(1)} % of a core, ${after.claims - before.claims} looks in 10 s\n`,
  )
  await setTimeout(5_000)
  const { moved, waiting, open } = await relay.state()
  const at = [0, 0.5, 0.99, 1].map((part) => Math.round(quantile(moved, part)))
  process.stdout.write(
    `${moved.length} floors moved after ${at.join(' / ')} ms (first, p50, p99, last); ${open} open\n`,
  )
  expect([moved.length, waiting]).toEqual([500, 0])
  expect(Math.min(...moved)).toBeGreaterThanOrEqual(ANSWER_WITHIN)
  expect(Math.max(...moved)).toBeLessThan(ANSWER_WITHIN + 2_000)
  expect(after.claims - before.claims).toBeLessThan(100)
  expect(cpu).toBeLessThan(0.1)
  expect(open).toBe(500)
})
