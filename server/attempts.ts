import type { Clock } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'

/** Wrong passwords that cost nothing, for one address from one place and for one place over all addresses. */
const FREE = { pair: 5, place: 30 }
const WINDOW = 15 * 60_000
/** Most places remembered; the one that has been quiet longest is forgotten first. */
const REMEMBERED = 10_000

export interface Attempts {
  /** Counts one try as wrong; throws `throttled` while too many of this address or place have been. */
  begin(email: string, ip: string): void
  /** Takes the count of a try that was right back. */
  succeeded(email: string, ip: string): void
}

/** Slows guessing of passwords down. Held in memory: a restart forgives. */
export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; until: number }>()

  /** Wrong tries of `key` in its window so far. */
  function count(key: string, free: number): number {
    const known = failures.get(key)
    const left = known === undefined ? 0 : known.until - clock.now()
    if (known === undefined || left <= 0) return 0
    if (known.count >= free)
      throw new HutongError('throttled', 'too many wrong passwords; wait a little', { retryAfter: left })
    return known.count
  }

  function remember(key: string, count: number) {
    failures.delete(key)
    failures.set(key, { count, until: clock.now() + WINDOW })
    for (const oldest of failures.keys()) {
      if (failures.size <= REMEMBERED) break
      failures.delete(oldest)
    }
  }

  const pair = (email: string, ip: string) => `${ip} ${email.toLowerCase()}`

  return {
    begin(email, ip) {
      const ofPair = count(pair(email, ip), FREE.pair)
      const ofPlace = count(ip, FREE.place)
      remember(pair(email, ip), ofPair + 1)
      remember(ip, ofPlace + 1)
    },
    succeeded(email, ip) {
      failures.delete(pair(email, ip))
      const place = failures.get(ip)
      if (place !== undefined) place.count -= 1
    },
  }
}
