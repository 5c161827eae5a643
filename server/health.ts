import type { HutongError } from '@hutong/core/errors'
import type { Hono } from 'hono'
import type { IngressEnv } from './ingress.ts'
import type { Store } from './stores/store.ts'

export interface HealthOptions {
  store: Pick<Store, 'check' | 'nextDue'>
  draining(): boolean
  /** By channel, what keeps it from working. */
  troubles(): ReadonlyMap<string, HutongError>
  now(): number
  version: string
}

/** A due delivery nobody has taken for so long means that the outbox stands still. One that waits for its next try is not due. */
const LAG_MAX_MS = 60_000

/**
 * `/healthz`: the loop turns. `/readyz`: new work is welcome; channels that do not work are named there, and keep nobody from the others.
 * `/version`: what runs.
 */
export function installHealth(app: Hono<IngressEnv>, options: HealthOptions): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/version', (c) => c.json({ name: 'hutong', version: options.version, node: process.version }))
  app.get('/readyz', async (c) => {
    const problems = await problemsOf(options)
    const channels = Object.fromEntries([...options.troubles()].map(([channel, { code }]) => [channel, code]))
    const ready = problems.length === 0
    return c.json({ status: ready ? 'ready' : 'unready', problems, channels }, ready ? 200 : 503)
  })
}

async function problemsOf({ store, draining, now }: HealthOptions): Promise<string[]> {
  if (draining()) return ['the relay is draining']
  try {
    await store.check()
    const late = now() - ((await store.nextDue()) ?? now())
    return late > LAG_MAX_MS ? [`the outbox stands still: a delivery is due for ${Math.round(late / 1_000)} s`] : []
  } catch (error) {
    return [`the store is not usable: ${(error as Error).message}`]
  }
}
