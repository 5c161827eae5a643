import type { HandoffTarget } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import type { Entry, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { summaryOf } from './backends/summary.ts'
import type { LogStore, PeopleStore } from './stores/store.ts'

/** So often bots may give the floor to each other before a person speaks again. */
export const HANDS_MAX = 8
/** How many entries are looked through for them, and at once. */
const LOOK = 2_000
const PAGE = 100

/** The agent as our own records name her; what somebody else calls her is nothing for contacts. */
export async function knownTarget(
  { agents }: Pick<PeopleStore, 'agents'>,
  author: Participant,
  to: HandoffTarget,
): Promise<HandoffTarget> {
  if (to.kind !== 'agent') return to
  const found = (await agents()).find(({ id }) => id === to.id)
  if (found) return { kind: 'agent', id: found.id, name: found.name }
  if (author.kind === 'agent' && author.id === to.id)
    return { kind: 'agent', id: to.id, ...(author.name !== undefined && { name: author.name }) }
  throw new HutongError('invalid', `to.id: there is no agent "${to.id}"`, { field: 'to.id' })
}

/** Whether bots have given the floor to each other as often as they may since somebody who is none had a word. */
export async function goesRound(
  store: Pick<LogStore, 'entries'>,
  { id, last }: Pick<Conversation, 'id' | 'last'>,
): Promise<boolean> {
  let hands = 0
  for (let before = last + 1; before > Math.max(1, last - LOOK); before -= PAGE) {
    const page = await store.entries(id, { before, limit: PAGE })
    const word = page.findLastIndex(isWord)
    hands += page.slice(word + 1).filter(handsToBot).length
    if (hands >= HANDS_MAX) return true
    if (word !== -1) return false
  }
  return false
}

/** For a bot that tells nothing itself. */
export function summaryNow(store: Pick<LogStore, 'entries'>, { id }: Pick<Conversation, 'id'>): Promise<string> {
  return summaryOf({ history: () => store.entries(id, { before: Number.MAX_SAFE_INTEGER, limit: PAGE }) })
}

function isWord({ from }: Entry): boolean {
  return from.kind === 'contact' || from.kind === 'agent'
}

function handsToBot({ body }: Entry): boolean {
  return body.kind === 'handoff' && body.floor.holder.kind === 'bot'
}
