import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WebhookOptions } from '../backends/webhook/webhook-options.ts'

export interface Setting {
  database: string
  folder: string
  sites: { id: string; routing: string[] }[]
  webhooks: (WebhookOptions & { name: string })[]
  /** Milliseconds that its clock is ahead when it starts. */
  aheadMs: number
}

export type Order =
  | { do: 'write'; site: string; address: string; key: string }
  | { do: 'forward'; ms: number }
  | { do: 'replay'; backend: string }
  | { do: 'backlog' }

/** A relay with webhooks in a process of its own, by a clock of its own. */
export interface WebhookProcess {
  readonly database: string
  /** What its clock says. */
  now(): number
  start(): Promise<void>
  /** kill -9; its clock goes on until what it held is free. */
  kill(): Promise<void>
  /** Resolves once the entry is durable. */
  write(site: string, address: string, key: string): Promise<void>
  /** Waits until nothing is due any more, and lets that much time pass. */
  forward(ms: number): Promise<void>
  replay(backend: string): Promise<number>
  /** By target, what is to be brought and what was given up. */
  backlog(): Promise<{ target: string; open: number; dead: number }[]>
}

/** Longer than the outbox leases what it works on. */
const LEASE_MS = 11_000
const PROGRAM = fileURLToPath(new URL('./test-webhook-program.ts', import.meta.url))

export function createWebhookProcess(folder: string, setting: Pick<Setting, 'sites' | 'webhooks'>): WebhookProcess {
  const database = join(folder, 'hutong.sqlite')
  let ahead = 0
  let child: ChildProcess | undefined
  let orders = 0
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()

  function ask(order: Order): Promise<unknown> {
    const id = ++orders
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      child?.send({ id, order })
    })
  }

  return {
    database,
    now: () => Date.now() + ahead,
    async start() {
      const told: Setting = { ...setting, database, folder, aheadMs: ahead }
      const born = fork(PROGRAM, [JSON.stringify(told)], { execArgv: [] })
      child = born
      born.on('exit', (code) => {
        for (const { reject } of waiting.values()) reject(new Error(`the relay ended with ${code}`))
        waiting.clear()
      })
      await Promise.race([
        once(born, 'message'),
        once(born, 'exit').then(() => Promise.reject(new Error('the relay did not start'))),
      ])
      born.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: string }) => {
        const one = waiting.get(id)
        waiting.delete(id)
        if (error === undefined) one?.resolve(result)
        else one?.reject(new Error(error))
      })
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      ahead += LEASE_MS
    },
    async write(site, address, key) {
      await ask({ do: 'write', site, address, key })
    },
    async forward(ms) {
      await ask({ do: 'forward', ms })
      ahead += ms
    },
    replay: async (backend) => Number(await ask({ do: 'replay', backend })),
    backlog: () => ask({ do: 'backlog' }) as ReturnType<WebhookProcess['backlog']>,
  }
}
