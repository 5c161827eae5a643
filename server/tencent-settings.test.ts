import { describe, expect, it } from 'vitest'
import { type ConfigInput, checkSettings, parseConfig, redacted } from './config.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const CALLBACK = { token: 'callbacktoken', encodingAesKeys: [KEY] }
const WECHAT = {
  kind: 'wechat',
  id: 'gzh',
  site: 'shop',
  appId: 'wx0123456789abcdef',
  secret: 'app-secret',
  ...CALLBACK,
}
const COMPANY = { site: 'shop', corpId: 'ww0123456789abcdef', secret: 'corp-secret', ...CALLBACK }
const KF = { ...COMPANY, kind: 'wecom-kf', id: 'kf', openKfIds: ['wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw'] }
const APP = { ...COMPANY, kind: 'wecom', id: 'app', agentId: 1_000_002 }
const ALERT = { kind: 'wecom-robot', key: '693a91f6-7a0c-4bc4-97a0-0ec2sifa5aaa'.replace('sifa', 'afbe') }

function input(channels: readonly object[], alerts: readonly object[] = []): ConfigInput & { secret: string } {
  const settings = {
    secret: 'a secret that is long enough for everything',
    sites: [{ key: 'shop', name: 'Shop' }],
    channels,
    alerts,
  }
  return settings as unknown as ConfigInput & { secret: string }
}

const mistakes = (channels: readonly object[], alerts: readonly object[] = []) =>
  checkSettings(input(channels, alerts)).mistakes.map(({ path, message }) => `${path.join('.')}: ${message}`)

describe('the settings of WeChat and WeCom', () => {
  it('are what the platform shows, nothing more', () => {
    const { channels, alerts } = parseConfig(input([WECHAT, KF, APP], [ALERT]))
    expect(channels).toMatchObject([{ id: 'gzh', passiveReplyMs: 0 }, { id: 'kf' }, { id: 'app' }])
    expect(alerts).toMatchObject([{ waitingMs: 0 }])
  })

  it('name every wrong field and what it should be, all at once', () => {
    const wrong = { ...WECHAT, appId: 'gh_12', token: 'no spaces', encodingAesKeys: [KEY.slice(1)], welcom: 'hi' }
    expect(mistakes([wrong, { ...KF, corpId: 'corp', openKfIds: [] }], [{ ...ALERT, key: 'https://qyapi' }])).toEqual([
      'channels.0.appId: must be the AppID, as wx0123456789abcdef',
      'channels.0.token: must be the Token of the callback: 3 to 32 letters and digits',
      'channels.0.encodingAesKeys.0: must be the EncodingAESKey of the callback: 43 letters and digits',
      'channels.0.welcom: is no setting; did you mean "welcome"?',
      'channels.1.corpId: must be the id of the company (企业ID), which begins with ww',
      'channels.1.openKfIds: must name at least one account (open_kfid)',
      'alerts.0.key: must be the key of the robot’s webhook, what stands behind "key=" in its address',
    ])
  })

  it('say which kinds there are', () => {
    expect(mistakes([{ ...WECHAT, kind: 'wecaht' }])).toEqual([expect.stringContaining('did you mean "wechat"?')])
  })

  it('want callbacks encrypted', () => {
    expect(mistakes([{ ...WECHAT, encodingAesKeys: [] }])).toEqual([
      'channels.0.encodingAesKeys: must hold the EncodingAESKey of the callback; choose the encrypted mode at the platform',
    ])
  })

  describe('of the menu of an Official Account', () => {
    const menu = (...buttons: object[]) => mistakes([{ ...WECHAT, menu: buttons }])
    const page = { appId: 'wx0123456789abcdef', page: 'pages/index', url: 'https://shop.example/' }

    it('are buttons that each do one thing', () => {
      const more = { name: '更多', buttons: [{ name: '小程序', ...page }] }
      const buttons = [{ name: '订单', key: 'ORDERS' }, { name: '商店', url: 'https://shop.example/' }, more]
      expect(parseConfig(input([{ ...WECHAT, menu: buttons }])).channels).toMatchObject([{ menu: buttons }])
      expect(menu({ name: '订单', key: 'ORDERS', url: page.url }, { name: '无' }, { ...more, key: 'MORE' })).toEqual([
        expect.stringMatching(/^channels\.0\.menu\.0: holds "key" and "url": a button does one thing, "key" \(/),
        expect.stringMatching(/^channels\.0\.menu\.1: does nothing: give it "key" \(/),
        expect.stringMatching(/^channels\.0\.menu\.2: holds "buttons" and "key": a button does one thing/),
      ])
      expect(menu({ name: '更多', buttons: [{ name: '页', appId: page.appId }] })).toEqual([
        expect.stringMatching(/^channels\.0\.menu\.0\.buttons\.0: lacks "page" and "url"/),
      ])
    })

    it('keep to what WeChat takes, which counts in bytes', () => {
      const long = { name: '我的全部订单', key: 'k'.repeat(129) }
      expect(menu(long, { name: '更多', buttons: [{ name: '单'.repeat(21), key: 'A' }] })).toEqual([
        'channels.0.menu.0.name: must be at most 16 bytes, and has 18; a Chinese character is 3',
        'channels.0.menu.0.key: must be at most 128 bytes, and has 129; a Chinese character is 3',
        'channels.0.menu.1.buttons.0.name: must be at most 60 bytes, and has 63; a Chinese character is 3',
      ])
      const four = Array.from({ length: 4 }, (_, index) => ({ name: 'B', key: `B${index}` }))
      expect(menu(...four)).toEqual(['channels.0.menu: must hold at most 3 buttons'])
      expect(menu()).toEqual([expect.stringContaining('must hold at least one button')])
    })

    it('are spelled as they are called', () => {
      expect(menu({ nmae: '订单', name: '订单', key: 'ORDERS' })).toEqual([
        'channels.0.menu.0.nmae: is no setting; did you mean "name"?',
      ])
    })
  })

  it('let one channel read an account, and name sites that there are', () => {
    expect(mistakes([WECHAT, { ...WECHAT, id: 'two' }, KF, { ...KF, id: 'kf2', site: 'pub' }])).toEqual([
      'channels.1.appId: "wx0123456789abcdef" is read by another channel',
      'channels.3.site: there is no site "pub"',
      'channels.3.openKfIds: "wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw" is read by another channel',
    ])
    expect(mistakes([], [ALERT, { ...ALERT, site: 'pub' }])).toEqual([
      'alerts.1.key: is the robot of another alert',
      'alerts.1.site: there is no site "pub"',
    ])
  })

  it('are shown without anything secret', () => {
    const shown = JSON.stringify(redacted(parseConfig(input([WECHAT, KF, APP], [ALERT]))))
    for (const secret of ['app-secret', 'corp-secret', 'callbacktoken', KEY, ALERT.key])
      expect(shown).not.toContain(secret)
    expect(shown).toContain('wx0123456789abcdef')
  })
})
