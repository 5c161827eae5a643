import type { Clock } from '@hutong/core/adapter'
import { networkOf } from '@hutong/core/client-address'
import { HutongError } from '@hutong/core/errors'

/** Wrong passwords that cost nothing: for one address from one place, for one place, for one address from everywhere. */
const FREE = { pair: 5, place: 30, account: 40 }
const WINDOW = 15 * 60_000
/** How often an address may be tried from places unknown to it once too many have been wrong. */
const PACE = 20_000
/** Most keys remembered of each kind; the one that has been quiet longest is forgotten first. */
const REMEMBERED = 10_000

export interface Attempts {
  /** Counts one try as wrong; throws `throttled` while too many of this address or place have been. */
  begin(email: string, ip: string): void
  /** Takes the count of a try that was right back. */
  succeeded(email: string, ip: string): void
}

/**
 * Slows guessing of passwords down. Whoever guesses at one address from many networks gets a guess every 20 seconds after
 * the first 40; nobody can have an agent locked out that way, for where she has signed in before she does not stand in that
 * queue, her sessions stay, and the pace never becomes a ban. Held in memory: a restart forgives.
 */
export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; until: number }>()
  const accounts = new Map<string, { count: number; until: number; last: number }>()
  const familiar = new Map<string, true>()

  /** Wrong tries of `key` in its window so far. */
  function count(key: string, free: number): number {
    const known = failures.get(key)
    const left = known === undefined ? 0 : known.until - clock.now()
    if (known === undefined || left <= 0) return 0
    if (known.count >= free) throw tooMany(left)
    return known.count
  }

  function queue(account: string) {
    const known = accounts.get(account)
    if (known === undefined || known.until <= clock.now()) return { count: 0, last: 0 }
    const wait = known.last + PACE - clock.now()
    if (known.count >= FREE.account && wait > 0) throw tooMany(wait)
    return known
  }

  const remember = (key: string, count: number) => put(failures, key, { count, until: clock.now() + WINDOW })

  return {
    begin(email, ip) {
      const { account, place, pair } = keysOf(email, ip)
      const ofPair = count(pair, FREE.pair)
      const ofPlace = count(place, FREE.place)
      if (!familiar.has(pair)) {
        const { count } = queue(account)
        put(accounts, account, { count: count + 1, until: clock.now() + WINDOW, last: clock.now() })
      }
      remember(pair, ofPair + 1)
      remember(place, ofPlace + 1)
    },
    succeeded(email, ip) {
      const { account, place, pair } = keysOf(email, ip)
      failures.delete(pair)
      for (const counted of [failures.get(place), familiar.has(pair) ? undefined : accounts.get(account)])
        if (counted !== undefined) counted.count -= 1
      put(familiar, pair, true)
    },
  }
}

function keysOf(email: string, ip: string) {
  const account = email.toLowerCase()
  const place = networkOf(ip)
  return { account, place, pair: `${place} ${account}` }
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest)
}

function tooMany(retryAfter: number): HutongError {
  return new HutongError('throttled', 'too many wrong passwords; wait a little', { retryAfter })
}
