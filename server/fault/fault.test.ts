import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRelayProcess, type RelayProcess } from './relay-process.ts'
import { createStorm, type Storm } from './storm.ts'
import { judge } from './verdict.ts'

/** `HUTONG_FAULT=long` kills the relay 20 times; `HUTONG_FAULT_SEED` replays a schedule. */
const ROUNDS = process.env.HUTONG_FAULT === 'long' ? 20 : 6
const SEED = Number(process.env.HUTONG_FAULT_SEED ?? Math.floor(Math.random() * 1e9))
const CLIENTS = 50

let folder: string
let relay: RelayProcess
let storm: Storm | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-fault-'))
  relay = await createRelayProcess(folder)
  await relay.start()
})

afterEach(async () => {
  storm?.close()
  await relay.kill()
  await rm(folder, { recursive: true, force: true })
})

it(`loses, doubles and disorders nothing through ${ROUNDS} kills under the load of ${CLIENTS} clients`, async () => {
  process.stdout.write(`seed ${SEED}: replay with HUTONG_FAULT_SEED=${SEED}\n`)
  storm = await createStorm({ relay, clients: CLIENTS, seed: SEED })
  for (let round = 0; round < ROUNDS; round++) {
    await setTimeout(storm.random.between(300, 1_300))
    await relay.kill()
    await setTimeout(storm.random.between(0, 300))
    await relay.start()
  }
  await setTimeout(500)
  const restless = await storm.calm()
  expect(await relay.terminate()).toBe(0)
  const verdict = judge(relay.database, storm.clients)
  process.stdout.write(
    `${verdict.messages} messages, ${verdict.acknowledged} acknowledged, ${verdict.connects} connects, ${ROUNDS} kills: ${verdict.problems.length} broken promises\n`,
  )
  expect([...verdict.problems, ...restless]).toEqual([])
  expect(verdict.acknowledged).toBeGreaterThan(ROUNDS * CLIENTS)
  expect(verdict.connects).toBeGreaterThan(ROUNDS * (CLIENTS / 2))
})

it('drains under load without an error that any client sees, and loses nothing', async () => {
  storm = await createStorm({ relay, clients: CLIENTS, seed: SEED })
  await setTimeout(700)
  expect(await relay.terminate()).toBe(0)
  await relay.start()
  await setTimeout(700)
  expect(await storm.calm()).toEqual([])
  expect(await relay.terminate()).toBe(0)
  expect(judge(relay.database, storm.clients).problems).toEqual([])
  expect(storm.clients.filter(({ ledger }) => ledger.goaways === 0).map((client) => client.name)).toEqual([])
  expect(relay.complaints()).toBe('')
})
