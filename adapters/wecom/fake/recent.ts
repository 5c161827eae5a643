import type { FakeClock } from '@hutong/tencent/fake-clock'

/** Counts what happened to whom in the last while. */
export interface Recent {
  /** Whether one more is allowed by every limit; what is allowed is counted. */
  take(who: string): boolean
}

export interface RecentLimit {
  readonly count: number
  readonly ms: number
}

export function createRecent(clock: FakeClock, limits: readonly RecentLimit[]): Recent {
  const times = new Map<string, number[]>()
  const longest = Math.max(...limits.map(({ ms }) => ms))
  return {
    take(who) {
      const now = clock.now()
      const kept = (times.get(who) ?? []).filter((at) => at > now - longest)
      const allowed = limits.every(({ count, ms }) => kept.filter((at) => at > now - ms).length < count)
      times.set(who, allowed ? [...kept, now] : kept)
      return allowed
    },
  }
}
