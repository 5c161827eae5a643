import { rmSync } from 'node:fs'
import { mkdtemp, open, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileStorage } from '@hutong/core/adapter'
import { createMemoryHost } from '@hutong/core/memory'
import { createEmailAdapter, type EmailOptions } from './index.ts'

/** A process of its own that takes one mail and says how much memory it had beyond what it had before. */
export interface Taken {
  /** Where the attachment stands on disk. */
  path: string
  /** Highest resident memory while it was taken, above that of the idle process; in bytes. */
  extra: number
  milliseconds: number
}

const MAIL = 'taken'

async function main(options: EmailOptions): Promise<void> {
  const host = createMemoryHost({ channel: 'mail' })
  const folder = await mkdtemp(join(tmpdir(), 'hutong-large-mail-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  let path = ''
  host.files.put = async (content, { site, name, type = '', maxBytes }) => {
    path = join(folder, 'f_1')
    return { id: 'f_1', site, name, type, bytes: await writeDown(content, path, maxBytes) }
  }
  const adapter = createEmailAdapter(options)
  await adapter.open(host)
  await arrivals(1)
  const idle = process.memoryUsage.rss()
  let peak = idle
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 2)
  process.send?.('ready')
  const started = Date.now()
  await arrivals(2)
  clearInterval(watch)
  const taken: Taken = {
    path,
    extra: peak - idle,
    milliseconds: Date.now() - started,
  }
  process.send?.({ [MAIL]: taken })
  // The folder goes with the process: whoever started it has read the file by then.
  await new Promise((resolve) => process.once('message', resolve))
  await adapter.close()
  process.disconnect?.()

  async function arrivals(count: number): Promise<void> {
    while (host.arrivals.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** As the relay's storage does it: piece by piece into a file that gets its name once it is whole and synced. */
async function writeDown(content: Parameters<FileStorage['put']>[0], path: string, most = 0): Promise<number> {
  const file = await open(`${path}.arriving`, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const chunk of content) {
      bytes += chunk.byteLength
      if (bytes > most) throw new Error(`larger than ${most} bytes`)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.arriving`, path)
  return bytes
}

const [given] = process.argv.slice(2)
if (given !== undefined) await main(JSON.parse(given))
