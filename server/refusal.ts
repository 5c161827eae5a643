import type { Conversation } from '@hutong/core/conversation'
import type { Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'

export interface Speaker {
  author: Participant
  conversation: Conversation
  /** The floor's term the author believes in. */
  term: number | undefined
}

/** Why words are not taken, or undefined: a term that moved, a bot without the floor, or one that does not say what it answers. */
export function refusal({ author, conversation, term }: Speaker): HutongError | undefined {
  const { floor } = conversation
  if (author.kind === 'bot' && (floor.holder.kind !== 'bot' || floor.holder.id !== author.id))
    return new HutongError('stale_floor', `the floor is with ${describe(conversation)} (term ${floor.term})`, {
      field: 'term',
    })
  if (author.kind === 'bot' && term === undefined)
    return new HutongError('invalid', 'term: give the floor.term of the event that this answers, or its id as event', {
      field: 'term',
    })
  if (term !== undefined && term !== floor.term)
    return new HutongError('stale_floor', `the floor is at term ${floor.term}, the answer was made at ${term}`, {
      field: 'term',
    })
  return undefined
}

function describe({ floor: { holder } }: Conversation): string {
  return 'id' in holder ? `${holder.kind} ${holder.id}` : holder.kind
}
