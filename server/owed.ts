import type { Backend } from '@hutong/core/backend'
import type { Floor } from '@hutong/core/entry'
import type { Owing } from './commit.ts'
import { backendLane, stopLane } from './route.ts'
import type { NewDelivery, NewEntry } from './stores/store.ts'

/** When an answer is due unless the backend says otherwise. */
export const ANSWER_WITHIN = 15_000

/**
 * What a write owes to backends besides what routing decided: those that hear everything hear its entries, an answer that comes
 * later has a deadline, and what a backend will be told in any case is not cancelled.
 */
export function owingBackends(backends: readonly Backend[]): Owing {
  const byTarget = new Map(backends.map((one) => [`backend:${one.name}`, one]))
  const listening = backends.filter(({ hears }) => hears === 'everything')
  const later = backends.filter(({ answers, hears }) => answers === 'later' || hears === 'everything')
  if (later.length === 0) return (made) => made

  return (made, { id: conversation, floor: before }, at) => {
    const routed = made.deliveries ?? []
    const floor = made.floor ?? before
    const deliveries = routed.filter((one) => !carriedOtherwise(byTarget.get(one.target)))
    for (const one of routed) {
      const backend = byTarget.get(one.target)
      const stop = typeof one.entry === 'number' && made.entries[one.entry]?.body.kind === 'stop'
      if (backend?.answers === 'later' && holds(floor, backend) && !stop)
        deliveries.push(deadline(backend, conversation, { one, at }))
    }
    for (const backend of listening) deliveries.push(...heard(backend, conversation, { entries: made.entries, floor }))
    const kept = new Set(later.map(({ name }) => backendLane(name, conversation)))
    return {
      ...made,
      deliveries,
      ...(made.cancel && { cancel: made.cancel.filter((lane) => !kept.has(lane)) }),
    }
  }
}

/** Who hears everything, or fetches for itself, is told in another way than by what routing decided. */
function carriedOtherwise(backend: Backend | undefined): boolean {
  return backend !== undefined && (backend.fetches === true || backend.hears === 'everything')
}

function holds({ holder }: Floor, { name }: Backend): boolean {
  return holder.kind === 'bot' && holder.id === name
}

function deadline(
  { name, answerWithin = ANSWER_WITHIN }: Backend,
  conversation: string,
  { one, at }: { one: NewDelivery; at: number },
): NewDelivery {
  return {
    lane: `deadline:${name}:${conversation}`,
    target: `deadline:${name}`,
    entry: one.entry,
    due: at + answerWithin,
  }
}

/** Nobody hears what it said itself, but for the floor that it was given. Whoever may be answering hears a stop meanwhile. */
function heard(
  backend: Backend,
  conversation: string,
  { entries, floor }: { entries: readonly NewEntry[]; floor: Floor },
): NewDelivery[] {
  const { name, fetches } = backend
  if (fetches) return []
  return entries.flatMap(({ from, body }, entry) => {
    const own = from?.kind === 'bot' && from.id === name
    if (own && !(body.kind === 'handoff' && holds(body.floor, backend))) return []
    const lane = (body.kind === 'stop' && holds(floor, backend) ? stopLane : backendLane)(name, conversation)
    return [{ lane, target: `backend:${name}`, entry }]
  })
}
