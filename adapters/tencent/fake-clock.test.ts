import { expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'

test('what waits is let go in its order when the clock is put forward, and not before', () => {
  const clock = createFakeClock(() => 1_000)
  const gone: string[] = []
  clock.after(5_000, () => gone.push('later'))
  clock.after(2_000, () => gone.push('sooner'))
  clock.after(1_000, () => gone.push('called off'))()
  clock.advance(1_999)
  expect(gone).toEqual([])
  clock.advance(3_001)
  expect(gone).toEqual(['sooner', 'later'])
  expect(clock.now()).toBe(6_000)
})

test('a clock that goes with the real time lets go by itself', async () => {
  const clock = createFakeClock()
  await new Promise<void>((resolve) => {
    clock.after(5, resolve)
  })
})
