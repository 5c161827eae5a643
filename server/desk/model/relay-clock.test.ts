import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRelayClock, type RelayClock } from './relay-clock.ts'

const HOUR = 3_600_000
let clock: RelayClock | undefined
afterEach(() => {
  clock?.stop()
  vi.useRealTimers()
})

describe('the desk', () => {
  it('counts with the relay’s time, however wrong the clock of the agent’s computer is', () => {
    vi.useFakeTimers()
    clock = createRelayClock()
    clock.set(Date.now() + 48 * HOUR)
    const told = clock.now.value
    expect(told).toBe(Date.now() + 48 * HOUR)
    vi.advanceTimersByTime(5_000)
    expect(clock.now.value).toBe(told + 5_000)
  })
})
