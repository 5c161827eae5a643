import type { ActionInput, Event } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { GIVEN_BACK, isOwedTo } from './route.ts'
import { sideOf } from './stores/rows.ts'
import type { LogStore, SmallStore, Write } from './stores/store.ts'

/** What needs no floor and is seen by no contact, by the entries that it becomes. */
const ASIDES = { note: 'note', set: 'attributes' } as const
const NAMES: readonly string[] = Object.keys(ASIDES)
const KINDS: readonly string[] = Object.values(ASIDES)

/** So many asides of bots may follow from each other, one said to the next. */
export const ASIDES_DEEP = 10
/** What another bot noted so short a time before an aside that names no event is taken for what it is said to. */
const CAUSE_MS = 10_000
/** Where it is kept how many asides of bots an aside follows from. */
const DEPTHS = 'aside-depth'

/** Whether a backend may say anything to an event: it has to answer it, or has just been given the floor back. */
export function mayAnswer(event: Event, backend: string): boolean {
  const { entry, floor } = event
  const has = floor.holder.kind === 'bot' && floor.holder.id === backend
  return isOwedTo(event, backend) || (has && entry.body.kind === 'handoff' && entry.body.reason === GIVEN_BACK)
}

export function isAside({ kind }: Pick<ActionInput, 'kind'>): boolean {
  return NAMES.includes(kind)
}

/** Why all else in an answer is not carried out, to an event that is only heard. */
export function notAside({ entry }: Event, backend: string, kinds: Iterable<string>): HutongError {
  const what = [...new Set(kinds)].join(', ')
  return new HutongError(
    'forbidden',
    `${backend} answered a "${entry.body.kind}" that it only hears with ${what}, which was not carried out: to what is not to be answered only ${NAMES.join(' and ')} are; answer nothing else to it`,
    { field: 'actions' },
  )
}

export interface AsideAsked {
  author: Participant
  conversation: { id: string; last: number }
  /** What it is said to; undefined when it does not say. */
  event: Event | undefined
  now: number
}

/** How many asides of bots, one said to the next, an aside of `author` follows from. */
export async function asideDepth(
  store: Pick<LogStore, 'event'> & Pick<SmallStore, 'get'>,
  { author, conversation: { id, last }, event, now }: AsideAsked,
): Promise<number> {
  const { entry } = event ?? (await store.event(id, last)) ?? {}
  if (!entry || !isBotsAside(entry)) return 0
  if (!event && now - entry.at > CAUSE_MS) return 0
  const kept = await store.get(DEPTHS, nameOf(entry))
  const before = typeof kept === 'number' ? kept : 0
  return !event && entry.from.id === author.id ? before : before + 1
}

/** Bots that note on each other's notes would go on without end. */
export function tooDeep(author: Participant, depth: number): HutongError | undefined {
  if (depth <= ASIDES_DEEP) return undefined
  return new HutongError(
    'forbidden',
    `event: ${author.id} notes on a note, after ${ASIDES_DEEP} that bots wrote on each other's in a row: say nothing to what bots note and set`,
    { field: 'event' },
  )
}

/** What is kept with an aside, so that those that follow from it are counted on. */
export function depthKept(depth: number, aside: Pick<Entry, 'conversation' | 'from' | 'key'>): Pick<Write, 'state'> {
  return depth === 0 ? {} : { state: { scope: DEPTHS, key: nameOf(aside), value: depth } }
}

function isBotsAside({ from, body }: Entry): boolean {
  return from.kind === 'bot' && KINDS.includes(body.kind)
}

function nameOf({ conversation, from, key }: Pick<Entry, 'conversation' | 'from' | 'key'>): string {
  return `${conversation} ${sideOf(from)} ${key}`
}
