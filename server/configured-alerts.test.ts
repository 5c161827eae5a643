import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ConfigInput, parseConfig } from './config.ts'
import { startAlerts } from './configured-alerts.ts'
import type { Store } from './stores/store.ts'
import { openTestRelay, quiet, type TestRelay } from './test-relay.ts'

const ROBOT = '693a91f6-7a0c-4bc4-97a0-0ec2afbe5aaa'
const CALLBACK = { token: 'callbacktoken', encodingAesKey: 'A'.repeat(43) }

let wecom: FakeWeCom
let house: TestRelay
let stop: () => Promise<void>
beforeEach(async () => {
  wecom = await createFakeWeCom({
    corpId: 'ww0123456789abcdef',
    app: { agentId: 1_000_002, secret: 'app-secret', ...CALLBACK },
    kf: { secret: 'kf-secret', ...CALLBACK, accounts: [] },
    robots: [ROBOT],
  })
  house = await openTestRelay()
})
afterEach(async () => {
  await stop()
  await house.close()
  await wecom.close()
})

it("a robot's messages are counted in the store, where all nodes and a restart find them", async () => {
  const input: ConfigInput & { secret: string } = {
    secret: 'a secret that is long enough for everything',
    sites: [{ key: 'shop', name: 'Shop' }],
    alerts: [{ kind: 'wecom-robot', key: ROBOT, api: wecom.url }],
  }
  const counted: unknown[] = []
  const store: Store = {
    ...house.store,
    async set(scope, key, value) {
      if (scope === 'robots') counted.push([key, value])
      return house.store.set(scope, key, value)
    },
  }
  const ground = { relay: house.relay, store, origin: 'https://help.shop.example', clock: { now: Date.now } }
  stop = await startAlerts(parseConfig(input), { ...ground, logger: quiet })
  await house.write('hello')
  await expect.poll(() => wecom.group(ROBOT).length, { timeout: 4_000 }).toBe(1)
  expect(counted).toEqual([[expect.not.stringContaining(ROBOT), expect.any(Number)]])
})

it('a robot tells its group in WeCom who waits on which site, with the way to the conversation', async () => {
  const input: ConfigInput & { secret: string } = {
    secret: 'a secret that is long enough for everything',
    sites: [{ key: 'shop', name: '茶叶店', locales: ['zh-CN', 'en'] }],
    alerts: [{ kind: 'wecom-robot', key: ROBOT, site: 'shop', api: wecom.url }],
  }
  const clock = { now: Date.now }
  const { conversation } = await house.write('there before')
  const ground = { relay: house.relay, store: house.store, origin: 'https://help.shop.example', clock, logger: quiet }
  stop = await startAlerts(parseConfig(input), ground)
  await house.write('hello', { address: 'another' })
  const seen = () => JSON.stringify(wecom.group(ROBOT))
  await expect.poll(() => seen().match(/正在等待人工客服（茶叶店）/g)?.length, { timeout: 4_000 }).toBe(2)
  expect(seen()).toContain(`https://help.shop.example/desk/#/c/${conversation}`)
})
