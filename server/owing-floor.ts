import type { Owing } from './commit.ts'
import { silenceWork } from './give-back.ts'
import type { RoutedSite } from './identify.ts'
import type { Made } from './stores/store.ts'
import { waitingWork } from './waiting.ts'

/** Stores what follows from who has the floor together with the write that it follows from. */
export function owingFloor(sites: readonly RoutedSite[]): Owing {
  const watched = new Map(sites.flatMap((site) => (site.floor ? [[site.id, site] as const] : [])))
  return (made, conversation, at) => {
    const site = watched.get(conversation.site)
    if (!site) return made
    const owed = { decision: made, at }
    const waiting = adding(made, waitingWork(site, conversation, owed))
    return adding(waiting, silenceWork(site, conversation, owed))
  }
}

function adding(made: Made, { deliveries = [], cancel = [] }: Pick<Made, 'deliveries' | 'cancel'>): Made {
  if (deliveries.length === 0 && cancel.length === 0) return made
  return {
    ...made,
    deliveries: [...(made.deliveries ?? []), ...deliveries],
    cancel: [...(made.cancel ?? []), ...cancel],
  }
}
