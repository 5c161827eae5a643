import { createDeliveries } from './deliveries.ts'
import { type EventRow, toEvent } from './rows.ts'
import { inTransaction } from './sqlite-commit.ts'
import type { SqliteParts } from './sqlite-log.ts'
import { all, one, type Statements } from './sqlite-statements.ts'
import type { ClaimedDelivery, OutboxStore, Settlement } from './store.ts'

/** What is hot of the outbox by hand: a claim is one transaction, and so are all settlements of one turn of the event loop. */
export function createSqliteOutbox(parts: SqliteParts): OutboxStore {
  const { db, turn } = parts
  let waiting: Waiting[] = []

  async function settleAll(): Promise<void> {
    while (turn.busy) await turn.busy
    const batch = waiting
    waiting = []
    try {
      const held = inTransaction(parts, () => batch.map((waits) => settle(parts.statements, waits)))
      for (const [index, { resolve }] of batch.entries()) resolve(held[index] ?? false)
    } catch (cause) {
      for (const { reject } of batch) reject(cause)
    }
  }

  return {
    ...createDeliveries(db),
    async claim(query) {
      while (turn.busy) await turn.busy
      return inTransaction(parts, () => claim(parts.statements, query))
    },
    settle(id, owner, result) {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(() => void settleAll())
        waiting.push({ id, owner, result, resolve, reject })
      })
    },
  }
}

interface Waiting {
  id: number
  owner: string
  result: Settlement
  resolve(held: boolean): void
  reject(cause: unknown): void
}

type ClaimedRow = EventRow & { lane: string; target: string; tries: number }

function claim(
  statements: Statements,
  { owner, now, leaseMs, limit }: Parameters<OutboxStore['claim']>[0],
): ClaimedDelivery[] {
  const due = all<{ id: number }>(statements.dueHeads, now, limit)
  return due.flatMap(({ id }) => {
    statements.lease.run(owner, now + leaseMs, id)
    const row = one<ClaimedRow>(statements.leased, id)
    return row ? [{ id, lane: row.lane, target: row.target, attempt: row.tries, event: toEvent(row) }] : []
  })
}

/** A postponed delivery gives the head of its lane up, too: an older one may have been replayed meanwhile. */
function settle(statements: Statements, { id, owner, result }: Waiting): boolean {
  const row = one<{ lane: string; target: string }>(
    statements.settle,
    result.state === 'retry' ? 'ready' : result.state,
    result.state === 'retry' ? result.due : null,
    'error' in result ? result.error : null,
    'natives' in result ? JSON.stringify(result.natives) : null,
    id,
    owner,
  )
  if (!row) return false
  statements.promote.run(row.lane)
  if ('natives' in result)
    for (const native of result.natives ?? []) statements.addReceipt.run(channelOf(row.target), native, id)
  return true
}

function channelOf(target: string): string {
  return target.slice('channel:'.length)
}
