/** A token bucket: `burst` at once, refilled with `perMinute`. `Infinity` as burst lets everything through. */
export interface Rate {
  perMinute: number
  burst: number
}

/**
 * Takes one token. A bucket is one number, the time at which it is full again, so a bucket nobody has touched is 0; one of a
 * time that has not come, as after the clock was set back, counts as empty. `wait` is how many milliseconds are missing to
 * the next token, 0 when it was there.
 */
export function takeToken(rate: Rate, full: number, now: number): { full: number; wait: number } {
  if (rate.burst === Infinity) return { full, wait: 0 }
  const cost = 60_000 / rate.perMinute
  const empty = now + cost * rate.burst
  const held = Math.min(Math.max(full, now), empty)
  const wait = Math.ceil(held + cost - empty)
  return wait > 0 ? { full: held, wait } : { full: held + cost, wait: 0 }
}

export interface Buckets {
  /** Milliseconds to wait, 0 when a token was taken. */
  take(key: string): number
}

/**
 * One bucket per key. Of a flood of keys at most `most` are remembered, those used last among them, and none costs more than
 * another: what was not used while half as many keys came is forgotten at once.
 */
export function createBuckets(rate: Rate, now: () => number, most = 50_000): Buckets {
  let young = new Map<string, number>()
  let old = new Map<string, number>()

  return {
    take(key) {
      if (rate.burst === Infinity) return 0
      const { full, wait } = takeToken(rate, young.get(key) ?? old.get(key) ?? 0, now())
      if (young.size >= most / 2 && !young.has(key)) {
        old = young
        young = new Map()
      }
      young.set(key, full)
      return wait
    },
  }
}
