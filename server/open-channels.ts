import { setTimeout as sleep } from 'node:timers/promises'
import type { Adapter, Host } from '@hutong/core/adapter'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { backoff } from './backoff.ts'
import type { ChannelHealth } from './channel-health.ts'

export interface OpenChannelsOptions {
  adapters: readonly Adapter[]
  host(adapter: Adapter): Host
  health: Pick<ChannelHealth, 'trouble'>
  /** Milliseconds until the next try. */
  pause?(tries: number, error: HutongError): number
  /** Milliseconds that a start waits for foreign platforms at most; channels not open by then go on opening. */
  patience?: number
}

export interface OpenChannels {
  /** Resolves once every channel is open, was refused once, or takes too long. Rejects for the widget's own channel alone. */
  open(): Promise<void>
  /** Ends all tries and closes all channels. */
  close(): Promise<void>
}

const PATIENCE_MS = 5_000
/** Platforms lock accounts whose login is wrong too often. */
const REFUSED_MS = 300_000

/** A channel that cannot be opened keeps no other from working: it is tried until it opens. */
export function createOpenChannels(options: OpenChannelsOptions): OpenChannels {
  const { adapters, host, health, pause = pauseAfter, patience = PATIENCE_MS } = options
  const own = adapters.filter(({ capabilities }) => capabilities.readsLog)
  const foreign = adapters.filter((adapter) => !own.includes(adapter))
  const stop = new AbortController()
  /** What was said of channels here, and is taken back here. */
  const blamed = new Set<string>()

  function blame(channel: string, error: HutongError): void {
    blamed.add(channel)
    health.trouble(channel, error)
  }

  async function keepOpening(adapter: Adapter, tried: () => void): Promise<void> {
    const { channel } = adapter
    for (let tries = 1; !stop.signal.aborted; tries += 1) {
      try {
        await adapter.open(host(adapter))
        if (blamed.delete(channel)) health.trouble(channel, undefined)
        return
      } catch (thrown) {
        if (stop.signal.aborted) return
        const error = toHutongError(thrown)
        blame(channel, error)
        tried()
        await sleep(pause(tries, error), undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
      }
    }
  }

  /** Whether it was heard of in time. */
  function openInTime(adapter: Adapter): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), patience)
      const heard = () => {
        clearTimeout(late)
        resolve(true)
      }
      void keepOpening(adapter, heard).then(heard)
    })
  }

  return {
    async open() {
      await Promise.all(own.map((adapter) => adapter.open(host(adapter))))
      const inTime = await Promise.all(foreign.map(openInTime))
      for (const [at, { channel }] of foreign.entries())
        if (!inTime[at]) blame(channel, new HutongError('timeout', 'its platform has not answered yet'))
    },
    async close() {
      stop.abort()
      await Promise.all(adapters.map((adapter) => adapter.close()))
    },
  }
}

function pauseAfter(tries: number, { code, retryAfter = 0 }: HutongError): number {
  return backoff(tries, { retryAfter: code === 'misconfigured' ? REFUSED_MS : retryAfter })
}
