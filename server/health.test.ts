import { HutongError } from '@hutong/core/errors'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { type HealthOptions, installHealth } from './health.ts'
import type { IngressEnv } from './ingress.ts'

const NOW = 1_000_000

async function readiness(options: Partial<HealthOptions>) {
  const app = new Hono<IngressEnv>()
  const store = { check: async () => {}, nextDue: async () => undefined }
  installHealth(app, {
    store,
    draining: () => false,
    troubles: () => new Map(),
    now: () => NOW,
    version: '1.2.3',
    ...options,
  })
  const answer = await app.request('/readyz')
  return [answer.status, (await answer.json()).problems]
}

it('is ready when the store works and nothing is overdue', async () => {
  expect(await readiness({})).toEqual([200, []])
})

it('is ready although a channel does not work, and names it without telling strangers why', async () => {
  const app = new Hono<IngressEnv>()
  const troubles = () => new Map([['mail', new HutongError('misconfigured', 'login: anna is refused')]])
  const store = { check: async () => {}, nextDue: async () => undefined }
  installHealth(app, { store, draining: () => false, troubles, now: () => NOW, version: '1.2.3' })
  const answer = await app.request('/readyz')
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: 'ready', problems: [], channels: { mail: 'misconfigured' } },
  ])
})

it('is not ready while it drains', async () => {
  expect(await readiness({ draining: () => true })).toEqual([503, ['the relay is draining']])
})

it('is not ready, and says why, when the store cannot be used', async () => {
  const check = async () => {
    throw new HutongError('unavailable', 'the disk is full')
  }
  const store = { check, nextDue: async () => undefined }
  expect(await readiness({ store })).toEqual([503, ['the store is not usable: the disk is full']])
})

it('is not ready when nobody takes what is due, but stays so while a channel waits for its next try', async () => {
  const due = (at: number) => ({ store: { check: async () => {}, nextDue: async () => at } })
  expect(await readiness(due(NOW + 3_600_000))).toEqual([200, []])
  expect(await readiness(due(NOW - 61_000))).toEqual([503, ['the outbox stands still: a delivery is due for 61 s']])
})
