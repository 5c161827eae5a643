import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { makeDataFolder } from './data-folder.ts'
import { serve } from './serve.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hutong-data-'))
})
afterEach(() => rm(root, { recursive: true }))

const rights = async (...path: string[]) => (await stat(join(root, ...path))).mode & 0o777

async function serveOnce(data: string): Promise<void> {
  const sites = [{ key: 'shop', name: 'Shop', origins: ['https://shop.example'], routing: ['desk'] }]
  const secret = 'a secret that is only used in tests'
  const log = { level: 'silent' as const }
  const running = await serve(parseConfig({ data, sites, secret, listen: { port: 0 }, log }))
  await running.close()
}

describe('a data folder', () => {
  it('made by the relay is closed to other users of the machine, with all that is in it', async () => {
    await serveOnce(join(root, 'new'))
    expect([await rights('new'), await rights('new', 'files'), await rights('new', 'hutong.sqlite')]).toEqual([
      0o700, 0o700, 0o600,
    ])
  })

  it('that was there keeps its rights, but what visitors wrote and sent in it is closed', async () => {
    await mkdir(join(root, 'old', 'files'), { recursive: true })
    await chmod(join(root, 'old'), 0o755)
    await chmod(join(root, 'old', 'files'), 0o755)
    await serveOnce(join(root, 'old'))
    expect([await rights('old'), await rights('old', 'files'), await rights('old', 'hutong.sqlite')]).toEqual([
      0o755, 0o700, 0o600,
    ])
  })

  it('is made with the folders above it, when several start at once too', async () => {
    const path = join(root, 'a', 'b')
    await Promise.all([makeDataFolder(path), makeDataFolder(path)])
    expect([await rights('a'), await rights('a', 'b')]).toEqual([0o700, 0o700])
  })
})
