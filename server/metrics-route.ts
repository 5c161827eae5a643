import { HutongError } from '@hutong/core/errors'
import { Hono } from 'hono'
import type { Auth } from './auth.ts'
import type { Config } from './config.ts'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import type { IngressEnv } from './ingress.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsRouteOptions {
  metrics: Metrics
  auth: Pick<Auth, 'who'>
  listen: Config['metrics']
}

/** `/metrics` on a port of its own, or on the main one for an admin token. Resolves with what closes it. */
export async function openMetrics(app: Hono<IngressEnv>, options: MetricsRouteOptions): Promise<() => Promise<void>> {
  const { metrics, auth } = options
  if (options.listen) {
    const alone = new Hono<IngressEnv>()
    alone.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }))
    const server = createHttpServer(alone)
    await listen(server, options.listen)
    return () => closeServer(server)
  }
  app.get('/metrics', async (c) => {
    const actor = await auth.who({ authorization: c.req.header('authorization') })
    if (actor === undefined)
      throw new HutongError('unauthorized', 'metrics: send an admin token as Authorization: Bearer')
    if (actor.role !== 'admin') throw new HutongError('forbidden', 'metrics: only an admin token may read them')
    return c.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
  })
  return async () => {}
}
