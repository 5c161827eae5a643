import { expect, it } from 'vitest'
import { backoff } from './backoff.ts'

it('doubles from one second, within half above and below', () => {
  for (const [tries, seconds] of [
    [1, 1],
    [2, 2],
    [5, 16],
  ] as const) {
    expect(backoff(tries, { random: () => 0 })).toBe(seconds * 500)
    expect(backoff(tries, { random: () => 1 })).toBe(seconds * 1_500)
  }
})

it('never waits much over an hour', () => {
  expect(backoff(40, { random: () => 0.5 })).toBe(3_600_000)
})

it('obeys the time the platform asked for', () => {
  expect(backoff(1, { random: () => 0, retryAfter: 60_000 })).toBe(60_000)
})
