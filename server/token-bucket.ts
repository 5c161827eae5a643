import type { RateLimit } from './config.ts'

export interface TokenBuckets {
  /** Takes one token of `key`: 0 when there was one, else the milliseconds until there is. */
  take(key: string): number
}

export interface TokenBucketOptions {
  rate: RateLimit
  now(): number
  /** Keys remembered at most; beyond it the fullest buckets are forgotten, then the oldest. */
  most?: number
}

/** One bucket per key, each kept as the time at which it is full again. */
export function createTokenBuckets({ rate, now, most = 20_000 }: TokenBucketOptions): TokenBuckets {
  const fullAt = new Map<string, number>()
  const cost = 1_000 / rate.perSecond
  const depth = cost * rate.burst

  function makeRoom(at: number): void {
    for (const [key, full] of fullAt) if (full <= at) fullAt.delete(key)
    for (const key of fullAt.keys()) {
      if (fullAt.size < most) return
      fullAt.delete(key)
    }
  }

  return {
    take(key) {
      const at = now()
      const full = Math.max(fullAt.get(key) ?? at, at) + cost
      if (full - at > depth) return Math.ceil(full - at - depth)
      if (!fullAt.has(key) && fullAt.size >= most) makeRoom(at)
      fullAt.set(key, full)
      return 0
    },
  }
}
