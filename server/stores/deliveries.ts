import type { DeliveryReport } from '@hutong/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { DeliveryRow, OutboxStore } from './store.ts'
import type { Tables } from './tables.ts'

/** The outbox but for taking and settling. Of a lane's open rows only the oldest is its `head`, and only heads are ever claimed. */
export function createDeliveries(db: Kysely<Tables>): Omit<OutboxStore, 'claim' | 'settle' | 'gather'> {
  return {
    async renew(ids, owner, until) {
      if (ids.length > 0) await held(db, owner).where('id', 'in', ids).set({ due: until }).execute()
    },
    async release(owner) {
      await held(db, owner).set({ state: 'ready', owner: null, due: 0 }).execute()
    },
    async nextDue(after) {
      const heads = db.selectFrom('outbox').where('head', '=', 1).select('due').orderBy('due').limit(1)
      const row = await (after === undefined ? heads : heads.where('due', '>', after)).executeTakeFirst()
      return row?.due
    },
    report: (channel, native, report) => keepReport(db, { channel, native, report }),
    deadLetters: (query) => deadLetters(db, query),
    deliveriesOf: (query) => deliveriesOf(db, query),
    replay: (which, now) => replay(db, which, now),
    async hasten(target, now, kindly) {
      const due = kindly ? sql<number>`(case when rest > ${now} then rest else ${now} end)` : sql<number>`${now}`
      await db
        .updateTable('outbox')
        .set({ due, ...(kindly && { tries: sql<number>`(case when tries > 0 then tries - 1 else 0 end)` }) })
        .where('target', '=', target)
        .where('state', '=', 'ready')
        .where('due', '>', due)
        .execute()
    },
    async underWay(target) {
      const heads = db.selectFrom('outbox').where('head', '=', 1).where('target', '=', target)
      const row = await heads
        .where('state', '=', 'leased')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirst()
      return row?.count ?? 0
    },
    backlog: (now) => backlog(db, now),
  }
}

function held(db: Kysely<Tables>, owner: string) {
  return db.updateTable('outbox').where('state', '=', 'leased').where('owner', '=', owner)
}

const OPEN = sql<boolean>`state in ('ready', 'leased')`

/** The lane's oldest open row becomes its head. */
async function promote(db: Kysely<Tables>, lane: string): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ head: 1 })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('outbox')
        .select(({ fn }) => fn.min('id').as('id'))
        .where('lane', '=', lane)
        .where(OPEN),
    )
    .execute()
}

function rows(db: Kysely<Tables>) {
  return db
    .selectFrom('outbox as o')
    .innerJoin('conversations as c', 'c.n', 'o.conversation')
    .select(['o.id', 'o.lane', 'o.target', 'c.id as conversation', 'o.seq'])
    .select(['o.state', 'o.due', 'o.tries', 'o.error', 'o.receipt', 'o.reported', 'o.address', 'o.why', 'o.joined'])
}

/** Of two reports that cross each other the later stage counts: whoever has read a message has it. */
const STAGES = ['delivered', 'failed', 'read'] as const

async function keepReport(
  db: Kysely<Tables>,
  { channel, native, report }: { channel: string; native: string; report: DeliveryReport },
): Promise<DeliveryRow | undefined> {
  return db.transaction().execute(async (step) => {
    const row = await rows(step)
      .innerJoin('receipts as r', 'r.delivery', 'o.id')
      .where('r.channel', '=', channel)
      .where('r.native', '=', native)
      .executeTakeFirst()
    if (row?.reported === 'failed' && report.state === 'failed') return row
    if (!row || (row.reported !== null && STAGES.indexOf(row.reported) >= STAGES.indexOf(report.state)))
      return undefined
    const { state: reported, reason = null } = report
    const changes = reported === 'failed' ? { reported, state: 'dead' as const, error: reason } : { reported }
    await step.updateTable('outbox').set(changes).where('id', '=', row.id).execute()
    await step.updateTable('outbox').set({ reported }).where('joined', '=', row.id).execute()
    return { ...row, ...changes }
  })
}

async function deadLetters(
  db: Kysely<Tables>,
  { target, before, limit }: Parameters<OutboxStore['deadLetters']>[0],
): Promise<DeliveryRow[]> {
  let query = rows(db).where(sql<boolean>`o.state in ('dead', 'unsure')`).orderBy('o.id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('o.id', '<', before)
  if (target !== undefined) query = query.where('o.target', '=', target)
  return query.execute()
}

async function deliveriesOf(
  db: Kysely<Tables>,
  { conversation, seq, before, limit }: Parameters<OutboxStore['deliveriesOf']>[0],
): Promise<DeliveryRow[]> {
  let query = rows(db)
    .where('c.id', '=', conversation)
    .where('o.address', 'is not', null)
    .orderBy('o.id', 'desc')
    .limit(limit)
  if (seq !== undefined) query = query.where('o.seq', '=', seq)
  if (before !== undefined) query = query.where('o.id', '<', before)
  return query.execute()
}

async function replay(db: Kysely<Tables>, which: Parameters<OutboxStore['replay']>[0], now: number): Promise<number> {
  return db.transaction().execute(async (step) => {
    const rows = await step
      .updateTable('outbox')
      .set({ state: 'ready', due: now, tries: 0, head: 0, joined: null, error: null, reported: null })
      .where((eb) => ('target' in which ? eb('target', '=', which.target) : eb('id', 'in', which)))
      .where(sql<boolean>`state in ('dead', 'unsure')`)
      .returning('lane')
      .execute()
    for (const lane of new Set(rows.map((row) => row.lane))) await rehead(step, lane)
    return rows.length
  })
}

/** After older rows were opened again: a claim under way keeps the lane until it is settled. */
async function rehead(db: Kysely<Tables>, lane: string): Promise<void> {
  const leased = await db
    .selectFrom('outbox')
    .select('id')
    .where('lane', '=', lane)
    .where('state', '=', 'leased')
    .executeTakeFirst()
  if (leased) return
  await db.updateTable('outbox').set({ head: 0 }).where('lane', '=', lane).where('head', '=', 1).execute()
  await promote(db, lane)
}

async function backlog(db: Kysely<Tables>, now: number): ReturnType<OutboxStore['backlog']> {
  const rows = await db
    .selectFrom('outbox')
    .where('state', 'in', ['ready', 'leased', 'dead'])
    .groupBy('target')
    .orderBy('target')
    .select('target')
    .select(sql<number>`count(case when ${OPEN} then 1 end)`.as('open'))
    .select(sql<number>`count(case when state = 'dead' then 1 end)`.as('dead'))
    .select(sql<number | null>`min(case when ${OPEN} then at end)`.as('oldest'))
    .execute()
  return rows.map(({ oldest, ...row }) => ({ ...row, oldest: oldest === null ? 0 : Math.max(0, now - oldest) }))
}
