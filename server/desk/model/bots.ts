import type { Words } from '../locales/en.ts'
import type { Workspace } from './workspace.ts'

/** The backends that the open conversation can be handed to, in the order they are asked. */
export function botsOf({ item, sites }: Pick<Workspace, 'item' | 'sites'>): readonly string[] {
  const site = item.value?.conversation.site
  return sites.value.find(({ id }) => id === site)?.backends ?? []
}

/** What a bot of the open conversation is called; where there is but one, everybody knows which. */
export function botName(id: string, desk: Pick<Workspace, 'item' | 'sites'>, words: Words): string {
  return botsOf(desk).length > 1 ? words.namedBot(id) : words.bot
}
