import type { Conversation } from '@hutong/core/conversation'
import { silenceWork } from './give-back.ts'
import type { RoutedSite } from './identify.ts'
import type { Decision, Write } from './stores/store.ts'
import { waitingWork } from './waiting.ts'

/** Stores what follows from who has the floor together with the write that it follows from. */
export function owingFloor(owed: (write: Write) => Write, sites: readonly RoutedSite[]): (write: Write) => Write {
  const watched = new Map(sites.flatMap((site) => (site.floor ? [[site.id, site] as const] : [])))
  if (watched.size === 0) return owed

  function withWork(conversation: Conversation, decision: Decision, at: number): Decision {
    const site = watched.get(conversation.site)
    if (!site || 'refuse' in decision) return decision
    const work = [waitingWork, silenceWork].map((follows) => follows(site, conversation, { decision, at }))
    const deliveries = work.flatMap((one) => one.deliveries ?? [])
    const cancel = work.flatMap((one) => one.cancel ?? [])
    return {
      ...decision,
      ...(deliveries.length > 0 && { deliveries: [...(decision.deliveries ?? []), ...deliveries] }),
      ...(cancel.length > 0 && { cancel: [...(decision.cancel ?? []), ...cancel] }),
    }
  }

  return (write) => {
    const { decide, ...rest } = owed(write)
    return { ...rest, decide: (...given) => withWork(given[0], decide(...given), write.at) }
  }
}
