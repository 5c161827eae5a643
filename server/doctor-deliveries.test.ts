import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Backend } from '@hutong/core/backend'
import { afterEach, describe, expect, it } from 'vitest'
import { createPullBackend } from './backends/pull.ts'
import { createSocketBackend } from './backends/socket.ts'
import { createWebhookBackend } from './backends/webhook/webhook.ts'
import { parseConfig } from './config.ts'
import { doctorDeliveries } from './doctor-deliveries.ts'
import type { Finding } from './finding.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const SECRET = `whsec_${'A'.repeat(32)}`
let relay: TestRelay | undefined
let program: Server | undefined
afterEach(async () => {
  await relay?.close()
  program?.closeAllConnections()
  program?.close()
  relay = program = undefined
})

interface Answer {
  status: number
  text?: string
}

/** A relay whose backend `orders` pushes to a program that gives these answers, the last one for good. */
async function push(...answers: Answer[]): Promise<{ kind: string; url: string; secrets: string[] }> {
  program = createServer((_, response) => {
    const { status, text = '' } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 }
    response.writeHead(status).end(text)
  })
  program.listen(0, '127.0.0.1')
  await once(program, 'listening')
  const settings = { url: `http://127.0.0.1:${(program.address() as AddressInfo).port}/`, secrets: [SECRET] }
  await open(createWebhookBackend('orders', { ...settings, answerWithin: 1_000 }))
  return { kind: 'webhook', ...settings }
}

async function open(backend: Backend): Promise<void> {
  relay = await openTestRelay({ backends: [backend], routing: ['orders', 'desk'] })
}

/** A customer writes, and the relay has passed the conversation on; where it gives the event up, that is done. */
async function asked({ dead = 0 } = {}): Promise<void> {
  const { conversation = '' } = (await relay?.write('Where is 123456?')) ?? {}
  await relay?.until(conversation, (log) => log.some(({ body }) => body.kind === 'handoff'))
  const letters = async () => (await relay?.store.deadLetters({ limit: 9 }))?.length
  await expect.poll(letters, { timeout: 5_000 }).toBe(dead)
}

async function found(orders: Record<string, unknown>): Promise<Finding[]> {
  const tokens = [{ name: 'orders', hash: 'a'.repeat(64) }]
  const sites = [{ key: 'shop', name: 'Shop', routing: ['orders', 'desk'] }]
  const settings = parseConfig({ mode: 'development', sites, tokens, backends: { orders } })
  const findings: Finding[] = []
  for await (const one of doctorDeliveries(settings, relay?.path ?? '')) findings.push(one)
  return findings
}

describe('the doctor beside a relay', { timeout: 20_000 }, () => {
  it('asks whether the secret is the same when the webhook refuses its events', async () => {
    const orders = await push({ status: 401 })
    await asked()
    expect(await found(orders)).toEqual([
      {
        state: 'bad',
        what: 'backend orders: 1 event is waiting, at the last try: the webhook answered 401',
        remedy: expect.stringMatching(/the secret of backends\.orders\.secrets\? \(WEBHOOK_SECRET/),
      },
    ])
  })

  it('says since when a webhook is disabled, what it missed and how it is enabled again', async () => {
    const orders = await push({ status: 410 })
    await asked({ dead: 1 })
    const [finding, ...more] = await found(orders)
    expect(more).toEqual([])
    expect(finding?.state).toBe('bad')
    expect(finding?.what).toMatch(
      /^backend orders is disabled since \d{4}-.* UTC: the webhook answered 410; 1 event is given up on$/,
    )
    expect(finding?.remedy).toMatch(/POST \/v1\/backends\/orders\/enable.*--role admin/)
  })

  it('counts what was given up on, with the last reason and how it is brought again', async () => {
    const orders = await push({ status: 200, text: '{"actions":[{"kind":"dance"}]}' })
    await asked({ dead: 1 })
    const findings = await found(orders)
    expect(findings.at(-1)).toEqual({
      state: 'odd',
      what: expect.stringMatching(/^backend orders: 1 event is given up on, the last with: .*actions\.0\.kind/),
      remedy: expect.stringContaining('POST /v1/backends/orders/replay'),
    })
  })

  it('says that nobody holds the socket of a backend', async () => {
    await open(createSocketBackend('orders', { answerWithin: 1_000 }))
    await asked()
    expect(await found({ kind: 'socket' })).toEqual([
      {
        state: 'bad',
        what: 'backend orders: 1 event is waiting, at the last try: orders is not connected',
        remedy: expect.stringMatching(/is its program running, .*RELAY_URL.*RELAY_TOKEN/),
      },
    ])
  })

  it('says that a backend which fetches its events has not answered', async () => {
    await open(createPullBackend('orders', { answerWithin: 1_000 }))
    await asked()
    const [finding, ...more] = await found({ kind: 'pull' })
    expect(more).toEqual([])
    expect(finding?.what).toMatch(
      /^backend orders has said nothing since .* UTC, when .*: orders gave no answer in 1000 ms$/,
    )
    expect(finding?.remedy).toContain('RELAY_TOKEN')
  })

  it('has nothing to say of a backend that answers, and nothing more once it answers again', async () => {
    const reply = { actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'On its way.' }] }] }
    const orders = await push({ status: 500 }, { status: 200, text: JSON.stringify(reply) })
    await asked()
    expect(await found(orders)).toMatchObject([{ what: expect.stringContaining('the webhook answered 500') }])
    const { conversation = '' } = (await relay?.write('And 654321?', { address: 'another' })) ?? {}
    await relay?.until(conversation, (log) => log.some(({ from }) => from.id === 'orders'))
    await expect.poll(() => found(orders), { timeout: 5_000 }).toEqual([])
  })
})
