import { resolve } from 'node:path'
import type { Adapter } from '@hutong/core/adapter'
import type { ChannelSettings } from './channel-settings.ts'
import { type Config, sitesOf } from './config.ts'
import { type ChannelGround, emailOptions } from './email-options.ts'
import { given } from './given.ts'
import { createLoginPicture } from './login-picture.ts'

/** The adapters of the configured channels. The code of a kind is loaded only when a channel is of it. */
export function configuredChannels(config: Config, ground: ChannelGround): Promise<Adapter[]> {
  return Promise.all(config.channels.map((channel) => adapterOf(config, channel, ground)))
}

async function adapterOf(config: Config, channel: ChannelSettings, ground: ChannelGround): Promise<Adapter> {
  switch (channel.kind) {
    case 'email': {
      const { createEmailAdapter } = await import('@hutong/adapter-email')
      return createEmailAdapter(await emailOptions(config, channel, ground))
    }
    case 'wechat': {
      const { createWeChatAdapter } = await import('@hutong/adapter-wechat')
      const { kind: _, id, ...account } = given(channel)
      return createWeChatAdapter({ ...account, ...placeOf(config, channel) })
    }
    case 'wecom': {
      const { createWeComAppAdapter } = await import('@hutong/adapter-wecom')
      const { kind: _, id, api, ...account } = given(channel)
      return createWeComAppAdapter({ ...account, ...placeOf(config, channel), ...(api && { apiBase: api }) })
    }
    case 'wecom-kf': {
      const { createWeComKfAdapter } = await import('@hutong/adapter-wecom')
      const { kind: _, id, api, ...account } = given(channel)
      return createWeComKfAdapter({ ...account, ...placeOf(config, channel), ...(api && { apiBase: api }) })
    }
    case 'wechaty': {
      const { createWechatyAdapter } = await import('@hutong/adapter-wechaty')
      const { puppet, puppetOptions: options, acceptRisk } = channel
      const memory = resolve(config.data, `wechaty-${channel.id}`)
      const onScan = createLoginPicture(`${memory}-login.png`)
      return createWechatyAdapter({ ...placeOf(config, channel), bot: { puppet, options, memory }, acceptRisk, onScan })
    }
  }
}

function placeOf(config: Config, { id: channel, site }: ChannelSettings): { channel: string; site: string } {
  return { channel, site: sitesOf(config).find(({ key }) => key === site)?.id ?? site }
}

/** By site, the channel whose addresses its visitors are asked for: the first that is there for it. */
export function askingChannels(config: Config): ReadonlyMap<string, string> {
  const asking = config.channels.filter((one) => one.kind === 'email' && one.askVisitors).toReversed()
  const ids = new Map(sitesOf(config).map(({ key, id }) => [key, id]))
  return new Map(asking.map(({ site, id }) => [ids.get(site) ?? site, id]))
}

/** By site, the channel that writes to agents who are away, and after how many milliseconds: the first that is there for it. */
export function notifyingChannels(
  config: Config,
  adapters: readonly Adapter[],
): ReadonlyMap<string, { adapter: Adapter; afterMs: number }> {
  const mailboxes = config.channels.filter((one) => one.kind === 'email')
  const found = mailboxes.toReversed().flatMap(({ id, notifyAgentsAfterMs: afterMs }) => {
    const adapter = adapters.find(({ channel }) => channel === id)
    return adapter?.site === undefined || afterMs === undefined ? [] : [[adapter.site, { adapter, afterMs }] as const]
  })
  return new Map(found)
}
