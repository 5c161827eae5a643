import type { Action, ActionInput, Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { GIVEN_BACK, isOwedTo } from './route.ts'

/** What needs no floor and is seen by no contact. */
const ASIDES: readonly Action['kind'][] = ['note', 'set']

/** Whether a backend may say anything to an event: it has to answer it, or has just been given the floor back. */
export function mayAnswer(event: Event, backend: string): boolean {
  const { entry, floor } = event
  const has = floor.holder.kind === 'bot' && floor.holder.id === backend
  return isOwedTo(event, backend) || (has && entry.body.kind === 'handoff' && entry.body.reason === GIVEN_BACK)
}

export function isAside({ kind }: Pick<ActionInput, 'kind'>): boolean {
  return ASIDES.includes(kind)
}

/** Why all else in an answer is not carried out, to an event that is only heard. */
export function notAside({ entry }: Event, backend: string, kinds: Iterable<string>): HutongError {
  const what = [...new Set(kinds)].join(', ')
  return new HutongError(
    'forbidden',
    `${backend} answered a "${entry.body.kind}" that it only hears with ${what}, which was not carried out: to what is not to be answered only ${ASIDES.join(' and ')} are; answer nothing else to it`,
    { field: 'actions' },
  )
}
