import type { BodyOf, Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { SCORES } from '@hutong/core/parts'
import type { LogStore } from './stores/store.ts'

type Rating = BodyOf<'rating'>
type Log = Pick<LogStore, 'entries' | 'conversation'>

/** So often may one question be answered: the newest counts. */
export const RATINGS_MAX = 5
/** So many entries after a question it can still be answered. */
const AFTER_MAX = 1_000
/** How far back a question is looked for that the rating does not name. */
const RECENT = 100

/**
 * A score that the scale has, for a question that was asked and not answered too often, the same arrival aside. Rejects with `invalid`
 * naming the field.
 */
export async function verifyRating(
  log: Log,
  { conversation, key }: { conversation: string | undefined; key: string },
  rating: Rating,
): Promise<void> {
  const { scale, score, of } = rating
  const [lowest, highest] = SCORES[scale]
  if (score < lowest || score > highest)
    throw new HutongError('invalid', `score: ${scale} goes from ${lowest} to ${highest}`, { field: 'score' })
  const asked = conversation === undefined ? undefined : await askedBy(log, conversation, rating)
  if (conversation === undefined || asked === undefined) {
    const what = of === undefined ? 'nobody asks for' : `entry ${of} does not ask for`
    throw new HutongError('invalid', `of: ${what} a score of ${scale} in this conversation`, { field: 'of' })
  }
  if (await isRatedOut(log, conversation, { of, asked, key })) {
    const message = `of: this question was answered ${RATINGS_MAX} times, or too much was said since`
    throw new HutongError('invalid', message, { field: 'of' })
  }
}

/** Whether a question takes no further answer. */
export async function isRatedOut(
  log: Pick<LogStore, 'entries'>,
  conversation: string,
  { of, asked, key }: { of: number | undefined; asked: number; key: string },
): Promise<boolean> {
  const since = await log.entries(conversation, { after: asked, limit: AFTER_MAX })
  const given = since.filter(({ body }) => body.kind === 'rating' && body.of === of)
  return (given.length >= RATINGS_MAX || since.length === AFTER_MAX) && !given.some((one) => one.key === key)
}

/**
 * The entry that asked for the score. Where the rating names none it is the newest such message, or the end of the conversation: of
 * one that is closed, the widget asks by itself.
 */
async function askedBy(log: Log, id: string, rating: Rating): Promise<number | undefined> {
  if (rating.of !== undefined) {
    const [entry] = await log.entries(id, { after: rating.of - 1, limit: 1 })
    return entry?.seq === rating.of && asks(entry, rating) ? entry.seq : undefined
  }
  const { last = 0, status } = (await log.conversation(id)) ?? {}
  const recent = await log.entries(id, { before: last + 1, limit: RECENT })
  const ended = status === 'closed' ? (recent.findLast(isEnd)?.seq ?? recent[0]?.seq) : undefined
  return ended ?? recent.findLast((entry) => asks(entry, rating))?.seq
}

function isEnd({ body }: Entry): boolean {
  return body.kind === 'status' && body.status === 'closed'
}

function asks({ from, body }: Entry, { scale }: Rating): boolean {
  if (from.kind === 'contact' || body.kind !== 'message') return false
  return body.parts.some((part) => part.kind === 'rating' && part.scale === scale)
}
