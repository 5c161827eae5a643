import { type Expression, type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import { type EntryRow, fold, toContact, toConversation, toEntry } from './rows.ts'
import type { ConversationItem, ConversationQuery } from './store.ts'
import type { IdentityTable, Tables } from './tables.ts'

/** The list of conversations, newest first, with what a reader needs to choose one. */
export async function conversations(db: Kysely<Tables>, query: ConversationQuery): Promise<ConversationItem[]> {
  const rows = await chosen(db, query)
    .orderBy('c.updated_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(query.limit)
    .execute()
  const contacts = await contactsOf(
    db,
    rows.map((row) => row.contact),
  )
  return rows.flatMap((row) => {
    const contact = contacts.get(row.contact)
    if (!contact) return []
    const latest = row.seq === null ? undefined : toEntry(row as EntryRow, row.id)
    return [{ conversation: toConversation(row), contact, ...(latest && { latest }), unread: row.unread }]
  })
}

function chosen(db: Kysely<Tables>, { site, status, holder, text, before, reader }: ConversationQuery) {
  let query = db
    .selectFrom('conversations as c')
    .innerJoin('contacts as p', 'p.id', 'c.contact')
    .leftJoin('entries as e', (join) =>
      join.onRef('e.conversation', '=', 'c.n').on('e.seq', '=', sql<number>`coalesce(nullif(c.latest, 0), c.last)`),
    )
    .selectAll('c')
    .select(['e.seq', 'e.key', 'e.at', 'e.sender', 'e.channel as entry_channel', 'e.body'])
    .select(reader === undefined ? sql<number>`0`.as('unread') : unread(reader).as('unread'))
  if (site !== undefined) query = query.where('c.site', '=', site)
  if (status !== undefined) query = query.where('c.status', '=', status)
  if (typeof holder === 'string') query = query.where('c.holder_kind', '=', holder)
  else if (holder) query = query.where('c.holder_kind', '=', 'agent').where('c.holder_id', '=', holder.agent)
  if (before)
    query = query.where((eb) =>
      eb.or([
        eb('c.updated_at', '<', before.updatedAt),
        eb.and([eb('c.updated_at', '=', before.updatedAt), eb('c.id', '<', before.id)]),
      ]),
    )
  for (const word of wordsOf(text)) query = query.where((eb) => eb.or([named(word), said(word)]))
  return query
}

/** Messages of the contact after what the reader has read: what bots and colleagues say waits for nobody. */
function unread(reader: string) {
  return sql<number>`(select count(*) from entries m where m.conversation = c.n and m.kind = 'message'
    and m.seq > coalesce((select max(u.read) from cursors u where u.conversation = c.n and u.participant = ${reader}), 0) and m.sender ->> 'kind' = 'contact')`
}

export function wordsOf(text: string | undefined): string[] {
  return text === undefined
    ? []
    : fold(text)
        .split(/\s+/)
        .filter((word) => word !== '')
}

function named(word: string): Expression<SqlBool> {
  return sql<SqlBool>`instr(p.search, ${word}) > 0`
}

/** `fold` is the database's function of the same name as ours. */
function said(word: string): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from entries m, json_each(m.body, '$.parts') part
    where m.conversation = c.n and m.kind = 'message' and instr(fold(part.value ->> 'text'), ${word}) > 0)`
}

export async function contactsOf(db: Kysely<Tables>, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, ReturnType<typeof toContact>>()
  const rows = await db.selectFrom('contacts').selectAll().where('id', 'in', ids).execute()
  const identities = await db
    .selectFrom('identities')
    .selectAll()
    .where('contact', 'in', ids)
    .orderBy('at')
    .orderBy('channel')
    .orderBy('address')
    .execute()
  const byContact = Map.groupBy(identities, (one: Selectable<IdentityTable>) => one.contact)
  return new Map(rows.map((row) => [row.id, toContact(row, byContact.get(row.id) ?? [])]))
}
