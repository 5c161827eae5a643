import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  NAME,
  openWebhookStand,
  reasonOf,
  sleep,
  until,
  type WebhookStand,
} from '../backends/webhook/test-webhook-stand.ts'
import { TOKENS } from '../test-stand.ts'

let stand: WebhookStand
beforeEach(async () => {
  stand = await openWebhookStand({ hears: 'everything', title: 'Archive' }, ['desk'])
})
afterEach(() => stand.close())

const ask = (path: string, method = 'GET') => stand.ask(path, { method, token: TOKENS.boss })
const shown = async () => (await ask('/v1/backends')).body.items?.[0]

describe('the backends', () => {
  it('are listed with what they were not brought yet', async () => {
    stand.receiver.answer(() => ({ status: 500 }))
    await stand.write('one')
    await stand.write('two')
    await expect.poll(() => stand.waiting()).toHaveLength(1)
    const { oldest, ...rest } = (await shown()) ?? {}
    expect(rest).toEqual({
      name: NAME,
      title: 'Archive',
      hears: 'everything',
      state: 'enabled',
      open: 2,
      dead: 0,
    })
    expect(oldest).toBeGreaterThan(0)
  })

  it('are no business of a backend’s own token', async () => {
    for (const [path, method] of [
      ['', 'GET'],
      [`/${NAME}/enable`, 'POST'],
      [`/${NAME}/replay`, 'POST'],
    ] as const) {
      const { status } = await stand.ask(`/v1/backends${path}`, { method, token: TOKENS.shop })
      expect(status).toBe(403)
    }
  })
})

describe('a backend whose other end answered 410', () => {
  it('is enabled again, and brought what it missed in order', async () => {
    stand.receiver.answer(() => ({ status: 410 }))
    const addresses = ['a', 'b', 'c']
    for (const text of ['one', 'two', 'three']) for (const address of addresses) await stand.write(text, { address })
    await expect.poll(stand.dead).toHaveLength(9)
    expect(await shown()).toMatchObject({
      state: 'disabled',
      since: expect.any(Number),
      why: 'the webhook answered 410',
      open: 0,
      dead: 9,
    })
    const early = await ask(`/v1/backends/${NAME}/replay`, 'POST')
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
    const before = stand.receiver.calls.length
    stand.receiver.answer(() => ({ status: 204 }))
    const [enabled] = await Promise.all([
      ask(`/v1/backends/${NAME}/enable`, 'POST'),
      ...addresses.map((address) => stand.write('four', { address })),
    ])
    expect(enabled.body).toMatchObject({ state: 'enabled', dead: 0 })
    await until(() => stand.receiver.calls.length === before + 12)
    const calls = stand.receiver.calls.slice(before)
    for (const id of new Set(calls.map(({ event }) => event.conversation))) {
      const seqs = calls.flatMap(({ event }) => (event.conversation === id ? [event.entry.seq] : []))
      expect(seqs).toEqual([1, 2, 3, 4])
    }
    await expect.poll(shown).toMatchObject({ state: 'enabled', open: 0, dead: 0 })
  })

  it('is enabled without what it missed where that is asked for, and brought it when that is asked for too', async () => {
    stand.receiver.answer(() => ({ status: 410 }))
    await stand.write('one')
    await expect.poll(stand.dead).toHaveLength(1)
    stand.receiver.answer(() => ({ status: 204 }))
    const { body } = await ask(`/v1/backends/${NAME}/enable?replay=false`, 'POST')
    expect(body).toMatchObject({ state: 'enabled', dead: 1 })
    await stand.write('two')
    await until(() => stand.receiver.calls.length === 2)
    expect((await ask(`/v1/backends/${NAME}/replay`, 'POST')).body).toEqual({ replayed: 1 })
    await until(() => stand.receiver.calls.length === 3)
    expect(stand.receiver.calls.map(({ event }) => event.entry.seq)).toEqual([1, 2, 1])
  })

  it('is brought the dead letters that are picked out at once', async () => {
    stand.receiver.answer(() => ({ text: '{"action": []}' }))
    await stand.write('one')
    await expect.poll(stand.dead).toHaveLength(1)
    stand.receiver.answer(() => ({ status: 204 }))
    // Everything that wakes the outbox by itself is over.
    await sleep(200)
    const ids = (await stand.dead()).map(({ id }) => id)
    const { body } = await stand.ask('/v1/deliveries/replay', { method: 'POST', json: { ids }, token: TOKENS.boss })
    expect(body).toEqual({ replayed: 1 })
    await expect.poll(() => stand.receiver.calls.length, { timeout: 1_000 }).toBe(2)
  })

  it('has its dead letters listed apart from those of others', async () => {
    stand.receiver.answer(() => ({ status: 410 }))
    const { conversation } = await stand.write('one')
    await expect.poll(stand.dead).toHaveLength(1)
    const of = async (target: string) => (await ask(`/v1/deliveries?target=${target}`)).body.items
    expect(await of(`backend:${NAME}`)).toMatchObject([{ conversation, error: expect.stringContaining('410') }])
    expect(await of('backend:other')).toEqual([])
    expect(reasonOf(await stand.log(conversation))).toBeUndefined()
  })

  it('cannot be enabled by a name that nobody has', async () => {
    expect((await ask('/v1/backends/nobody/enable', 'POST')).status).toBe(404)
  })
})
