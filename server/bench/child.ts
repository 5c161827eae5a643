import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Tally } from './load-client.ts'
import type { Measure } from './measured.ts'

const PLACE = new URL('./', import.meta.url)

export interface MeasuredServer {
  url: string
  ask(measure: Measure): Promise<number>
  stop(): Promise<void>
}

export interface LoadProcess {
  /** Rejects with what went wrong in the process. */
  order(order: Order): Promise<Tally | null>
  stop(): Promise<void>
}

export async function startServer(file: string): Promise<MeasuredServer> {
  const child = start(file, ['--expose-gc', ...(process.env.HUTONG_BENCH_NODE?.split(' ') ?? [])])
  const { url } = (await answer(child)) as { url: string }
  return {
    url,
    ask(measure) {
      child.send(measure)
      return answer(child) as Promise<number>
    },
    stop: () => stop(child),
  }
}

export function startLoad(): LoadProcess {
  const child = start('load-client.ts', [])
  return {
    async order(order) {
      child.send(order)
      const said = (await answer(child)) as { done: Tally | null } | { failed: string }
      if ('failed' in said) throw new Error(`the load failed to ${order.do}: ${said.failed}`)
      return said.done
    },
    stop: () => stop(child),
  }
}

/** Microseconds a message costs the store, by the clock and of CPU. */
export async function storeAlone(): Promise<{ wall: number; cpu: number }> {
  return (await answer(start('store-alone.ts', []))) as { wall: number; cpu: number }
}

function start(file: string, execArgv: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, PLACE)), { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function answer(child: ChildProcess): Promise<unknown> {
  const abort = new AbortController()
  const { signal } = abort
  const died = once(child, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`${child.spawnargs.at(-1)} ended (${by ?? code}) before it answered`)
  })
  const message = once(child, 'message', { signal }).then(([said]) => said as unknown)
  return Promise.race([message, died]).finally(() => abort.abort())
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.disconnect()
  await gone
}
