import type { Adapter } from '@hutong/core/adapter'
import { type Config, sitesOf } from './config.ts'
import { type ChannelGround, emailOptions } from './email-options.ts'

/** The adapters of the configured channels. Their code is loaded only when there are some. */
export async function configuredChannels(config: Config, ground: ChannelGround): Promise<Adapter[]> {
  if (config.channels.length === 0) return []
  const { createEmailAdapter } = await import('@hutong/adapter-email')
  return await Promise.all(
    config.channels.map(async (channel) => createEmailAdapter(await emailOptions(config, channel, ground))),
  )
}

/** By site, the channel whose addresses its visitors are asked for: the first that is there for it. */
export function askingChannels(config: Config): ReadonlyMap<string, string> {
  const asking = config.channels.filter((one) => one.askVisitors).toReversed()
  const ids = new Map(sitesOf(config).map(({ key, id }) => [key, id]))
  return new Map(asking.map(({ site, id }) => [ids.get(site) ?? site, id]))
}

/** By site, the channel that writes to agents who are away, and after how many milliseconds: the first that is there for it. */
export function notifyingChannels(
  config: Config,
  adapters: readonly Adapter[],
): ReadonlyMap<string, { adapter: Adapter; afterMs: number }> {
  const found = config.channels.toReversed().flatMap(({ id, notifyAgentsAfterMs: afterMs }) => {
    const adapter = adapters.find(({ channel }) => channel === id)
    return adapter?.site === undefined || afterMs === undefined ? [] : [[adapter.site, { adapter, afterMs }] as const]
  })
  return new Map(found)
}
