import { z } from 'zod'
import type { Mistake } from './contradictions.ts'
import { emailSettings, redactedEmail } from './email-settings.ts'
import type { Partly } from './settings-tree.ts'
import {
  redactedTencent,
  type TencentSettings,
  tencentAccounts,
  wechatSettings,
  wecomKfSettings,
  wecomSettings,
} from './tencent-settings.ts'
import { redactedWechaty, wechatySettings } from './wechaty-settings.ts'

/** Settings of the channels besides the web; those of each kind are in a file of their own. */
export const channelSettings = z.discriminatedUnion('kind', [
  emailSettings,
  wechatSettings,
  wecomSettings,
  wecomKfSettings,
  wechatySettings,
])

export type ChannelSettings = z.output<typeof channelSettings>

/** What channels demand of one another and of the sites. */
export function channelMistakes(channels: readonly Partly<ChannelSettings>[], siteKeys: readonly string[]): Mistake[] {
  return channels.flatMap((channel, at) => {
    const { id, site } = channel
    const before = channels.slice(0, at)
    const taken = before.flatMap(accountsOf).map(([, account]) => account)
    const found: [string, string | false][] = [
      ['id', id === 'web' && '"web" is the widget’s own channel'],
      ['id', id !== undefined && before.some((one) => one.id === id) && `"${id}" is used by another channel`],
      ['site', site !== undefined && !siteKeys.includes(site) && `there is no site "${site}"`],
      ...accountsOf(channel).map(([field, account, shown]): [string, string | false] => [
        field,
        taken.includes(account) && `"${shown}" is read by another channel`,
      ]),
    ]
    return found.flatMap(([field, message]) => (message === false ? [] : [{ path: ['channels', at, field], message }]))
  })
}

/** The setting that names an account, the account as it is told from others, and as it was written. */
function accountsOf(channel: Partly<ChannelSettings>): [field: string, account: string, shown: string][] {
  if (channel.kind === 'wechaty') return []
  if (channel.kind !== 'email')
    return tencentAccounts(channel as Partial<TencentSettings>).map(([field, account]) => [field, account, account])
  return channel.from === undefined ? [] : [['from', channel.from.toLowerCase(), channel.from]]
}

/** The channel with everything secret replaced. */
export function redactedChannel(channel: ChannelSettings, hidden: string): ChannelSettings {
  if (channel.kind === 'wechaty') return redactedWechaty(channel, hidden)
  return channel.kind === 'email' ? redactedEmail(channel, hidden) : redactedTencent(channel, hidden)
}
