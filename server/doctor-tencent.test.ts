import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doctorTencent } from './doctor-tencent.ts'
import type { Finding } from './finding.ts'
import type { TencentSettings } from './tencent-settings.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const CALLBACK = { token: 'callbacktoken', encodingAesKey: KEY }
const ACCOUNT = 'wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw'
const CORP = 'ww0123456789abcdef'

let wechat: FakeWeChat
let wecom: FakeWeCom
beforeAll(async () => {
  wechat = await createFakeWeChat({
    appId: 'wx0123456789abcdef',
    secret: 'app-secret',
    ...CALLBACK,
    format: 'xml',
    mode: 'safe',
  })
  wecom = await createFakeWeCom({
    corpId: CORP,
    app: { agentId: 1_000_002, secret: 'app-secret', ...CALLBACK },
    kf: { secret: 'kf-secret', ...CALLBACK, accounts: [{ openKfId: ACCOUNT, name: 'Shop' }] },
    robots: [],
  })
})
afterAll(async () => {
  await wechat.close()
  await wecom.close()
})

const callback = { token: CALLBACK.token, encodingAesKeys: [KEY] }
const gzh = (more: object = {}): TencentSettings => ({
  ...{ kind: 'wechat', id: 'gzh', site: 'shop', appId: 'wx0123456789abcdef', secret: 'app-secret', ...callback },
  ...{ passiveReplyMs: 0, miniPrograms: [], api: wechat.url },
  ...more,
})
const kf = (more: object = {}): TencentSettings => ({
  ...{ kind: 'wecom-kf', id: 'kf', site: 'shop', corpId: CORP, secret: 'kf-secret', ...callback },
  ...{ openKfIds: [ACCOUNT], api: wecom.url },
  ...more,
})

const app = (more: object = {}): TencentSettings => ({
  ...{ kind: 'wecom', id: 'app', site: 'shop', corpId: CORP, secret: 'app-secret', ...callback },
  ...{ agentId: 1_000_002, miniPrograms: [], api: wecom.url },
  ...more,
})

async function found(channel: TencentSettings, publicUrl?: string): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const one of doctorTencent(channel, publicUrl)) findings.push(one)
  return findings
}
const bad = async (channel: TencentSettings) =>
  (await found(channel, 'https://help.shop.example')).flatMap(({ state, remedy }) => (state === 'bad' ? [remedy] : []))

describe('the doctor at WeChat and WeCom', () => {
  it('signs in, and says which callback to enter where', async () => {
    expect(await found(gzh(), 'https://help.shop.example/')).toEqual([
      { state: 'good', what: 'channel gzh: the clocks agree' },
      { state: 'good', what: 'channel gzh: WeChat lets us in' },
      {
        state: 'good',
        what: 'channel gzh: the callback to enter at mp.weixin.qq.com is https://help.shop.example/channels/gzh/callback',
      },
    ])
    expect((await found(kf(), 'https://help.shop.example')).map(({ state }) => state)).toEqual(['good', 'good', 'good'])
  })

  it('says which setting is wrong', async () => {
    expect(await bad(gzh({ secret: 'wrong' }))).toEqual([expect.stringMatching(/^secret: /)])
    expect(await bad(kf({ secret: 'wrong' }))).toEqual([expect.stringMatching(/^secret: /)])
    expect(await bad(app())).toEqual([])
    expect(await bad(app({ agentId: 7 }))).toEqual([expect.stringMatching(/^agentId: /)])
    expect(await bad(kf({ openKfIds: ['wkother'] }))).toEqual([
      `openKfIds: the app may not use wkother; it may use ${ACCOUNT}`,
    ])
  })

  it('names the address that is missing on the platform’s list', async () => {
    wechat.faults.next('/cgi-bin/stable_token', {
      errcode: 40164,
      errmsg: 'invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist',
    })
    expect(await bad(gzh())).toEqual([
      'the platform does not know 203.0.113.9: put it on the IP whitelist at mp.weixin.qq.com (设置与开发, 基本配置) (40164)',
    ])
    wecom.faults.next('/cgi-bin/kf/account/list', {
      errcode: 60020,
      errmsg: 'not allow to access from your ip, hint: [1], from ip: 203.0.113.9',
    })
    expect(await bad(kf())).toEqual([expect.stringContaining('does not know 203.0.113.9')])
  })

  it('finds a platform that cannot be reached, and an address of ours that is not known', async () => {
    expect(await bad(gzh({ api: 'http://127.0.0.1:9' }))).toEqual([expect.stringContaining('cannot be reached')])
    expect((await found(gzh())).at(-1)).toMatchObject({ state: 'bad', remedy: expect.stringContaining('publicUrl') })
  })
})
