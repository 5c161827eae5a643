import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore } from '../stores/sqlite.ts'
import type { Write } from '../stores/store.ts'

/** The store without anything around it: batches of 32 messages, each batch one durable transaction. */
const BATCH = 32
const BATCHES = 600
const CONVERSATIONS = 64
const data = mkdtempSync(join(process.env.HUTONG_BENCH_DATA ?? tmpdir(), 'hutong-bench-'))
process.once('exit', () => rmSync(data, { recursive: true, force: true }))

const floor = { holder: { kind: 'queue' as const }, term: 1 }
const text = 'Hello, I ordered a lamp last week and would like to know where my parcel is now. '

function message(serial: number): Write {
  return {
    to: { site: 'bench', channel: 'web', address: `visitor ${serial % CONVERSATIONS}`, floor },
    key: `k_${serial}`,
    at: Date.now(),
    decide: () => ({
      entries: [{ channel: 'web', body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] } }],
    }),
  }
}

const store = createSqliteStore({ path: join(data, 'hutong.sqlite') })
await store.migrate()
const rounds: { wall: number; cpu: number }[] = []
for (let round = 0; round < 5; round++) {
  const began = performance.now()
  const before = process.cpuUsage()
  for (let batch = 0; batch < BATCHES; batch++) {
    const first = (round * BATCHES + batch) * BATCH
    await store.commit(Array.from({ length: BATCH }, (_, index) => message(first + index)))
  }
  const { user, system } = process.cpuUsage(before)
  const messages = BATCH * BATCHES
  rounds.push({ wall: ((performance.now() - began) * 1_000) / messages, cpu: (user + system) / messages })
}
await store.close()
process.send?.(rounds.toSorted((a, b) => a.wall - b.wall)[2])
process.disconnect?.()
