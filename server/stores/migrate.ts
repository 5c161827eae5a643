import { HutongError } from '@hutong/core/errors'
import { type Kysely, sql } from 'kysely'
import { first } from './migrations/0001-first.ts'
import { reports } from './migrations/0002-reports.ts'
import { reach } from './migrations/0003-reach.ts'
import { usedAt } from './migrations/0004-used-at.ts'
import { ownedFiles } from './migrations/0005-owned-files.ts'
import { recalls } from './migrations/0006-recalls.ts'
import { joined } from './migrations/0007-joined.ts'
import { proofs } from './migrations/0008-proofs.ts'
import { outboxTargets } from './migrations/0009-outbox-targets.ts'
import { outboxRest } from './migrations/0010-outbox-rest.ts'
import { scopedKeys } from './migrations/0011-scoped-keys.ts'
import type { Tables } from './tables.ts'

/** Where the databases' SQL differs in making tables. */
export interface SqlTypes {
  /** Type and constraints of a growing integer primary key. */
  serial: string
  /** Type of a 64-bit integer. */
  big: string
  /** A `create table` statement with the strictest checks the database has. */
  strict(createTable: string): string
}

/** Forward only; a released one is never edited. */
const MIGRATIONS = [
  first,
  reports,
  reach,
  usedAt,
  ownedFiles,
  recalls,
  joined,
  proofs,
  outboxTargets,
  outboxRest,
  scopedKeys,
]
const NEWEST = MIGRATIONS.length

/** Runs what is missing, each one in a transaction of its own; resolves with the version reached. */
export async function migrate(db: Kysely<Tables>, types: SqlTypes): Promise<number> {
  await sql
    .raw('create table if not exists migrations (version integer primary key, name text not null, at bigint not null)')
    .execute(db)
  for (const { version, name, statements } of MIGRATIONS)
    await db.transaction().execute(async (step) => {
      const done = await step
        .selectFrom('migrations')
        .select('version')
        .where('version', '=', version)
        .executeTakeFirst()
      if (done) return
      for (const statement of statements(types)) await sql.raw(statement).execute(step)
      await step.insertInto('migrations').values({ version, name, at: Date.now() }).execute()
    })
  return reached(db)
}

/** Rejects with `misconfigured` unless the schema is the one this code needs. */
export async function checkVersion(db: Kysely<Tables>): Promise<void> {
  const version = await reached(db).catch(() => 0)
  if (version === NEWEST) return
  const remedy = version < NEWEST ? 'run "hutong migrate"' : 'run a newer release of the relay'
  throw new HutongError('misconfigured', `the database is at version ${version}, this relay needs ${NEWEST}: ${remedy}`)
}

async function reached(db: Kysely<Tables>): Promise<number> {
  const row = await db
    .selectFrom('migrations')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}
