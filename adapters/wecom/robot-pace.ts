import { createHash } from 'node:crypto'
import type { Clock, Host, Logger } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import { takeToken } from '@hutong/core/rate'

/** How fast a robot speaks. */
export interface RobotPace {
  /** Takes the right to one message: 0, or the milliseconds after which to ask again. */
  take(): Promise<number>
}

export interface RobotPaceOptions {
  key: string
  clock: Clock
  logger: Logger
  /** Where all who speak as this robot count together. */
  shared?: Pick<Host, 'state' | 'lease'> | undefined
}

/** 20 messages a minute are allowed (https://developer.work.weixin.qq.com/document/path/91770): 10 at once and 10 in the minute after them. */
const RATE = { perMinute: 10, burst: 10 }
const LEASE_MS = 5_000
const LOOK_MS = 50

export function createRobotPace({ key, clock, logger, shared }: RobotPaceOptions): RobotPace {
  const name = `robot:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
  let full = 0

  function takeHere(): number {
    const token = takeToken(RATE, full, clock.now())
    full = token.full
    return token.wait
  }

  async function takeTogether({ state, lease }: Pick<Host, 'state' | 'lease'>): Promise<number> {
    const held = await lease(name, LEASE_MS)
    if (held === undefined) return LOOK_MS
    try {
      full = Number((await state.get(name)) ?? 0)
      const wait = takeHere()
      await state.set(name, full)
      return wait
    } finally {
      await held.release()
    }
  }

  return {
    async take() {
      if (shared === undefined) return takeHere()
      try {
        return await takeTogether(shared)
      } catch (thrown) {
        // Agents must hear of what goes wrong above all when much goes wrong.
        logger.warn({ code: toHutongError(thrown).code }, 'a robot counts its messages for itself alone')
        return takeHere()
      }
    },
  }
}
