import { expect, it } from 'vitest'
import { playRound } from './test-race-round.ts'
import { openStage } from './test-race-stage.ts'
import type { Flaw } from './test-race-store.ts'
import { createWorld, type World } from './test-race-world.ts'

/** `HUTONG_FAULT=long` races ten times as many; `HUTONG_FAULT_SEED` replays. */
const HANDOFFS = process.env.HUTONG_FAULT === 'long' ? 100_000 : 10_000
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? Math.floor(Math.random() * 1e9))
/** Conversations on one relay; the next relay has the next seed, so that a failure is replayed from its own relay's start. */
const EACH = 500
/** Conversations after which so much time passes that whatever was still due is done. */
const REST = 25
const REST_MS = 40_000

interface Raced {
  conversations: number
  /** Hand-offs from a bot to people. */
  handoffs: number
  /** Acts of bots that were refused as too late. */
  late: number
  broken: string[]
  trace: number
}

interface Until {
  handoffs?: number
  conversations?: number
  flaw?: Flaw
}

/** Races until something is broken or there was enough. */
async function race(seed: number, until: Until): Promise<Raced> {
  const raced: Raced = { conversations: 0, handoffs: 0, late: 0, broken: [], trace: 0 }
  for (let next = seed; !isOver(raced, until); next++) {
    const world = createWorld(next)
    try {
      await raceOnce(raced, { world, seed: next, until })
    } finally {
      world.leave()
    }
  }
  return raced
}

function isOver(
  raced: Raced,
  { handoffs = Number.POSITIVE_INFINITY, conversations = Number.POSITIVE_INFINITY }: Until,
) {
  return raced.broken.length > 0 || raced.handoffs >= handoffs || raced.conversations >= conversations
}

async function raceOnce(raced: Raced, { world, seed, until }: { world: World; seed: number; until: Until }) {
  const stage = await openStage(world, until.flaw)
  for (let number = 0; number < EACH && !isOver(raced, until); number++) {
    const { broken, taken, late } = await playRound(stage, number)
    raced.conversations += 1
    raced.handoffs += taken
    raced.late += late
    raced.broken.push(...broken.map((what) => `${what} (conversation ${number} of HUTONG_FAULT_SEED=${seed})`))
    if (number % REST === REST - 1) {
      world.pass(REST_MS)
      await world.until(Promise.resolve())
      raced.broken.push(...stage.faults)
    }
  }
  raced.trace = (Math.imul(raced.trace, 31) + world.trace()) | 0
  await stage.close()
}

it(`lets no word of a bot reach the contact after people took the floor, in ${HANDOFFS} raced hand-offs`, async () => {
  process.stdout.write(`seed ${SEED}: replay with HUTONG_FAULT_SEED=${SEED}\n`)
  const started = performance.now()
  const { conversations, handoffs, late, broken } = await race(SEED, { handoffs: HANDOFFS })
  const seconds = (performance.now() - started) / 1_000
  process.stdout.write(
    `${handoffs} hand-offs from bots to people in ${conversations} conversations, ${late} late acts of bots refused, ` +
      `${broken.length} broken promises; ${seconds.toFixed(0)} s\n`,
  )
  expect(broken).toEqual([])
  expect(handoffs).toBeGreaterThanOrEqual(HANDOFFS)
  expect(late).toBeGreaterThan(handoffs / 4)
}, 3_600_000)

it('races the same way by the same seed and another way by another', async () => {
  const [first, again, other] = [
    await race(7, { conversations: 60 }),
    await race(7, { conversations: 60 }),
    await race(8, { conversations: 60 }),
  ]
  expect(again).toEqual(first)
  expect(other.trace).not.toBe(first.trace)
})

it.each<[string, Flaw, RegExp]>([
  ['that checks nothing', 'unchecked', /^(message|edit|recall) \d+ of \w+ while .* has the floor/],
  ['that checks before the transaction', 'early', /^(message|edit|recall) \d+ of \w+ while .* has the floor/],
  ['whose signals are held against an older floor', 'lagging', /is shown (stream|typing) of \w+ while/],
])('would find a relay %s within a few hundred conversations', async (_, flaw, found) => {
  const { conversations, broken } = await race(SEED, { conversations: 500, flaw })
  process.stdout.write(`${flaw}: found in conversation ${conversations}\n`)
  expect(broken.some((one) => found.test(one))).toBe(true)
})
