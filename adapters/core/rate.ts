/** A token bucket: `burst` at once, refilled with `perMinute`. `Infinity` as burst lets everything through. */
export interface Rate {
  perMinute: number
  burst: number
}

/**
 * Takes one token. A bucket is one number, the time at which it is full again, so a bucket nobody has touched is 0.
 * `wait` is how many milliseconds are missing to the next token, 0 when it was there.
 */
export function takeToken(rate: Rate, full: number, now: number): { full: number; wait: number } {
  if (rate.burst === Infinity) return { full, wait: 0 }
  const cost = 60_000 / rate.perMinute
  const next = Math.max(full, now) + cost
  const wait = Math.ceil(next - now - cost * rate.burst)
  return wait > 0 ? { full, wait } : { full: next, wait: 0 }
}

export interface Buckets {
  /** Milliseconds to wait, 0 when a token was taken. */
  take(key: string): number
}

/** One bucket per key. Full ones are forgotten; above `most` keys the oldest go, so a flood of keys costs no memory. */
export function createBuckets(rate: Rate, now: () => number, most = 50_000): Buckets {
  const buckets = new Map<string, number>()

  function sweep(at: number): void {
    for (const [key, full] of buckets) if (full <= at) buckets.delete(key)
    for (const key of buckets.keys()) {
      if (buckets.size < most) return
      buckets.delete(key)
    }
  }

  return {
    take(key) {
      if (rate.burst === Infinity) return 0
      const at = now()
      if (buckets.size >= most) sweep(at)
      const { full, wait } = takeToken(rate, buckets.get(key) ?? 0, at)
      buckets.set(key, full)
      return wait
    },
  }
}
