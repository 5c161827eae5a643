import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { createSceneTokens } from '@hutong/tencent/scene'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WeChatAdapter } from './index.ts'
import { createQr } from './qr.ts'
import { deliveryTo, openStand, type Stand } from './test-bench.ts'

const DAY = 24 * 3_600_000

let stand: Stand
let adapter: WeChatAdapter
beforeEach(async () => {
  stand = await openStand()
  adapter = stand.adapter()
  await adapter.open(stand.host)
})
afterEach(async () => {
  await adapter.close()
  await stand.close()
})

/** A visitor of the website who has a conversation, and the code that she is shown. */
async function invited() {
  const { to } = await deliveryTo(stand, 'visitor', { kind: 'text', text: 'Go on in WeChat', format: 'plain' })
  return { conversation: to.conversation, ...(await adapter.invite(to.conversation)) }
}

test('whoever scans the code of a conversation goes on in it, by following first or by following already', async () => {
  const { conversation, url, until } = await invited()
  expect(until).toBe(stand.host.clock.now() + 7 * DAY)
  const phone = stand.fake.phone('o_lin')
  await phone.scan(url)
  await phone.say('here I am')
  expect(stand.host.joins).toEqual([{ address: 'o_lin', same: { conversation } }])
  expect(stand.host.entries('o_lin')[0]?.conversation).toBe(conversation)
  const second = await invited()
  await phone.scan(second.url)
  expect(stand.host.joins).toHaveLength(2)
})

test('a code works for the one who scans it first, who may scan it again', async () => {
  const { url, conversation } = await invited()
  await stand.fake.phone('o_lin').scan(url)
  await stand.fake.phone('o_lin').scan(url)
  await stand.fake.phone('o_thief').scan(url)
  expect(new Set(stand.host.joins.map(({ address }) => address))).toEqual(new Set(['o_lin']))
  expect(stand.host.joins[0]?.same).toEqual({ conversation })
})

test('codes of others, forged ones and old ones join nobody', async () => {
  const { url } = await invited()
  const phone = stand.fake.phone('o_lin')
  await phone.follow({ scene: 'poster-7' })
  await stand.fake.deliver(stand.fake.compose('o_lin', { MsgType: 'event', Event: 'SCAN', EventKey: 'x'.repeat(64) }))
  const scene = JSON.stringify(stand.fake.calls).match(/"scene_str":"([\w-]+)"/)?.[1] ?? ''
  expect(scene.length).toBeGreaterThan(30)
  stand.advance(7 * DAY + 1_000)
  await stand.fake.deliver(stand.fake.compose('o_lin', { MsgType: 'event', Event: 'SCAN', EventKey: scene }))
  await expect(phone.scan(url)).rejects.toThrow('over')
  expect(stand.host.joins).toEqual([])
})

test('who a customer is on the owner’s other accounts is told once a day, after the first message', async () => {
  const phone = stand.fake.phone('o_lin')
  phone.knownAs('u_lin')
  await phone.follow()
  expect(stand.host.joins).toEqual([])
  await phone.say('hi')
  await expect.poll(() => stand.host.joins).toEqual([{ address: 'o_lin', same: { union: 'u_lin' } }])
  await phone.say('hi again')
  await adapter.close()
  adapter = stand.adapter()
  await adapter.open(stand.host)
  await phone.say('and again')
  stand.advance(DAY)
  await phone.say('good morning')
  await expect.poll(() => stand.host.joins.length).toBe(2)
  expect(stand.fake.calls.filter(({ path }) => path.endsWith('user/info'))).toHaveLength(2)
})

describe('a scan', () => {
  /** A relay whose leases and time can be played with, and the code of a visitor's conversation. */
  async function scene(more: Partial<MemoryHost> = {}) {
    const host = createMemoryHost()
    const qr = createQr({
      host: { ...host, ...more },
      client: { code: async () => ({ url: 'https://weixin.example/q/1', seconds: 60 }) },
      site: 'site',
      channel: 'gzh',
      secret: 'a secret',
      wait: async (ms) => host.clock.advance(ms),
    })
    const body = { kind: 'message' as const, parts: [{ kind: 'text' as const, text: 'hi', format: 'plain' as const }] }
    const { conversation } = await host.receive({ from: { address: 'visitor' }, key: '1', body })
    const tokens = createSceneTokens('a secret', 'gzh', host.clock)
    const token = tokens.make(conversation)
    return { host, qr, conversation, token, id: tokens.read(token)?.id }
  }

  test('that a relay died with joins when WeChat tells of it again', async () => {
    const { host, qr, conversation, token, id } = await scene()
    await host.lease(`scene:${id}`, 3_000)
    expect(await qr.follow('o_lin', token)).toBe(true)
    expect(host.joins).toEqual([{ address: 'o_lin', same: { conversation } }])
  })

  test('that cannot be read in time is not answered as if it were', async () => {
    const { host, qr, token, id } = await scene()
    await host.lease(`scene:${id}`, 60_000)
    await expect(qr.follow('o_lin', token)).rejects.toMatchObject({ code: 'unavailable' })
    expect(host.joins).toEqual([])
  })

  test('of two phones at once joins one of them, also where leases do not keep a relay from itself', async () => {
    const lease = async () => ({ renew: async () => true, release: async () => {} })
    const { host, qr, token } = await scene({ lease })
    const followed = await Promise.all(['o_lin', 'o_max', 'o_eve'].map((openid) => qr.follow(openid, token)))
    expect(followed.filter((joined) => joined)).toHaveLength(1)
    expect(host.joins).toHaveLength(1)
  })
})
