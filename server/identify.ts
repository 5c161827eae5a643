import type { Arrival } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import type { RatingSettings } from './ask-rating-settings.ts'
import type { FloorSettings } from './floor-settings.ts'
import { firstHolder, type Routing } from './route.ts'
import type { LogStore, Opening } from './stores/store.ts'

export interface RoutedSite {
  id: string
  /** What customers know it by. */
  name?: string
  /** The first is the language of those of whom none is known. */
  locales?: readonly string[]
  routing: Routing
  ratings?: RatingSettings | undefined
  /** Without it the floor moves as backends and agents say, and the relay says nothing of it. */
  floor?: FloorSettings | undefined
}

/** Where an arrival belongs: a conversation that its platform proves, or else the one of its address. */
export interface Place extends Pick<Opening, 'site' | 'channel' | 'address'> {
  conversation?: string
}

/** The conversation of the place, undefined while there is none. */
export async function threadAt(
  store: Pick<LogStore, 'find'>,
  { site, channel, address, conversation }: Place,
): Promise<string | undefined> {
  return conversation ?? (await store.find(site, channel, address))?.id
}

/** The same with what is known of it; the promise of the store itself, since every message waits for it. */
export function conversationAt(
  store: Pick<LogStore, 'find' | 'conversation'>,
  { site, channel, address, conversation }: Place,
): Promise<Conversation | undefined> {
  return conversation === undefined ? store.find(site, channel, address) : store.conversation(conversation)
}

/** One contact, one conversation, found or made when the arrival commits. Rejects an arrival of no site of ours. */
export function identify(
  sites: readonly RoutedSite[],
  channel: string,
  arrival: Arrival,
): { site: RoutedSite; opening: Opening } {
  const site = siteOf(sites, arrival.site)
  const { address, verified, profile, visit } = arrival.from
  return {
    site,
    opening: {
      site: site.id,
      channel,
      address,
      ...(verified && { verified }),
      ...(profile && { profile }),
      ...(visit && { visit }),
      floor: { holder: firstHolder(site.routing), term: 1 },
    },
  }
}

/** The named site, or the only one there is. */
export function siteOf(sites: readonly RoutedSite[], id: string | undefined): RoutedSite {
  const site = id === undefined && sites.length === 1 ? sites[0] : sites.find((one) => one.id === id)
  if (site) return site
  throw new HutongError(
    'invalid',
    `site: ${id === undefined ? 'say which site, there are several' : `there is no site "${id}"`}`,
    {
      field: 'site',
    },
  )
}
