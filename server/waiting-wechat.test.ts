import type { Server } from 'node:http'
import { createWeChatAdapter } from '@hutong/adapter-wechat'
import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import { createWeComKfAdapter } from '@hutong/adapter-wecom'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createKeywordBackend } from './backends/keyword.ts'
import { floorSettings } from './floor-settings.ts'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const CALLBACK = { token: 'callbacktoken', encodingAesKey: KEY }
const OURS = { site: 'shop', token: CALLBACK.token, encodingAesKeys: [KEY] }
const GZH = { appId: 'wx0123456789abcdef', secret: 'app-secret' }
const CORP = { corpId: 'ww0123456789abcdef', secret: 'kf-secret' }
const ACCOUNT = 'wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw'
const WAITS = '人工客服会在这里回复您，您可以继续输入。'
const WAITS_TRADITIONAL = '真人客服會在這裡回覆您'

let wechat: FakeWeChat
let wecom: FakeWeCom
let house: TestRelay
let http: Server

beforeEach(async () => {
  wechat = await createFakeWeChat({ ...GZH, ...CALLBACK, format: 'xml', mode: 'safe' })
  wecom = await createFakeWeCom({
    corpId: CORP.corpId,
    app: { agentId: 1_000_002, secret: 'app-secret', ...CALLBACK },
    kf: { secret: CORP.secret, ...CALLBACK, accounts: [{ openKfId: ACCOUNT, name: 'Shop' }] },
    robots: [],
  })
  house = await openTestRelay({
    adapters: [
      createWeChatAdapter({ ...OURS, ...GZH, channel: 'gzh', api: wechat.url }),
      createWeComKfAdapter({ ...OURS, ...CORP, channel: 'kf', apiBase: wecom.url, openKfIds: [ACCOUNT] }),
    ],
    backends: [createKeywordBackend('keyword', {})],
    routing: ['keyword', 'desk'],
    floor: floorSettings.parse({}),
    staffed: () => true,
  })
  http = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  const origin = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}`
  wechat.callback(`${origin}/channels/gzh/callback`)
  wecom.kf.callback(`${origin}/channels/kf/callback`)
})
afterEach(async () => {
  await closeServer(http, 100)
  await house.close()
  await wechat.close()
  await wecom.close()
})

const count = (seen: unknown, text: string) => JSON.stringify(seen).split(text).length - 1

it('tells a customer of the Official Account who asks for a person that one will answer there, once', async () => {
  const phone = wechat.phone('oLin')
  await phone.follow()
  await phone.say('轉人工')
  await expect.poll(() => count(phone.sees(), WAITS_TRADITIONAL)).toBe(1)
  await phone.say('有人吗')
  await expect.poll(async () => (await house.store.backlog(Date.now())).every(({ open }) => open === 0)).toBe(true)
  expect(count(phone.sees(), WAITS_TRADITIONAL)).toBe(1)
})

it('gives a customer of WeChat customer service a person for the number of the option that offers one', async () => {
  const phone = wecom.customer('wmLin')
  await phone.enter()
  await phone.say('卖船吗')
  await expect.poll(() => count(phone.sees(), '转人工客服')).toBeGreaterThan(0)
  await phone.say('1')
  await expect.poll(() => count(phone.sees(), WAITS)).toBe(1)
})
