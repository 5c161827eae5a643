import { DatabaseSync } from 'node:sqlite'
import { HutongError } from '@hutong/core/errors'
import { Kysely } from 'kysely'
import { createConversationCache } from './conversation-cache.ts'
import { checkVersion, migrate, type SqlTypes } from './migrate.ts'
import { createPeople } from './people.ts'
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
  const database = open(path, busyMs)
  const turn = createTurn()
  const db = new Kysely<Tables>({ dialect: createSqliteDialect(database, turn) })
  const cache = createConversationCache(cached)
  let statements: Statements | undefined
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
    ...createSmall(db),
    migrate: () => migrate(db, TYPES),
    async check() {
      await checkVersion(db)
      await db.transaction().execute(async (step) => {
        await step.deleteFrom('state').where('scope', '=', 'check').execute()
      })
    },
    async close() {
      await db.destroy()
      if (database.isOpen) database.close()
    },
  }
}

function open(path: string, busyMs: number): DatabaseSync {
  try {
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
