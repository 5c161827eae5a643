import { DatabaseSync } from 'node:sqlite'

/** What the newest try of what still waits for each target failed with, of those whose last try failed. Changes nothing; a relay may be running on the file. */
export function lastErrors(path: string): ReadonlyMap<string, string> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    const rows = database
      .prepare(
        `select target, error from outbox where id in
          (select max(id) from outbox where state in ('ready', 'leased') and error is not null group by target)`,
      )
      .all()
    return new Map(rows.map(({ target, error }) => [String(target), String(error)]))
  } finally {
    database.close()
  }
}
