import { z } from 'zod'
import { channelId } from './channel-id.ts'
import { wechatMenu } from './wechat-menu-settings.ts'

/** Settings of the channels of WeChat and WeCom; every name is the platform's own. */

const given = (what: string) => z.string().min(1, { error: `must be ${what}` })
const matching = (pattern: RegExp, what: string) => z.string().regex(pattern, { error: `must be ${what}` })
const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' })

/** What stands at the platform beside the callback's URL. */
const callback = {
  token: matching(/^[A-Za-z\d]{3,32}$/, 'the Token of the callback: 3 to 32 letters and digits'),
  /** The EncodingAESKey, before the one that it replaces. */
  encodingAesKeys: z
    .array(matching(/^[A-Za-z\d]{43}$/, 'the EncodingAESKey of the callback: 43 letters and digits'))
    .min(1, { error: 'must hold the EncodingAESKey of the callback; choose the encrypted mode at the platform' })
    .max(2, { error: 'must hold the EncodingAESKey and at most the one that it replaces' }),
}

const account = {
  /** Stored with every address; never give it to another account. */
  id: channelId,
  /** Key of the site that the account belongs to. */
  site: channelId,
  /** What answers in the place of the platform: a proxy with a fixed address, or a fake. */
  api: url.optional(),
}

const company = {
  corpId: matching(/^(ww|wx)[A-Za-z\d_-]{6,62}$/, 'the id of the company (企业ID), which begins with ww'),
  secret: given('the Secret of the app'),
}

/** A 公众号 or 服务号. */
export const wechatSettings = z.strictObject({
  kind: z.literal('wechat'),
  ...account,
  appId: matching(/^wx[\da-f]{16}$/, 'the AppID, as wx0123456789abcdef'),
  secret: given('the AppSecret'),
  ...callback,
  /** Milliseconds that a push is left unanswered for a reply that counts as none of the messages. */
  passiveReplyMs: z.int().min(0).max(4_500).default(0),
  /** What whoever follows the account is told at once. */
  welcome: given('words for those who follow the account').optional(),
  /** The buttons below the conversation; left out, they stay as they are. */
  menu: wechatMenu.optional(),
  /** Cards whose link begins like one of these open a page of a mini-program. */
  miniPrograms: z.array(z.strictObject({ link: url, appId: z.string(), thumbMediaId: z.string() })).default([]),
})

/** A self-built app of a company, to which its members write. */
export const wecomSettings = z.strictObject({
  kind: z.literal('wecom'),
  ...account,
  ...company,
  agentId: z.int({ error: 'must be the AgentId of the app, a whole number' }).min(1),
  ...callback,
  /** Cards whose link begins like one of these open a page of a mini-program. */
  miniPrograms: z.array(z.strictObject({ link: url, appId: z.string() })).default([]),
})

/** 微信客服: customer service accounts of a company, to which people in WeChat write. */
export const wecomKfSettings = z.strictObject({
  kind: z.literal('wecom-kf'),
  ...account,
  ...company,
  ...callback,
  /** The first one is where links lead to. */
  openKfIds: z
    .array(matching(/^wk[\w-]{4,62}$/, 'the id of an account (open_kfid), which begins with wk'))
    .min(1, { error: 'must name at least one account (open_kfid)' }),
  welcome: given('words for those who come for the first time').optional(),
})

export type WechatSettings = z.output<typeof wechatSettings>
export type WecomSettings = z.output<typeof wecomSettings>
export type WecomKfSettings = z.output<typeof wecomKfSettings>
export type TencentSettings = WechatSettings | WecomSettings | WecomKfSettings

/** The channel with everything secret replaced. */
export function redactedTencent<S extends TencentSettings>(channel: S, hidden: string): S {
  return { ...channel, secret: hidden, token: hidden, encodingAesKeys: channel.encodingAesKeys.map(() => hidden) }
}

/** What the account is called at its platform: no two channels read one account. */
export function tencentAccounts(channel: Partial<TencentSettings>): [field: string, account: string][] {
  switch (channel.kind) {
    case 'wechat':
      return channel.appId === undefined ? [] : [['appId', channel.appId]]
    case 'wecom':
      return channel.agentId === undefined ? [] : [['agentId', `${channel.corpId} ${channel.agentId}`]]
    case 'wecom-kf':
      return (channel.openKfIds ?? []).map((one) => ['openKfIds', one])
    default:
      return []
  }
}
