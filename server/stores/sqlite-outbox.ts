import { createDeliveries } from './deliveries.ts'
import { type EventRow, toEvent } from './rows.ts'
import { inTransaction } from './sqlite-commit.ts'
import type { SqliteParts } from './sqlite-log.ts'
import { all, one, type Statements } from './sqlite-statements.ts'
import type { ClaimedDelivery, ClaimQuery, OutboxStore, Settlement } from './store.ts'

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
    async gather(id, limit) {
      while (turn.busy) await turn.busy
      return inTransaction(parts, () => {
        parts.statements.join.run(id, limit)
        return all<EventRow>(parts.statements.joined, id).map(toEvent)
      })
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

type ClaimedRow = EventRow & { lane: string; target: string; address: string | null; tries: number }

function claim(statements: Statements, query: ClaimQuery): ClaimedDelivery[] {
  const { owner, now, leaseMs } = query
  return dueHeads(statements, query).flatMap(({ id }) => {
    statements.lease.run(owner, now + leaseMs, id)
    const row = one<ClaimedRow>(statements.leased, id)
    if (!row) return []
    const { lane, target, address, tries: attempt } = row
    return [{ id, lane, target, ...(address === null ? {} : { address }), attempt, event: toEvent(row) }]
  })
}

/** The oldest of what is due, of each target as much as it has room for. */
function dueHeads(statements: Statements, { now, limit, room = () => limit }: ClaimQuery): { id: number }[] {
  const due = all<{ target: string }>(statements.dueTargets, now).flatMap(({ target }) => {
    const most = Math.min(limit, room(target))
    return most > 0 ? all<{ id: number; due: number }>(statements.dueHeads, target, now, most) : []
  })
  return due.sort((a, b) => a.due - b.due || a.id - b.id).slice(0, limit)
}

/** A postponed delivery gives the head of its lane up, too: an older one may have been replayed meanwhile. */
function settle(statements: Statements, { id, owner, result }: Waiting): boolean {
  const row = settleOne(statements, { id, owner, result })
  if (!row) return false
  statements.promote.run(row.lane)
  if (!row.target.startsWith(CHANNEL) || result.state === 'retry' || result.state === 'wait') return true
  statements.settleJoined.run(result.state, 'error' in result ? result.error : null, id)
  for (const native of ('natives' in result && result.natives) || [])
    statements.addReceipt.run(row.target.slice(CHANNEL.length), native, id)
  return true
}

const CHANNEL = 'channel:'

function settleOne(
  statements: Statements,
  { id, owner, result }: Pick<Waiting, 'id' | 'owner' | 'result'>,
): { lane: string; target: string } | undefined {
  if (result.state === 'wait') return one(statements.postpone, result.due, id, owner)
  return one(
    statements.settle,
    result.state === 'retry' ? 'ready' : result.state,
    result.state === 'retry' ? result.due : null,
    result.state === 'retry' ? (result.rest ?? null) : null,
    'error' in result ? result.error : null,
    'natives' in result ? JSON.stringify(result.natives) : null,
    id,
    owner,
  )
}
