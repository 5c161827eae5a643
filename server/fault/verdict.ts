import { DatabaseSync } from 'node:sqlite'
import { sentKey } from '../stores/rows.ts'
import type { LedgerClient } from './ledger-client.ts'

export interface Verdict {
  messages: number
  acknowledged: number
  connects: number
  /** What broke a promise, in words; empty when all were kept. */
  problems: string[]
}

interface Row {
  conversation: string
  site: string
  seq: number
  key: string
  sender: string
  kind: string
}

/** Holds every client's ledger against the log on disk. */
export function judge(database: string, clients: readonly LedgerClient[]): Verdict {
  const db = new DatabaseSync(database, { readOnly: true })
  const check = db.prepare('pragma integrity_check').all()
  const rows = db
    .prepare(
      `select c.id as conversation, c.site, e.seq, e.key, e.sender ->> 'kind' as sender, e.kind
       from entries e join conversations c on c.n = e.conversation order by c.id, e.seq`,
    )
    .all() as unknown as Row[]
  const lasts = db.prepare('select id, last from conversations').all() as unknown as { id: string; last: number }[]
  db.close()
  const logs = Map.groupBy(rows.map(asSent), (row) => row.conversation)
  const problems = JSON.stringify(check) === '[{"integrity_check":"ok"}]' ? [] : [`integrity: ${JSON.stringify(check)}`]
  for (const { id, last } of lasts)
    if (logs.get(id)?.length !== last)
      problems.push(`${id} says it has ${last} entries, there are ${logs.get(id)?.length}`)
  for (const log of logs.values()) problems.push(...holes(log), ...unanswered(log))
  for (const client of clients) problems.push(...broken(client, logs))
  return {
    messages: rows.filter((row) => row.kind === 'message').length,
    acknowledged: clients.reduce((sum, { ledger }) => sum + ledger.acked.size, 0),
    connects: clients.reduce((sum, { ledger }) => sum + ledger.connects, 0),
    problems,
  }
}

/** With the key as clients know it, without the store's mark. */
function asSent(row: Row): Row {
  return { ...row, key: sentKey(row.key) }
}

function holes(log: readonly Row[]): string[] {
  return log.flatMap(({ conversation, seq }, index) =>
    seq === index + 1 ? [] : [`${conversation}: entry ${index + 1} has the number ${seq}`],
  )
}

/** Where the bot answers, it answers every message once. */
function unanswered(log: readonly Row[]): string[] {
  if (log[0]?.site !== 'bot') return []
  const answers = log.filter((row) => row.sender === 'bot').length
  const asked = log.filter((row) => row.sender === 'contact').length
  return answers === asked ? [] : [`${log[0].conversation}: ${asked} questions have ${answers} answers`]
}

function broken({ name, ledger }: LedgerClient, logs: Map<string, Row[]>): string[] {
  const log = logs.get(ledger.conversation ?? '') ?? []
  const problems = ledger.faults.map((fault) => `${name}: ${fault}`)
  const stored = new Map(log.map((row) => [row.key, row.seq]))
  for (const [key, seq] of ledger.acked)
    if (stored.get(key) !== seq)
      problems.push(`${name}: ${key} was acknowledged as ${seq}, stored as ${stored.get(key)}`)
  const own = log.filter((row) => row.key.startsWith(`${name}:`)).map((row) => row.key)
  if (own.join() !== ledger.sent.join()) problems.push(`${name}: ${difference(ledger.sent, own)}`)
  const received = ledger.received.map((one) => one.key)
  const whole = log.map((row) => row.key)
  if (received.join() !== whole.join()) problems.push(`${name}: received ${difference(whole, received)}`)
  return problems
}

function difference(expected: readonly string[], actual: readonly string[]): string {
  const at = expected.findIndex((key, index) => key !== actual[index])
  const place = at === -1 ? expected.length : at
  return `${actual.length} of ${expected.length}, at ${place + 1} "${actual[place]}" in place of "${expected[place]}"`
}
