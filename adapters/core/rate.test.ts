import { describe, expect, it } from 'vitest'
import { createBuckets, takeToken } from './rate.ts'

describe('a rate', () => {
  it('lets the burst through at once, then one for each interval, and says how long to wait', () => {
    const rate = { perMinute: 60, burst: 3 }
    let full = 0
    const waits = [0, 0, 0, 0, 400, 1_000, 1_100].map((at) => {
      const taken = takeToken(rate, full, 1_000_000 + at)
      full = taken.full
      return taken.wait
    })
    expect(waits).toEqual([0, 0, 0, 1_000, 600, 0, 900])
  })

  it('does not lock anybody out for longer than an empty bucket after the clock was set back', () => {
    const rate = { perMinute: 60, burst: 3 }
    const day = 86_400_000
    const first = takeToken(rate, takeToken(rate, 0, 5 * day).full, 4 * day)
    expect(first.wait).toBe(1_000)
    expect(takeToken(rate, first.full, 4 * day + 1_000).wait).toBe(0)
  })

  it('is held for each key by itself', () => {
    const buckets = createBuckets({ perMinute: 1, burst: 1 }, () => 5)
    expect([buckets.take('a'), buckets.take('b'), buckets.take('a') > 0]).toEqual([0, 0, true])
  })

  it('stays bounded under a flood of keys', () => {
    const buckets = createBuckets({ perMinute: 1, burst: 1 }, () => 5, 10)
    for (let n = 0; n < 100; n += 1) buckets.take(`key ${n}`)
    expect(buckets.take('key 99')).toBeGreaterThan(0)
    expect(buckets.take('key 0')).toBe(0)
  })
  it('keeps slowing down who goes on while a flood of other keys passes', () => {
    const buckets = createBuckets({ perMinute: 1, burst: 1 }, () => 5, 10)
    buckets.take('greedy')
    const waits = Array.from({ length: 100 }, (_, n) => {
      buckets.take(`key ${n}`)
      return buckets.take('greedy')
    })
    expect(Math.min(...waits)).toBeGreaterThan(0)
  })

  it('costs the same for each of very many keys', () => {
    const buckets = createBuckets({ perMinute: 1, burst: 1 }, () => 5)
    const started = performance.now()
    for (let n = 0; n < 300_000; n += 1) buckets.take(`key ${n}`)
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})
