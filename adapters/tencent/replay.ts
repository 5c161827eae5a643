import type { Clock } from '@hutong/core/adapter'

/** Which signed requests came before. `other`: the same signature was seen over another body. */
export interface ReplayMemory {
  see(signature: string, digest: string): 'new' | 'kept' | 'other'
  /** What was seen is taken care of: from here on it is `kept`. */
  keep(signature: string): void
}

const REMEMBER_MS = 10 * 60_000

/** Remembers for 10 minutes, which is longer than a timestamp is believed, and never more than `most`, the newest among them. */
export function createReplayMemory(clock: Clock, most = 50_000): ReplayMemory {
  const seen = new Map<string, { digest: string; at: number; kept: boolean }>()

  function forget(): void {
    for (const [signature, { at }] of seen) {
      if (seen.size <= most && at > clock.now() - REMEMBER_MS) return
      seen.delete(signature)
    }
  }

  return {
    see(signature, digest) {
      forget()
      const before = seen.get(signature)
      if (before !== undefined) return before.digest !== digest ? 'other' : before.kept ? 'kept' : 'new'
      seen.set(signature, { digest, at: clock.now(), kept: false })
      return 'new'
    },
    keep(signature) {
      const one = seen.get(signature)
      if (one) one.kept = true
    },
  }
}
