import type { Logger } from '@hutong/core/adapter'
import type { HutongError } from '@hutong/core/errors'

/** Which channels do not work now. */
export interface ChannelHealth {
  /** A channel does not work, and why; with undefined it works (again). */
  trouble(channel: string, problem: HutongError | undefined): void
  /** By channel, what is wrong with it; without those that work. */
  troubles(): ReadonlyMap<string, HutongError>
}

export function createChannelHealth(logger: Logger): ChannelHealth {
  const known = new Map<string, HutongError>()
  return {
    trouble(channel, problem) {
      const before = known.get(channel)
      if (problem) known.set(channel, problem)
      else known.delete(channel)
      const { code, message } = problem ?? {}
      if (problem && before?.message !== message)
        logger.error({ channel, code, reason: message }, `channel ${channel} does not work; the others go on`)
      if (!problem && before) logger.info({ channel }, `channel ${channel} works again`)
    },
    troubles: () => known,
  }
}
