import type { Capabilities } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type Body, type Entry, isOutsider } from '@hutong/core/entry'
import type { RatingScale } from '@hutong/core/parts'
import { isTalk } from './reach.ts'
import type { LogStore } from './stores/store.ts'
import { optionsOf } from './verify-body.ts'

/**
 * The question of satisfaction that a conversation stands at: the last message of all, not older than answers to it may be. `why`
 * asks for words about a score that was given.
 */
export type OpenQuestion =
  | { kind: 'score'; of: number; scale: RatingScale; rated: boolean }
  | { kind: 'why'; of: number; scale: RatingScale; score: number }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const RECENT = 100
const MARK = 'relay:rating:'
const WHY = 'why'

/** What the relay's own questions are called: `about` is a place among a site's scales, or what else was said. */
export function ratingKey(closing: number, about: number | 'thanks' | { why: number }): string {
  return `${MARK}${closing}:${typeof about === 'object' ? `${WHY}:${about.why}` : about}`
}

export function ofRating({ key, from }: Pick<Entry, 'key' | 'from'>): { closing: number; about: string[] } | undefined {
  if (from.kind !== 'system' || !key.startsWith(MARK)) return undefined
  const [closing, ...about] = key.slice(MARK.length).split(':')
  return { closing: Number(closing), about }
}

/** How long an answer that is typed there may take. Where people talk, words about a score come at once or not at all. */
function patience(can: Pick<Capabilities, 'readsLog' | 'gatherMs'>, kind: OpenQuestion['kind']): number {
  const talks = can.readsLog || isTalk(can)
  return kind === 'score' ? (talks ? 3 : 14) * DAY : talks ? HOUR : 3 * DAY
}

interface Asking {
  channel: Pick<Capabilities, 'readsLog' | 'gatherMs'>
  now: number
}

/** Where scores are tapped in the log itself, what is typed answers nothing before the conversation is closed. */
export function isAskable({ status }: Pick<Conversation, 'status'>, can: Pick<Capabilities, 'readsLog'>): boolean {
  return !can.readsLog || status === 'closed'
}

export async function openQuestion(
  store: Pick<LogStore, 'entries'>,
  conversation: Conversation,
  { channel, now }: Asking,
): Promise<OpenQuestion | undefined> {
  if (!isAskable(conversation, channel)) return undefined
  const { id, last } = conversation
  const entries = await store.entries(id, { before: last + 1, limit: RECENT })
  const newest = entries.findLast(({ from, body }) => body.kind === 'message' && !isOutsider(from))
  if (!newest || newest.from.kind === 'contact') return undefined
  const found = scoreAsked(newest, entries) ?? whyAsked(newest, entries)
  return found && now - newest.at <= patience(channel, found.kind) ? found : undefined
}

function scoreAsked({ seq, body }: Entry, entries: readonly Entry[]): OpenQuestion | undefined {
  const scale = onlyScale(body)
  return scale && { kind: 'score', of: seq, scale, rated: ratingOf(entries, seq) !== undefined }
}

function whyAsked(question: Entry, entries: readonly Entry[]): OpenQuestion | undefined {
  const [what, of] = ofRating(question)?.about ?? []
  if (what !== WHY) return undefined
  const rated = ratingOf(entries, Number(of))
  if (!rated || rated.comment !== undefined) return undefined
  const { scale, score } = rated
  return { kind: WHY, of: Number(of), scale, score }
}

/** Undefined as well when numbers could mean something else of the same message. */
function onlyScale(body: Body): RatingScale | undefined {
  if (body.kind !== 'message' || optionsOf(body.parts).length > 0) return undefined
  const [asked, more] = body.parts.filter((part) => part.kind === 'rating')
  return more ? undefined : asked?.scale
}

/** The newest rating that a question got. */
export function ratingOf(entries: readonly Entry[], question: number) {
  for (const { body } of entries.toReversed()) if (body.kind === 'rating' && body.of === question) return body
  return undefined
}
