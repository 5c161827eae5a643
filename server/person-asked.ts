import type { ContactBody } from '@hutong/core/entry'
import { asksForPerson, PEOPLE } from './asks-for-person.ts'
import { summaryOf } from './backends/summary.ts'
import { wordsOf } from './backends/words-of.ts'
import { conversationAt, type Place, type RoutedSite } from './identify.ts'
import { DESK } from './route.ts'
import type { LogStore } from './stores/store.ts'

/** Why a bot loses the floor, and what the person who gets it has to know. */
export interface PersonAsked {
  reason: string
  summary?: string
}

const ASKED_FOR_PERSON = 'the contact asked for a person'

/** What was written so far goes into the summary; a bot that has the floor hears none of it. */
export async function personAsked(
  store: Pick<LogStore, 'find' | 'entries' | 'conversation'>,
  place: Place,
  body: ContactBody,
): Promise<PersonAsked> {
  const conversation = await conversationAt(store, place)
  const history = async () =>
    conversation ? store.entries(conversation.id, { before: conversation.last + 1, limit: HISTORY }) : []
  const now = { from: { kind: 'contact' as const, id: conversation?.contact ?? place.address.slice(0, 128) }, body }
  const seq = (conversation?.last ?? 0) + 1
  const entry = { conversation: conversation?.id ?? '', seq, key: 'asked', at: 0, ...now }
  const summary = await summaryOf({ history }, { now: entry })
  return { reason: ASKED_FOR_PERSON, ...(summary !== '' && { summary }) }
}

const HISTORY = 40

/**
 * Whether the contact asks for a person by these words or by an option that means it. An option that was offered always does;
 * words can be left to backends.
 */
export function asksForPeople({ floor, routing }: RoutedSite, body: ContactBody): boolean {
  if (!floor || body.kind !== 'message') return false
  if (body.choice !== undefined) return body.choice.id === PEOPLE
  // Where people answer from the start there is nobody to be led past.
  if (routing.every((name) => name === DESK)) return false
  return (floor.onRequest ?? routing.includes(DESK)) && asksForPerson(wordsOf({ body }))
}
