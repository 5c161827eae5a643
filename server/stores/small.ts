import type { StoredFile } from '@hutong/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { SmallStore } from './store.ts'
import type { Tables } from './tables.ts'

/** Where it is noted, by the session's hash, when it was last used. */
export const SESSION_USED = 'session-used'

/** Where it is kept, by the delivery's id, how much of it was sent. */
export const SENT = 'sent'

/** Small durable things: state by key, leases, files' records, and the end of what is kept for a time. */
export function createSmall(db: Kysely<Tables>): SmallStore {
  return {
    async get(scope, key) {
      const row = await at(db, scope, key).select('value').executeTakeFirst()
      return row && JSON.parse(row.value)
    },
    async set(scope, key, value) {
      if (value === undefined) await remove(db, scope, key)
      else await put(db, { scope, key, value: JSON.stringify(value) })
    },
    lease: (...terms) => lease(db, terms),
    async releaseLease(name, owner) {
      await db.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
    },
    async addFile({ createdAt, owner, ...file }) {
      await db
        .insertInto('files')
        .values({ ...file, name: file.name.toWellFormed(), created_at: createdAt, owner: owner ?? null, used: 0 })
        .execute()
    },
    async file(id): Promise<StoredFile | undefined> {
      const row = await db
        .selectFrom('files')
        .select(['id', 'site', 'name', 'type', 'bytes', 'owner'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return
      const { owner, ...file } = row
      return owner === null ? file : { ...file, owner }
    },
    async useFile(id) {
      const { numUpdatedRows } = await db.updateTable('files').set({ used: 1 }).where('id', '=', id).executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async dropUnusedFiles(before, limit) {
      const unused = db
        .selectFrom('files')
        .select('id')
        .where('used', '=', 0)
        .where('created_at', '<', before)
        .orderBy('created_at')
        .limit(limit)
      const gone = await db.deleteFrom('files').where('id', 'in', unused).returning('id').execute()
      return gone.map(({ id }) => id)
    },
    async raw(conversation, seq) {
      const row = await db
        .selectFrom('raws')
        .innerJoin('conversations', 'conversations.n', 'raws.conversation')
        .select('raws.payload')
        .where('conversations.id', '=', conversation)
        .where('raws.seq', '=', seq)
        .executeTakeFirst()
      return row?.payload
    },
    purge: (now) => purge(db, now),
  }
}

function at(db: Kysely<Tables>, scope: string, key: string) {
  return db.selectFrom('state').where('scope', '=', scope).where('key', '=', key)
}

async function put(db: Kysely<Tables>, row: Tables['state']): Promise<void> {
  await db
    .insertInto('state')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['scope', 'key']).doUpdateSet({ value: (eb) => eb.ref('excluded.value') }),
    )
    .execute()
}

async function remove(db: Kysely<Tables>, scope: string, key: string): Promise<void> {
  await db.deleteFrom('state').where('scope', '=', scope).where('key', '=', key).execute()
}

/** What is open is kept whatever its age: a delivery goes on where it stopped, a session ends at its own time. */
async function purge(db: Kysely<Tables>, now: number): Promise<number> {
  const ended = [
    await db.deleteFrom('raws').where('until', '<=', now).executeTakeFirst(),
    await db.deleteFrom('sessions').where('expires_at', '<=', now).executeTakeFirst(),
    await db.deleteFrom('proofs').where('until', '<=', now).executeTakeFirst(),
    await db.deleteFrom('spent').where('until', '<=', now).executeTakeFirst(),
    await db
      .deleteFrom('state')
      .where('scope', '=', SENT)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('outbox as o')
            .select('o.id')
            .where('o.id', '=', sql<number>`cast(state.key as bigint)`)
            .where('o.state', 'in', ['done', 'skipped', 'cancelled']),
        ),
      )
      .executeTakeFirst(),
  ]
  await db
    .deleteFrom('state')
    .where('scope', '=', SESSION_USED)
    .where('key', 'not in', db.selectFrom('sessions').select('hash'))
    .execute()
  return ended.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0)
}

async function lease(
  db: Kysely<Tables>,
  [name, { owner, now, until }]: Parameters<SmallStore['lease']>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('leases')
    .values({ name, owner, until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ owner, until })
        .where(sql<boolean>`leases.owner = ${owner} or leases.until <= ${now}`),
    )
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}
