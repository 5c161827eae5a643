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
