import type { Words } from '../locales/en.ts'
import type { Site } from './api.ts'

/** The backends that a conversation of the site can be handed to, in the order they are asked. */
export function botsOf(site: string | undefined, sites: readonly Site[]): readonly string[] {
  return sites.find(({ id }) => id === site)?.backends ?? []
}

/** What one of these bots is called; where there is but one, everybody knows which. */
export function botName(id: string, bots: readonly string[], words: Words): string {
  return bots.length > 1 ? words.namedBot(id) : words.bot
}
