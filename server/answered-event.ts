import type { Action, ActionInput, ActResult, Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { isAside } from './asides.ts'
import { settledScope } from './deadline.ts'
import type { LogStore, SmallStore } from './stores/store.ts'

/** The event of this conversation that is called so; a name that nobody was told is refused. */
export async function answeredEvent(store: Pick<LogStore, 'event'>, id: string, name: string): Promise<Event> {
  const seq = name.startsWith(`${id}:`) ? name.slice(id.length + 1) : ''
  const event = SEQ.test(seq) ? await store.event(id, Number(seq)) : undefined
  if (event) return event
  throw new HutongError('invalid', `event: "${name}" is no event of this conversation; give its id as it came`, {
    field: 'event',
  })
}

/**
 * Whether a request to act answers the event that it names. What passes, what no contact sees and what was said before the event
 * leaves the contact waiting.
 */
export function isAnswer({ entry }: Event, actions: readonly Action[], results: ActResult['results']): boolean {
  const old = (at: number) => (results[at]?.duplicate ?? false) && (results[at]?.seq ?? entry.seq) < entry.seq
  return actions.length === 0 || actions.some((one, at) => !isAside(one) && !isPassing(one) && !old(at))
}

/** What leaves no entry. */
export function isPassing(one: ActionInput): boolean {
  return one.kind === 'typing' || (one.kind === 'stream' && one.done !== true)
}

/** Within what a number holds exactly. */
const SEQ = /^[1-9]\d{0,14}$/

export interface Settled {
  backend: string
  event: Event
}

/** Keeps that nothing more is owed by a backend for an event, nor for what came before it, however many are settled at once. */
export function createSettle(store: Pick<SmallStore, 'get' | 'set'>): (settled: Settled) => Promise<void> {
  const under = new Map<string, Promise<void>>()

  async function raise({ backend, event }: Settled): Promise<void> {
    const scope = settledScope(backend)
    const { conversation, entry } = event
    const before = await store.get(scope, conversation)
    if (typeof before !== 'number' || before < entry.seq) await store.set(scope, conversation, entry.seq)
  }

  return async (settled) => {
    const lane = `${settled.backend} ${settled.event.conversation}`
    // A turn that failed has told who asked for it; the next one tries by itself.
    const turn = (under.get(lane) ?? Promise.resolve()).catch(() => {}).then(() => raise(settled))
    under.set(lane, turn)
    try {
      await turn
    } finally {
      if (under.get(lane) === turn) under.delete(lane)
    }
  }
}
