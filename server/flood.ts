import { HutongError } from '@hutong/core/errors'
import { createBuckets } from '@hutong/core/rate'

/** So many messages a bot may say in a conversation at once, and then so many a minute: more than anybody reads. */
const RATE = { burst: 100, perMinute: 60 }

export interface Flood {
  /** Why one more message is not taken; undefined when it is. */
  refusal(bot: string, conversation: string): HutongError | undefined
}

/** A bot that writes without end is stopped before its words fill a log and a contact's screen. */
export function createFlood(now: () => number): Flood {
  const buckets = createBuckets(RATE, now)
  return {
    refusal(bot, conversation) {
      const wait = buckets.take(`${bot} ${conversation}`)
      if (wait === 0) return undefined
      return new HutongError(
        'throttled',
        `${bot} said ${RATE.burst} messages at once, and more than ${RATE.perMinute} a minute`,
        {
          retryAfter: wait,
        },
      )
    },
  }
}
