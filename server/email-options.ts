import { createHmac } from 'node:crypto'
import type { EmailOptions } from '@hutong/adapter-email'
import type { Clock } from '@hutong/core/adapter'
import { createAccessTokens } from './access-tokens.ts'
import { type Config, sitesOf } from './config.ts'
import type { EmailSettings } from './email-settings.ts'
import type { PeopleStore } from './stores/store.ts'

export interface ChannelGround {
  store: Pick<PeopleStore, 'agents'>
  clock: Clock
}

/** The settings of a mailbox as its adapter takes them, its site and its provider filled in. */
export async function emailOptions(
  config: Config,
  channel: EmailSettings,
  { store, clock }: ChannelGround,
): Promise<EmailOptions> {
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
    limits: { attachmentBytes: channel.attachments.maxBytes },
    ...(dkim && { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
    async agent(agentId: string) {
      const found = (await store.agents()).find((one) => one.id === agentId)
      return found && { address: found.email, name: found.name }
    },
  }
}
