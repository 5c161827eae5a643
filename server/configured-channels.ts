import { createHmac } from 'node:crypto'
import type { Adapter, Clock } from '@hutong/core/adapter'
import { createAccessTokens } from './access-tokens.ts'
import type { ChannelSettings } from './channel-settings.ts'
import { type Config, sitesOf } from './config.ts'
import type { PeopleStore } from './stores/store.ts'

export interface ChannelGround {
  store: Pick<PeopleStore, 'agents'>
  clock: Clock
}

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

async function emailOptions(config: Config, channel: ChannelSettings, { store, clock }: ChannelGround) {
  const { PRESETS } = await import('@hutong/adapter-email')
  const preset = channel.preset && PRESETS[channel.preset]
  const site = sitesOf(config).find(({ key }) => key === channel.site)
  const { id, from, user = from, password, oauth, aliases, folder, backlogDays, gatherMs, dkim } = channel
  const { imap = preset?.imap, smtp = preset?.smtp } = channel
  if (!site || !imap || !smtp) throw new TypeError('the settings were not checked')
  return {
    channel: id,
    site: site.id,
    address: from,
    name: channel.name ?? site.name,
    aliases,
    imap,
    smtp,
    login: oauth
      ? { user, accessToken: createAccessTokens(oauth, () => clock.now()) }
      : { user, password: password ?? '' },
    secret: createHmac('sha256', config.secret).update(`mail ${id}`).digest('base64url'),
    plusAddress: channel.plusAddress ?? preset?.plusAddress ?? false,
    authservIds: channel.authservIds ?? preset?.authservIds ?? [],
    folder,
    backlogDays,
    gatherMs,
    ...(dkim && { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
    async agent(agentId: string) {
      const found = (await store.agents()).find((one) => one.id === agentId)
      return found && { address: found.email, name: found.name }
    },
  }
}
