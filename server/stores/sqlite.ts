import { randomUUID } from 'node:crypto'
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { HutongError } from '@hutong/core/errors'
import { Kysely } from 'kysely'
import { createConversationCache } from './conversation-cache.ts'
import { checkVersion, migrate, type SqlTypes } from './migrate.ts'
import { createPeople } from './people.ts'
import { createProofs } from './proofs.ts'
import { fold } from './rows.ts'
import { createSmall } from './small.ts'
import { createSqliteDialect, createTurn } from './sqlite-dialect.ts'
import { createSqliteLog } from './sqlite-log.ts'
import { createSqliteOutbox } from './sqlite-outbox.ts'
import { prepare, type Statements } from './sqlite-statements.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface SqliteStoreOptions {
  /** The database's file; it and its folder must be on a disk that keeps what is flushed. */
  path: string
  /** Conversations kept in memory. Default 10 000. */
  cached?: number
  /** Milliseconds to wait for another process that writes. Default 5 000. */
  busyMs?: number
}

const TYPES: SqlTypes = {
  serial: 'integer primary key',
  big: 'integer',
  strict: (createTable) => `${createTable.replaceAll(' bigint', ' integer')} strict`,
}

/** The store in one file. One process appends at a time; a second one may read and administer. */
export function createSqliteStore({ path, cached = 10_000, busyMs = 5_000 }: SqliteStoreOptions): Store {
  const database = openDatabase(path, busyMs)
  const turn = createTurn()
  const db = new Kysely<Tables>({ dialect: createSqliteDialect(database, turn) })
  const cache = createConversationCache(cached)
  let statements: Statements | undefined
  const small = createSmall(db)
  const log = {
    database,
    db,
    turn,
    cache,
    /** Prepared at the first use: the tables are there only after `migrate`. */
    get statements() {
      statements ??= prepare(database)
      return statements
    },
  }
  return {
    ...createSqliteLog(log),
    ...createPeople(db, async (contact) => {
      const row = await db.selectFrom('conversations').select('id').where('contact', '=', contact).executeTakeFirst()
      if (row) cache.drop(row.id)
    }),
    ...createSqliteOutbox(log),
    ...createProofs(db),
    ...small,
    migrate: () => migrate(db, TYPES),
    async check() {
      await checkVersion(db)
      // What is the same as before is not written.
      await small.set('check', 'written', randomUUID())
    },
    async close() {
      await db.destroy()
      if (database.isOpen) database.close()
    },
  }
}

/** The connection everything goes through: whatever it commits is on the disk, and no other user can read it. */
export function openDatabase(path: string, busyMs: number): DatabaseSync {
  try {
    keepPrivate(path)
    const database = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536')
    database.exec('pragma temp_store = memory; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864')
    database.function('fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : null))
    return database
  } catch (cause) {
    throw new HutongError(
      'misconfigured',
      `the database "${path}" cannot be opened: see that its folder exists and is writable`,
      {
        cause,
      },
    )
  }
}

/** SQLite gives the files beside it the rights of the database; those that are there already keep what they had. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600)
}
