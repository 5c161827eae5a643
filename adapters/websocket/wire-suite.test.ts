import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, ORIGIN, openBench } from './test-bench.ts'
import { runWireSuite, WIRE_CASES } from './wire-suite.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench({ adapter: { limits: { conversations: { perMinute: 1, burst: 1_000 } } } })
})
afterAll(() => bench.close())

describe('the web channel keeps what the wire promises', () => {
  for (const { title, run } of WIRE_CASES) it(title, () => run({ url: bench.url, site: 'shop', origin: ORIGIN }))
})

describe('the wire suite', () => {
  it('finds broken promises in a server that lets everybody in and acknowledges everything', {
    timeout: 120_000,
  }, async () => {
    const http = createServer()
    const io = new Server(http)
    io.on('connection', (socket) => {
      socket.emit('ready', {
        token: 'same for all',
        last: 0,
        site: { uploads: { maxBytes: 1 }, staffed: true },
        at: Date.now(),
      })
      socket.on('send', (_packet, ack) => ack?.({ seq: 1, at: Date.now() }))
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const lines: string[] = []
    const { port } = http.address() as AddressInfo
    const broken = await runWireSuite(
      { url: `http://127.0.0.1:${port}`, site: 'shop', origin: ORIGIN },
      (line) => lines.push(line),
      WIRE_CASES.slice(1, 6),
    )
    await io.close()
    expect(broken).toBe(5)
    expect(lines.some((line) => line.startsWith('BROKEN  a forged token is refused'))).toBe(true)
  })
})
