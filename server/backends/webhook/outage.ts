const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** So many failures one after another, of several conversations, and nothing in between that went well. */
const FAILURES = 3

export interface Outage {
  failed(conversation: string): void
  /** Whether what waits is to be brought now that something went well. */
  ended(): boolean
}

/**
 * Tells when the other end is well again after an outage, so that what waits then is not left to its schedule. An end that takes
 * some and fails others is asked early ever more rarely: a minute after the last time, then two, then four, until a day went by
 * without. Whatever waits from an earlier run is due at the first success.
 */
export function createOutage(now: () => number): Outage {
  const failing = new Set<string>()
  let failures = 0
  let down = true
  let last = Number.NEGATIVE_INFINITY
  let gap = 0

  return {
    failed(conversation) {
      failures += 1
      failing.add(conversation)
      down ||= failures >= FAILURES && failing.size > 1
    },
    ended() {
      failures = 0
      failing.clear()
      const since = now() - last
      if (!down || since < gap) return false
      down = false
      gap = since < gap + DAY ? Math.max(MINUTE, gap * 2) : MINUTE
      last = now()
      return true
    },
  }
}
