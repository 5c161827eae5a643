import type { Event } from '@hutong/core/backend'
import { HutongError, toHutongError } from '@hutong/core/errors'

/** Which events were under way when connections of one backend were lost, so that one that breaks the program does so rarely. */
export interface Losses {
  /**
   * It is about to be brought; the returned function says that it is not under way any more. Throws `unavailable` while another one
   * is that may have broken the program: of those each is brought alone, so that the innocent are told from the guilty.
   */
  begin(event: Event): () => void
  /** Its connection was lost: what the event fails with, and when it may come again. */
  lost(event: Event, cause: unknown): HutongError
  /** It was acknowledged: it breaks nothing. */
  forget(event: Event): void
}

const SECOND = 1_000
/**
 * Milliseconds until an event comes again whose connection was lost; a network fails once, so after the first loss it comes with the
 * next connection. With these it is tried for a day.
 */
const RESTS = [0, 5, 30, 120, 600, ...Array.from({ length: 24 }, () => 3_600)].map((seconds) => seconds * SECOND)
/** Milliseconds until one that may have broken the program asks again whether another one is under way. */
const TURN = SECOND
/** Most events that are remembered; the one that was lost first is forgotten first. */
const REMEMBERED = 10_000

export function createLosses(name: string): Losses {
  const counts = new Map<string, number>()
  let alone: string | undefined

  return {
    begin({ id }) {
      if ((counts.get(id) ?? 0) < 2) return () => undefined
      if (alone !== undefined)
        throw new HutongError(
          'unavailable',
          `${name} is tried with ${alone} first: both were under way when it was lost`,
          {
            retryAfter: TURN,
          },
        )
      alone = id
      return () => {
        alone = undefined
      }
    },
    lost({ id }, cause) {
      const count = (counts.get(id) ?? 0) + 1
      counts.delete(id)
      const rest = RESTS[count - 1]
      const [oldest] = counts.keys()
      if (counts.size >= REMEMBERED && oldest !== undefined) counts.delete(oldest)
      if (rest !== undefined) counts.set(id, count)
      const { message: why } = toHutongError(cause)
      const message = count === 1 ? why : `${why}, ${count} times with this event`
      if (rest === undefined) return new HutongError('rejected', message, { cause })
      return new HutongError('unreachable', message, { cause, ...(rest > 0 && { retryAfter: rest }) })
    },
    forget: ({ id }) => void counts.delete(id),
  }
}
