import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, ORIGIN, openBench, said } from './test-bench.ts'
import type { WireTarget } from './wire-client.ts'
import { runWireSuite, WIRE_CASES } from './wire-suite.ts'

/** Has a bot answer every message of `bench` a moment later, until the returned function is called. */
function answerEverything({ host }: Bench): () => void {
  const bot = { kind: 'bot' as const, id: 'bot' }
  let answered = 0
  const timer = setInterval(async () => {
    for (const { from, site } of host.arrivals.slice(answered)) {
      answered += 1
      const [first] = host.entries(from.address, site)
      if (first) await host.commit(first.conversation, bot, said('I heard you.'))
    }
  }, 10)
  return () => clearInterval(timer)
}

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

  it('says in one sentence why it cannot begin', async () => {
    const printed = async (target: WireTarget) => {
      const lines: string[] = []
      expect(await runWireSuite(target, (line) => lines.push(line))).toBe(WIRE_CASES.length)
      return lines
    }
    expect(await printed({ url: bench.url, site: 'shpo' })).toEqual([
      `${bench.url} has no site "shpo"; give the key of one of its sites`,
    ])
    expect(await printed({ url: bench.url, site: 'shop', origin: 'https://other.example' })).toEqual([
      `${bench.url} has no site "shop", or the site does not list https://other.example in its "origins"`,
    ])
    expect(await printed({ url: 'http://127.0.0.1:1', site: 'shop' })).toEqual([
      'nothing that speaks this protocol answers at http://127.0.0.1:1: start the relay first (ECONNREFUSED)',
    ])
  })

  it('does not call a promise broken because it was run too often', async () => {
    const busy = await openBench({ adapter: { limits: { conversations: { perMinute: 1, burst: 1 } } } })
    const lines: string[] = []
    await runWireSuite({ url: busy.url, site: 'shop' }, (line) => lines.push(line), WIRE_CASES.slice(6))
    await busy.close()
    expect(lines.filter((line) => line.startsWith('BROKEN'))).toEqual([])
    expect(lines.at(-1)).toMatch(/^stopped before .* come back after \d+ ms/)
  })

  it('finds all promises kept where a bot answers every message', { timeout: 60_000 }, async () => {
    const answered = await openBench({ adapter: { limits: { conversations: { perMinute: 1, burst: 1_000 } } } })
    const stop = answerEverything(answered)
    const broken: string[] = []
    await runWireSuite({ url: answered.url, site: 'shop', origin: ORIGIN }, (line) => {
      if (line.startsWith('BROKEN')) broken.push(line)
    })
    stop()
    await answered.close()
    expect(broken).toEqual([])
  })
})
