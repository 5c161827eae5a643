import { z } from 'zod'
import type { Finding } from './finding.ts'
import type { TencentSettings, WechatSettings } from './tencent-settings.ts'

const WECHAT = 'https://api.weixin.qq.com'
const WECOM = 'https://qyapi.weixin.qq.com'
const PATIENCE_MS = 10_000
/** Callbacks that are older than five minutes are refused. */
const SKEW_MS = 120_000

const answer = z.looseObject({
  errcode: z.number().default(0),
  errmsg: z.string().default(''),
  access_token: z.string().optional(),
  account_list: z.array(z.looseObject({ open_kfid: z.string() })).optional(),
})
type Answer = z.output<typeof answer> & { skewMs: number }

/**
 * Gets an access token, which ends no other, and looks at the account with it; tells the callback's address. Changes nothing at the
 * platform.
 */
export async function* doctorTencent(channel: TencentSettings, publicUrl: string | undefined): AsyncIterable<Finding> {
  const what = `channel ${channel.id}`
  try {
    const { token, skewMs } = await tokenOf(channel)
    yield clockOf(what, skewMs)
    if (channel.kind !== 'wechat') await lookAt(channel, token)
    yield { state: 'good', what: `${what}: ${NAMES[channel.kind]} lets us in` }
  } catch (error) {
    yield { state: 'bad', what: `${what}: ${NAMES[channel.kind]} does not let us in`, remedy: (error as Error).message }
  }
  yield callbackOf(channel, publicUrl)
}

const NAMES: Readonly<Record<TencentSettings['kind'], string>> = {
  wechat: 'WeChat',
  wecom: 'WeCom',
  'wecom-kf': 'WeCom',
}

async function tokenOf(channel: TencentSettings): Promise<{ token: string; skewMs: number }> {
  const answer = channel.kind === 'wechat' ? await wechatToken(channel) : await ask(channel, tokenPath(channel))
  if (answer.access_token === undefined) throw new Error('the platform gave no access token')
  return { token: answer.access_token, skewMs: answer.skewMs }
}

/** https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html */
function wechatToken(channel: WechatSettings): Promise<Answer> {
  const { appId: appid, secret } = channel
  return ask(channel, '/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret })
}

function tokenPath({ corpId, secret }: Exclude<TencentSettings, WechatSettings>): string {
  return `/cgi-bin/gettoken?${new URLSearchParams({ corpid: corpId, corpsecret: secret })}`
}

async function lookAt(channel: Exclude<TencentSettings, WechatSettings>, token: string): Promise<void> {
  const access = new URLSearchParams({ access_token: token })
  if (channel.kind === 'wecom') {
    await ask(channel, `/cgi-bin/agent/get?${access}&agentid=${channel.agentId}`)
    return
  }
  const { account_list = [] } = await ask(channel, `/cgi-bin/kf/account/list?${access}`, { offset: 0, limit: 100 })
  const there = account_list.map(({ open_kfid }) => open_kfid)
  const missing = channel.openKfIds.filter((one) => !there.includes(one))
  if (missing.length > 0)
    throw new Error(
      `openKfIds: the app may not use ${missing.join(', ')}; ${there.length ? `it may use ${there.join(', ')}` : 'allow it at WeCom, 微信客服, 可调用接口的应用'}`,
    )
}

async function ask(channel: TencentSettings, path: string, body?: object): Promise<Answer> {
  const base = channel.api ?? (channel.kind === 'wechat' ? WECHAT : WECOM)
  const init = body ? { method: 'POST', body: JSON.stringify(body) } : {}
  const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
    throw new Error(`${new URL(base).host} cannot be reached; look at the network, the proxy and the firewall`)
  })
  const skewMs = Date.now() - Date.parse(response.headers.get('date') ?? new Date().toUTCString())
  const read = answer.safeParse(await response.json().catch(() => undefined))
  if (!read.success) throw new Error(`${new URL(base).host} answered ${response.status} and nothing that can be read`)
  if (read.data.errcode !== 0) throw new Error(remedyOf(read.data.errcode, read.data.errmsg))
  return { ...read.data, skewMs }
}

/** What an operator does about the platform's numbers; every other is shown as it is. */
const REMEDIES: Readonly<Record<number, string>> = {
  40001: 'secret: is not the one of the account',
  40013: 'appId or corpId: the platform knows none of this name',
  40056: 'agentId: the app is not the one that the secret belongs to',
  40125: 'secret: is not the AppSecret; reset it at the platform if nobody has it',
  40243: 'secret: the AppSecret is frozen; unfreeze it at the platform',
  301002: 'agentId: the app is not the one that the secret belongs to',
  48002: 'secret: the app has no right to this; grant it at the platform',
}
const WHITELISTS: Readonly<Record<number, string>> = {
  40164: 'put it on the IP whitelist at mp.weixin.qq.com (设置与开发, 基本配置)',
  60020: 'put it on the list of trusted addresses of the app at work.weixin.qq.com (企业可信IP)',
}

function remedyOf(code: number, message: string): string {
  const whitelist = WHITELISTS[code]
  if (whitelist === undefined) return REMEDIES[code] ?? `the platform says ${code}: ${message}`
  const ip = /\d{1,3}(?:\.\d{1,3}){3}/.exec(message)?.[0] ?? 'the address of this machine'
  return `the platform does not know ${ip}: ${whitelist} (${code})`
}

function clockOf(what: string, skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  if (Math.abs(skewMs) < SKEW_MS) return { state: 'good', what: `${what}: the clocks agree` }
  const side = skewMs > 0 ? 'ahead of' : 'behind'
  return { state: 'bad', what: `${what}: our clock is ${seconds} s ${side} the platform’s`, remedy: 'set it by NTP' }
}

function callbackOf({ id, kind }: TencentSettings, publicUrl: string | undefined): Finding {
  if (publicUrl === undefined)
    return {
      state: 'bad',
      what: `channel ${id}: the platform cannot reach us`,
      remedy: `set publicUrl: callbacks go to <publicUrl>/channels/${id}/callback`,
    }
  const place = kind === 'wechat' ? 'mp.weixin.qq.com' : 'work.weixin.qq.com'
  return {
    state: 'good',
    what: `channel ${id}: the callback to enter at ${place} is ${publicUrl.replace(/\/+$/, '')}/channels/${id}/callback`,
  }
}
