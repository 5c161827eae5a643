import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { HutongError } from '@hutong/core/errors'
import type { Hono } from 'hono'
import type { IngressEnv } from './ingress.ts'

const SECOND = 1_000

/** Node's HTTP server in front of the app, with time and size limits that a slow or greedy client cannot stretch. */
export function createHttpServer(app: Pick<Hono<IngressEnv>, 'fetch'>): Server {
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 15 * SECOND,
      requestTimeout: 300 * SECOND,
      keepAliveTimeout: 65 * SECOND,
      connectionsCheckingInterval: 2 * SECOND,
    },
  }) as Server
  server.maxHeadersCount = 100
  return server
}

/** Resolves with the port once connections are taken; rejects with `misconfigured` when the address cannot be had. */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(refusal(cause, host, port)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function refusal(cause: NodeJS.ErrnoException, host: string, port: number): HutongError {
  const means: Record<string, string> = {
    EADDRINUSE: 'is used by another program; stop it or set another listen.port',
    EACCES: 'may not be used by this user; set a listen.port above 1023',
    EADDRNOTAVAIL: 'is no address of this machine; set another listen.host',
  }
  const why = means[cause.code ?? ''] ?? `cannot be used (${cause.code})`
  return new HutongError('misconfigured', `listen: ${host}:${port} ${why}`, { cause })
}

/** Takes no more connections; those that are open stay. */
export function stopListening(server: Server): void {
  if (server.listening) server.close()
}

/** Lets the answers under way out for at most `ms`, then cuts every connection. Resolves when none is left. */
export async function closeServer(server: Server, ms = 1_000): Promise<void> {
  stopListening(server)
  server.closeIdleConnections()
  const until = performance.now() + ms
  while ((await connections(server)) > 0) {
    if (performance.now() > until) server.closeAllConnections()
    await setTimeout(20)
    server.closeIdleConnections()
  }
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
