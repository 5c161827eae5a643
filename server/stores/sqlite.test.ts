import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSqliteStore } from './sqlite.ts'
import type { Store } from './store.ts'
import type { StoreBench } from './store-bench.ts'
import { testStore } from './store-kit.ts'

async function make(): Promise<StoreBench> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
  const path = join(folder, 'hutong.db')
  const open: Store[] = []
  const reopen = async () => {
    const store = createSqliteStore({ path, cached: 2 })
    open.push(store)
    return store
  }
  return {
    store: await reopen(),
    reopen,
    async destroy() {
      for (const store of open) await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe('SQLite', () => {
  testStore(make)

  it('names the remedy when the file cannot be opened', () => {
    expect(() => createSqliteStore({ path: '/nowhere/at/all/hutong.db' })).toThrow(/folder exists/)
  })

  it('says that migrations are missing before anything is written', async () => {
    const bench = await make()
    await expect(bench.store.check()).rejects.toThrow(/hutong migrate/)
    await bench.destroy()
  })
})
