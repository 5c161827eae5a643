import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSqliteStore, openDatabase } from './sqlite.ts'
import type { Side, Store, Write } from './store.ts'
import { applied, opening, type StoreBench, say, text } from './store-bench.ts'
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

  it('acknowledges nothing before it is on the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
    const database = openDatabase(join(folder, 'hutong.db'), 100)
    expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 })
    database.close()
    await rm(folder, { recursive: true })
  })

  it('lets no other user of the machine read what is kept, now and in files of before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
    const path = join(folder, 'hutong.db')
    await writeFile(path, '', { mode: 0o644 })
    const store = createSqliteStore({ path })
    await store.migrate()
    const names = await readdir(folder)
    expect(names.sort()).toEqual(['hutong.db', 'hutong.db-shm', 'hutong.db-wal'])
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('finds out whether it can write by writing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
    const path = join(folder, 'hutong.db')
    const store = createSqliteStore({ path })
    await store.migrate()
    const witness = openDatabase(path, 100)
    const commits = () => witness.prepare('pragma data_version').get()?.data_version
    for (const _ of [1, 2]) {
      const before = commits()
      await store.check()
      expect(commits()).not.toBe(before)
    }
    witness.close()
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('knows keys of before by their authors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
    const path = join(folder, 'hutong.db')
    const store = createSqliteStore({ path })
    await store.migrate()
    const authors = {
      contact: undefined,
      bot: { kind: 'bot', id: 'a~%' },
      agent: { kind: 'agent', id: 'a_anna' },
    } as const
    const write = (key: keyof typeof authors, side: Side): Write => {
      const from = authors[key]
      return say({ key, side, decision: { entries: [text(key, from && { from })] } })
    }
    const writes = [write('contact', 'contact'), write('bot', 'house'), write('agent', 'house')]
    for (const one of writes) await applied(store, one)
    const old = openDatabase(path, 100)
    old.exec('delete from migrations where version = 11')
    old.close()
    await store.migrate()
    const now = [write('contact', 'contact'), write('bot', 'bot:a~%'), write('agent', 'house')]
    expect((await store.commit(now)).map((one) => one.state === 'duplicate' && one.seq)).toEqual([1, 2, 3])
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('opens thousands of conversations at once for no more than it takes when it can remember them all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-store-'))
    const writes = Array.from({ length: 6_000 }, (_, visitor) =>
      say({ to: opening(`visitor ${visitor}`), key: 'hello' }),
    )
    const costs: number[] = []
    for (const cached of [writes.length, 1]) {
      const store = createSqliteStore({ path: join(folder, `${cached}.db`), cached })
      await store.migrate()
      const before = process.cpuUsage()
      await store.commit(writes)
      const { user, system } = process.cpuUsage(before)
      costs.push(user + system)
      expect((await store.commit(writes.slice(0, 3))).map(({ state }) => state)).toEqual(Array(3).fill('duplicate'))
      await store.close()
    }
    const [all = 0, one = 0] = costs
    expect(one).toBeLessThan(all * 2.5)
    await rm(folder, { recursive: true })
  })

  it('says that migrations are missing before anything is written', async () => {
    const bench = await make()
    await expect(bench.store.check()).rejects.toThrow(/hutong migrate/)
    await bench.destroy()
  })
})
