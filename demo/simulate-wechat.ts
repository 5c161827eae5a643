import { randomBytes } from 'node:crypto'
import { createFakeWeChat } from '@hutong/adapter-wechat/fake'
import { createFakeWeCom } from '@hutong/adapter-wecom/fake'
import type { Clock } from '@hutong/core/adapter'
import type { ConfigInput } from '@hutong/server/config'

/** WeChat on this machine, with two accounts of one site in it: an Official Account and one of customer service. */
export interface SimulatedWeChat {
  /** Both accounts, as channels of the relay. */
  channels: NonNullable<ConfigInput['channels']>
  /** Of both platforms, and for the relay: callbacks of another time are refused. */
  clock: Clock
  /** The page of a customer's phone, by channel. */
  phones: { gzh: string; kf: string }
  /** Puts the clock forward, as the buttons on the phones do. */
  advance(ms: number): void
  /** Says where the relay is. */
  callback(relay: string): void
  close(): Promise<void>
}

const NAME = 'Courtyard Tea'
const WELCOME = 'Welcome to Courtyard Tea! Ask us anything. 欢迎光临，有什么可以帮您？'
/** What is pressed is said, and the articles and the relay know it in both languages. */
const MENU = [
  { name: '配送 Delivery', key: 'DELIVERY' },
  { name: '价格 Prices', key: 'PRICES' },
  { name: '人工 Agent', key: 'AGENT' },
]
const OPEN_KF_ID = 'wkCourtyardTea000000000000000001'

export async function simulateWeChat({ site }: { site: string }): Promise<SimulatedWeChat> {
  const [gzh, kf] = [credentials(), credentials()]
  const account = { appId: 'wx0123456789abcdef', secret: gzh.secret }
  const wechat = await createFakeWeChat({ ...account, ...gzh.callback, format: 'xml', mode: 'safe', name: NAME })
  const corpId = 'ww0123456789abcdef'
  const wecom = await createFakeWeCom({
    corpId,
    app: { agentId: 1_000_002, ...credentials().fake },
    kf: { ...kf.fake, accounts: [{ openKfId: OPEN_KF_ID, name: `${NAME} · 客服` }] },
    robots: [],
    clock: wechat.clock,
  })
  return {
    channels: [
      { kind: 'wechat', id: 'gzh', site, ...account, ...gzh.channel, api: wechat.url, welcome: WELCOME, menu: MENU },
      {
        ...{ kind: 'wecom-kf', id: 'kf', site, corpId, secret: kf.secret, ...kf.channel },
        ...{ openKfIds: [OPEN_KF_ID], api: wecom.url, welcome: WELCOME },
      },
    ],
    clock: { now: wechat.now },
    phones: { gzh: wechat.phoneUrl, kf: wecom.phoneUrl },
    advance: wechat.advance,
    callback(relay) {
      wechat.callback(`${relay}/channels/gzh/callback`)
      wecom.kf.callback(`${relay}/channels/kf/callback`)
    },
    async close() {
      await wecom.close()
      await wechat.close()
    },
  }
}

/** Of this run alone: whoever knew them could sign callbacks. */
function credentials() {
  const [secret, token, encodingAesKey] = [drawn(), drawn().slice(0, 32), drawn().slice(0, 43)]
  const callback = { token, encodingAesKey }
  return { secret, callback, fake: { secret, ...callback }, channel: { token, encodingAesKeys: [encodingAesKey] } }
}

function drawn(): string {
  return randomBytes(32).toString('hex')
}
