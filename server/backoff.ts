const HOUR = 3_600_000

/**
 * When to try again, in milliseconds from now: 1 s doubled per try with ± 50 % jitter, at most an hour, and never before
 * the time the other side asked for.
 */
export function backoff(
  tries: number,
  { random = Math.random, retryAfter = 0 }: { random?: () => number; retryAfter?: number } = {},
): number {
  const base = Math.min(HOUR, 1_000 * 2 ** Math.max(0, tries - 1))
  return Math.max(retryAfter, Math.round(base * (0.5 + random())))
}
