import { createHash, type Hash } from 'node:crypto'
import { createMemoryHost } from '@hutong/core/memory'
import { createEmailAdapter, type EmailOptions } from './index.ts'

/** A process of its own that takes one mail and says how much memory it had beyond what it had before. */
export interface Taken {
  bytes: number
  hash: string
  /** Highest resident memory while it was taken, above that of the idle process; in bytes. */
  extra: number
  milliseconds: number
}

const MAIL = 'taken'

async function main(options: EmailOptions): Promise<void> {
  const host = createMemoryHost({ channel: 'mail' })
  const received: { bytes: number; hash: Hash } = { bytes: 0, hash: createHash('sha256') }
  host.files.put = async (content, { site, name, type = '' }) => {
    const own = { bytes: 0, hash: createHash('sha256') }
    for await (const chunk of content) {
      own.bytes += chunk.byteLength
      own.hash.update(chunk)
    }
    Object.assign(received, own)
    return { id: 'f_1', site, name, type, bytes: own.bytes }
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
    bytes: received.bytes,
    hash: received.hash.digest('hex'),
    extra: peak - idle,
    milliseconds: Date.now() - started,
  }
  process.send?.({ [MAIL]: taken })
  await adapter.close()
  process.disconnect?.()

  async function arrivals(count: number): Promise<void> {
    while (host.arrivals.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const [given] = process.argv.slice(2)
if (given !== undefined) await main(JSON.parse(given))
