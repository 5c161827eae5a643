import { once } from 'node:events'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import type { IngressEnv } from './ingress.ts'

it('is closed on time also when somebody connected and said nothing', async () => {
  const server = createHttpServer(new Hono<IngressEnv>())
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  const silent = connect(port, '127.0.0.1')
  await once(silent, 'connect')
  const gone = once(silent, 'close')
  const started = performance.now()
  await closeServer(server, 100)
  await gone
  expect(performance.now() - started).toBeLessThan(3_000)
})
