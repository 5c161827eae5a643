import { expect, it } from 'vitest'
import { createTokenBuckets } from './token-bucket.ts'

it('lets a burst through at once, then one token per interval, and says how long to wait', () => {
  let now = 1_000
  const buckets = createTokenBuckets({ rate: { perSecond: 2, burst: 3 }, now: () => now })
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 500])
  now += 499
  expect(buckets.take('a')).toBe(1)
  now += 1
  expect(buckets.take('a')).toBe(0)
  now += 60_000
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 500])
})

it('costs no more memory under a flood of keys, and still knows who was greedy last', () => {
  const buckets = createTokenBuckets({ rate: { perSecond: 1, burst: 1 }, now: () => 0, most: 100 })
  for (let key = 0; key < 10_000; key++) buckets.take(`k${key}`)
  expect(buckets.take('k9999')).toBeGreaterThan(0)
  expect(buckets.take('k0')).toBe(0)
})
