import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { HutongError } from '@hutong/core/errors'

const FILE = 'hutong.lock'
/** How long a relay that is just ending is waited for. */
const PATIENCE_MS = 2_000
const SQLITE_BUSY = 5

/**
 * Makes this relay the only one on the folder until `release` is called or the process is gone, however it went: the system
 * itself gives up the lock. Rejects with `unavailable` when another relay has it.
 */
export async function lockData(folder: string): Promise<{ release(): void }> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const lock = take(folder)
    if (lock) return { release: () => lock.close() }
    if (performance.now() > until)
      throw new HutongError(
        'unavailable',
        `another relay is running on the data folder ${resolve(folder)}: stop it, or give this one a "data" of its own`,
      )
    await setTimeout(100)
  }
}

/** Whether a relay is running on the folder. */
export function isLocked(folder: string): boolean {
  const lock = take(folder)
  lock?.close()
  return lock === undefined
}

function take(folder: string): DatabaseSync | undefined {
  const database = new DatabaseSync(join(folder, FILE), { timeout: 0 })
  try {
    database.exec('begin exclusive')
    return database
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
}
