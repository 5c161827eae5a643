import type { BodyOf } from '@hutong/core/entry'
import { type Kysely, sql } from 'kysely'
import { conversations } from './conversations.ts'
import { type EntryRow, type EventRow, toEntry, toEvent } from './rows.ts'
import { commitWrites, type Log, locate, lookUp } from './sqlite-commit.ts'
import type { Turn } from './sqlite-dialect.ts'
import { all, one } from './sqlite-statements.ts'
import type { LogStore } from './store.ts'
import type { Tables } from './tables.ts'

export interface SqliteParts extends Log {
  db: Kysely<Tables>
  turn: Turn
}

/** The log on SQLite: synchronous statements, run only while no Kysely transaction is open on the connection. */
export function createSqliteLog(parts: SqliteParts): LogStore {
  const { db, turn } = parts

  async function alone(): Promise<void> {
    while (turn.busy) await turn.busy
  }

  return {
    async commit(writes) {
      if (turn.busy) await alone()
      return commitWrites(parts, writes)
    },
    async entries(conversation, range) {
      if (turn.busy) await alone()
      const n = lookUp(parts, conversation)?.n
      if (n === undefined) return []
      const rows =
        'after' in range
          ? all<EntryRow>(parts.statements.after, n, range.after, range.limit)
          : all<EntryRow>(parts.statements.before, n, range.before, range.limit).reverse()
      return rows.map((row) => toEntry(row, conversation))
    },
    async event(conversation, seq) {
      if (turn.busy) await alone()
      const row = one<EventRow>(parts.statements.event, conversation, seq)
      return row && toEvent(row)
    },
    recalled: (conversation) => recalled(db, conversation),
    async conversation(id) {
      if (turn.busy) await alone()
      return lookUp(parts, id)?.conversation
    },
    async find(site, channel, address) {
      if (turn.busy) await alone()
      return locate(parts, { site, channel, address })?.conversation
    },
    async locate(channel, native) {
      if (turn.busy) await alone()
      return one<{ conversation: string; seq: number }>(parts.statements.located, channel, native, channel, native)
    },
    async conversationOf(contact) {
      const row = await db.selectFrom('conversations').select('id').where('contact', '=', contact).executeTakeFirst()
      return row && lookUp(parts, row.id)?.conversation
    },
    async position() {
      return one<{ position: number | null }>(parts.statements.position)?.position ?? 0
    },
    feed: (range) => feed(db, range),
    cursors: (conversation) => cursors(db, conversation),
    setCursor: (conversation, cursor) => setCursor(parts, conversation, cursor),
    conversations: (query) => conversations(db, query),
  }
}

async function recalled(db: Kysely<Tables>, conversation: string): Promise<Set<number>> {
  const rows = await db
    .selectFrom('entries as e')
    .innerJoin('conversations as c', 'c.n', 'e.conversation')
    .where('c.id', '=', conversation)
    .where(sql<boolean>`e.kind = 'recall'`)
    .select('e.body')
    .execute()
  return new Set(rows.map(({ body }) => (JSON.parse(body) as BodyOf<'recall'>).of))
}

async function feed(db: Kysely<Tables>, { site, after, limit }: Parameters<LogStore['feed']>[0]) {
  let query = events(db).where('e.position', '>', after).orderBy('e.position').limit(limit)
  if (site !== undefined) query = query.where('c.site', '=', site)
  return (await query.execute()).map((row: EventRow) => toEvent(row))
}

/** Entries with what makes an event of them. */
function events(db: Kysely<Tables>) {
  return db
    .selectFrom('entries as e')
    .innerJoin('conversations as c', 'c.n', 'e.conversation')
    .select(['e.position', 'e.seq', 'e.key', 'e.at', 'e.sender', 'e.channel', 'e.body', 'e.floor'])
    .select(['c.id', 'c.site', 'c.contact'])
}

async function cursors(db: Kysely<Tables>, conversation: string): ReturnType<LogStore['cursors']> {
  const rows = await db
    .selectFrom('cursors as u')
    .innerJoin('conversations as c', 'c.n', 'u.conversation')
    .where('c.id', '=', conversation)
    .select(['u.kind', 'u.participant', 'u.name', 'u.delivered', 'u.read'])
    .orderBy('u.kind')
    .orderBy('u.participant')
    .execute()
  return rows.map(toCursor)
}

type Cursor = Awaited<ReturnType<LogStore['setCursor']>>

function toCursor(row: {
  kind: string
  participant: string
  name: string | null
  delivered: number
  read: number
}): Cursor {
  const { delivered, read, name } = row
  const kind = row.kind as Cursor['participant']['kind']
  return { participant: { kind, id: row.participant, ...(name === null ? {} : { name }) }, delivered, read }
}

/** What is read was delivered too, and nothing is either before it is in the log. */
async function setCursor(parts: SqliteParts, conversation: string, cursor: Cursor): Promise<Cursor> {
  const known = lookUp(parts, conversation)
  const { participant } = cursor
  if (!known) return { ...cursor, delivered: 0, read: 0 }
  const read = Math.min(cursor.read, known.conversation.last)
  const delivered = Math.max(read, Math.min(cursor.delivered, known.conversation.last))
  const row = await parts.db
    .insertInto('cursors')
    .values({
      conversation: known.n,
      kind: participant.kind,
      participant: participant.id,
      name: participant.name ?? null,
      delivered,
      read,
    })
    .onConflict((conflict) =>
      conflict.columns(['conversation', 'kind', 'participant']).doUpdateSet({
        name: (eb) => eb.fn.coalesce('excluded.name', 'cursors.name'),
        delivered: sql<number>`case when excluded.delivered > cursors.delivered then excluded.delivered else cursors.delivered end`,
        read: sql<number>`case when excluded.read > cursors.read then excluded.read else cursors.read end`,
      }),
    )
    .returning(['kind', 'participant', 'name', 'delivered', 'read'])
    .executeTakeFirstOrThrow()
  return toCursor(row)
}
