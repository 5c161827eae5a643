import type { ActionInput, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { pickedBy } from '../form-answers.ts'
import { wordsOf } from '../words-of.ts'
import type { Talk } from './talks.ts'

/** A button that was shown, as it may be typed: its number in the message, or its label. */
export interface Offered {
  id: string
  label: string
}

/** The buttons of the last message that has any. */
export function offeredIn(actions: readonly ActionInput[]): Offered[] {
  const messages = actions.map((action) => (action.kind === 'reply' ? action.parts.flatMap(buttonsOf) : []))
  return messages.findLast(({ length }) => length > 0) ?? []
}

function buttonsOf(part: Extract<ActionInput, { kind: 'reply' }>['parts'][number]): Offered[] {
  if (part.kind === 'choices') return part.options.map(({ id, label }) => ({ id, label }))
  if (part.kind !== 'card') return []
  return (part.buttons ?? []).flatMap((one) => (one.kind === 'reply' ? [{ id: one.id, label: one.label }] : []))
}

/** What was typed in place of one of the buttons of Rasa's last answer; the same again when the event is repeated. */
export function typedFor({ entry, event, talk }: Asked): Offered | undefined {
  if (talk.turn?.event === event.id) return talk.turn.picked
  const { offered = [], term } = talk
  if (term !== event.floor.term || entry.body.kind !== 'message' || entry.body.choice !== undefined) return undefined
  const id = pickedBy(wordsOf(entry), offered)
  return offered.find((one) => one.id === id)
}

interface Asked {
  entry: Entry
  event: Event
  talk: Talk
}
