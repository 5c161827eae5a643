import type { StoredFile } from '@hutong/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { SmallStore } from './store.ts'
import type { Tables } from './tables.ts'

/** Where it is noted, by the session's hash, when it was last used. */
export const SESSION_USED = 'session-used'

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
    async purge(now) {
      const raws = await db.deleteFrom('raws').where('until', '<=', now).executeTakeFirst()
      const sessions = await db.deleteFrom('sessions').where('expires_at', '<=', now).executeTakeFirst()
      await db
        .deleteFrom('state')
        .where('scope', '=', SESSION_USED)
        .where('key', 'not in', db.selectFrom('sessions').select('hash'))
        .execute()
      return Number(raws.numDeletedRows + sessions.numDeletedRows)
    },
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
