import { DatabaseSync } from 'node:sqlite'

/** The column `found` of what a query finds in a relay's database, whether the relay is there or not. */
export function onDisk(path: string, query: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare(query)
      .all()
      .map(({ found }) => String(found))
  } finally {
    database.close()
  }
}
