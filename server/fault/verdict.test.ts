import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteStore } from '../stores/sqlite.ts'
import { applied, say } from '../stores/store-bench.ts'
import type { LedgerClient } from './ledger-client.ts'
import { judge } from './verdict.ts'

const KEYS = ['p0a:1', 'p0a:2', 'p0a:3']

let folder: string
let database: string
let conversation: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-verdict-'))
  database = join(folder, 'hutong.sqlite')
  const store = createSqliteStore({ path: database })
  await store.migrate()
  for (const key of KEYS) conversation = (await applied(store, say({ key }))).conversation.id
  await store.close()
})
afterEach(() => rm(folder, { recursive: true }))

function client(ledger: Partial<LedgerClient['ledger']> = {}): LedgerClient {
  return {
    name: 'p0a',
    site: 'shop',
    token: Promise.resolve(''),
    atRest: true,
    stopWriting() {},
    close() {},
    ledger: {
      sent: KEYS,
      acked: new Map(KEYS.map((key, index) => [key, index + 1])),
      received: KEYS.map((key) => ({ key, author: 'contact' })),
      conversation,
      connects: 1,
      goaways: 0,
      faults: [],
      ...ledger,
    },
  }
}

function tamper(statement: string): void {
  const db = new DatabaseSync(database, { enableForeignKeyConstraints: false })
  db.exec(statement)
  db.close()
}

describe('the judge of the fault test', () => {
  it('finds nothing wrong with a log that is right', () => {
    expect(judge(database, [client()])).toEqual({ messages: 3, acknowledged: 3, connects: 1, problems: [] })
  })

  it('finds an acknowledged message that is lost', () => {
    tamper('delete from entries where seq = 3; update conversations set last = 2')
    expect(judge(database, [client()]).problems).toContain('p0a: p0a:3 was acknowledged as 3, stored as undefined')
  })

  it('finds a message that is stored twice', () => {
    tamper(
      "insert into entries select 99, conversation, 4, key || ':again', at, sender, channel, kind, body, floor from entries where seq = 3; update conversations set last = 4",
    )
    expect(judge(database, [client()]).problems).not.toEqual([])
  })

  it('finds messages out of the order they were written in', () => {
    const sent = [KEYS[1], KEYS[0], KEYS[2]] as string[]
    expect(judge(database, [client({ sent })]).problems).toHaveLength(1)
  })

  it('finds a hole in the numbers', () => {
    tamper('update entries set seq = 9 where seq = 3')
    expect(judge(database, [client()]).problems).toContain(`${conversation}: entry 3 has the number 9`)
  })

  it('finds a tab that got something else than the log', () => {
    const received = KEYS.slice(0, 2).map((key) => ({ key, author: 'contact' }))
    expect(judge(database, [client({ received })]).problems).toEqual([
      'p0a: received 2 of 3, at 3 "undefined" in place of "p0a:3"',
    ])
  })

  it('finds a question the bot left without its answer', () => {
    tamper("update conversations set site = 'bot'")
    expect(judge(database, [client()]).problems).toEqual([`${conversation}: 3 questions have 0 answers`])
  })
})
