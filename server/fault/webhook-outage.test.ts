import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '@hutong/core/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Call } from '../backends/webhook/test-receiver.ts'
import { SCHEDULE } from '../backends/webhook/webhook.ts'
import { isOwedTo } from '../route.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import { createRandom } from './random.ts'
import { type Mode, openUnsteadyReceiver, type UnsteadyReceiver } from './test-unsteady-receiver.ts'
import { createWebhookProcess, type WebhookProcess } from './test-webhook-process.ts'

/** `HUTONG_FAULT=long` lets the outage last longer; `HUTONG_FAULT_SEED` replays a schedule. */
const LONG = process.env.HUTONG_FAULT === 'long'
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? Math.floor(Math.random() * 1e9))
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATIENCE = { timeout: 60_000, interval: 20 }

let folder: string
let relay: WebhookProcess
let bot: UnsteadyReceiver
let archive: UnsteadyReceiver
const secret = `whsec_${randomBytes(32).toString('base64')}`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-outage-'))
  const now = () => relay.now()
  const parts = [{ kind: 'text', text: 'Hello from the bot.' }]
  bot = await openUnsteadyReceiver({ secret, now, reply: () => ({ json: { actions: [{ kind: 'reply', parts }] } }) })
  archive = await openUnsteadyReceiver({ secret, now, reply: () => ({ status: 204 }) })
})

/** `timeoutMs` is how long a request to a receiver that hangs takes. */
async function start(timeoutMs: number): Promise<void> {
  const shared = { secrets: [secret], timeoutMs }
  relay = createWebhookProcess(folder, {
    sites: [
      { id: 'people', routing: ['desk'] },
      { id: 'shop', routing: ['bot', 'desk'] },
    ],
    webhooks: [
      { ...shared, name: 'bot', url: bot.url },
      { ...shared, name: 'archive', url: archive.url, hears: 'everything' },
    ],
  })
  await relay.start()
}

afterEach(async () => {
  await relay.kill()
  await Promise.all([bot.close(), archive.close()])
  await rm(folder, { recursive: true, force: true })
})

it('brings every event after an outage of hours, in order and unchanged, though the relay was killed in it', async () => {
  await start(1_000)
  const random = createRandom(SEED)
  const [conversations, hours, each] = LONG ? [120, 48, 120] : [60, 14, 45]
  process.stdout.write(`seed ${SEED}: replay with HUTONG_FAULT_SEED=${SEED}\n`)
  let written = 0
  const write = (visitor: number) =>
    relay.write(visitor % 2 === 0 ? 'people' : 'shop', `visitor-${visitor}`, `k${written++}`)
  const visitors = Array.from({ length: conversations }, (_, visitor) => visitor)
  await Promise.all(visitors.slice(0, conversations / 2).map(write))
  await expect.poll(openEvents, PATIENCE).toBe(0)

  const steps = hours * 2
  const killed = random.between(5, steps - 5)
  const modes: Mode[] = ['refused', 'failing', 'hanging']
  let outage = 0
  for (let step = 0; step < steps; step++) {
    const mode = modes[random.between(0, modes.length - 1)] ?? 'refused'
    await Promise.all([bot.become(mode), archive.become(mode)])
    await Promise.all(Array.from({ length: each }, () => write(random.between(0, conversations - 1))))
    if (step === killed) {
      await relay.kill()
      await relay.start()
    }
    const passes = random.between(10, 50) * MINUTE
    await relay.forward(passes)
    outage += passes
  }
  const before = [bot.taken.length, archive.taken.length]
  const waits = await openEvents()
  await Promise.all([bot.become('up'), archive.become('up')])
  // A request that a busy machine cut off waits for its next try, so time passes again.
  for (let turn = 0; turn < 3; turn++) await relay.forward(27 * HOUR)
  await expect.poll(openEvents, PATIENCE).toBe(0)
  const after = [bot, archive].flatMap(({ taken }, at) => taken.slice(before[at]).map((call) => call.at))
  const drained = after.length
  const seconds = (Math.max(...after) - Math.min(...after)) / 1_000
  process.stdout.write(
    `${written} entries of ${conversations} conversations through ${(outage / HOUR).toFixed(1)} simulated hours; ` +
      `${bot.calls.length + archive.calls.length} requests; then ${drained} events (${waits} waiting) drained in ` +
      `${seconds.toFixed(1)} s: ${Math.round(drained / seconds)} events/s\n`,
  )

  const log = await feed()
  expect(log.length).toBeGreaterThan(written)
  expect([...bot.complaints, ...archive.complaints]).toEqual([])
  expect(missing(log, archive.taken)).toEqual([])
  expect(
    missing(
      log.filter((event) => isOwedTo(event, 'bot')),
      bot.taken,
    ),
  ).toEqual([])
  for (const { calls, taken } of [bot, archive]) {
    expect(disordered(taken)).toEqual([])
    expect(changed(calls)).toEqual([])
  }
  expect(drained).toBeGreaterThanOrEqual(waits)
  expect(spokenWithoutFloor(log)).toEqual([])
  expect((await relay.backlog()).filter(({ dead }) => dead > 0)).toEqual([])
})

it('gives up after the whole schedule of Standard Webhooks, and brings it all in order when asked to', async () => {
  await start(10_000)
  await archive.become('failing')
  const visitors = Array.from({ length: 10 }, (_, at) => `visitor-${at}`)
  const texts = ['one', 'two']
  for (const text of texts) for (const visitor of visitors) await relay.write('people', visitor, `${visitor}-${text}`)
  const tries = SCHEDULE.length + 1
  for (const [at] of texts.entries())
    for (const [turn, wait] of SCHEDULE.entries()) {
      const asked = visitors.length * (at * tries + turn + 1)
      await expect.poll(() => archive.calls.length, PATIENCE).toBeGreaterThanOrEqual(asked)
      await relay.forward(wait * 1.11)
    }
  await expect.poll(relay.backlog, PATIENCE).toMatchObject([{ target: 'backend:archive', open: 0, dead: 20 }])
  for (const calls of Map.groupBy(archive.calls, ({ id }) => id).values()) {
    const times = calls.map(({ headers }) => Number(headers['webhook-timestamp']))
    expect(times).toHaveLength(tries)
    for (const [at, wait] of SCHEDULE.entries())
      expect((times[at + 1] ?? 0) - (times[at] ?? 0)).toBeGreaterThanOrEqual(wait / 1_000 - 1)
  }
  await archive.become('up')
  expect(await relay.replay('archive')).toBe(20)
  await expect.poll(() => archive.taken.length, PATIENCE).toBe(20)
  expect(disordered(archive.taken)).toEqual([])
  expect(changed(archive.calls)).toEqual([])
  expect([...archive.complaints]).toEqual([])
})

async function openEvents(): Promise<number> {
  const backlog = await relay.backlog()
  return backlog.reduce((sum, { target, open }) => (target.startsWith('backend:') ? sum + open : sum), 0)
}

/** All that happened, by the log on disk. */
async function feed(): Promise<Event[]> {
  const store = createSqliteStore({ path: relay.database })
  const events: Event[] = []
  for (;;) {
    const page = await store.feed({ after: events.at(-1)?.position ?? 0, limit: 500 })
    if (page.length === 0) break
    events.push(...page)
  }
  await store.close()
  return events
}

function missing(events: readonly Event[], taken: readonly Call[]): string[] {
  const ids = new Set(taken.map(({ id }) => id))
  return events.map(({ id }) => id).filter((id) => !ids.has(id))
}

/** Whatever was taken before something older of its conversation was taken for the first time. */
function disordered(taken: readonly Call[]): string[] {
  const last = new Map<string, number>()
  const known = new Set<string>()
  return taken.flatMap(({ id, event: { conversation, entry } }) => {
    if (known.has(id)) return []
    known.add(id)
    const before = last.get(conversation) ?? 0
    last.set(conversation, Math.max(before, entry.seq))
    return entry.seq > before ? [] : [`${id} came after ${before}`]
  })
}

/** Events whose repeats were not the same bytes. */
function changed(calls: readonly Call[]): string[] {
  const bodies = Map.groupBy(calls, ({ id }) => id)
  return [...bodies].flatMap(([id, all]) => (new Set(all.map(({ body }) => body)).size === 1 ? [] : [id]))
}

/** What the bot said to a contact while it had not the floor. */
function spokenWithoutFloor(log: readonly Event[]): string[] {
  return log.flatMap(({ id, entry: { from, body }, floor: { holder } }) =>
    from.kind === 'bot' && body.kind === 'message' && (holder.kind !== 'bot' || holder.id !== from.id) ? [id] : [],
  )
}
