import { createMemoryHost } from '@hutong/core/memory'
import { beforeEach, expect, test } from 'vitest'
import { createBrake } from './brake.ts'

const HOUR = 3_600_000
let host = createMemoryHost()
beforeEach(() => {
  host = createMemoryHost()
})

interface Burst {
  count: number
  address?(index: number): string
  conversation?: string
  counts?: 'proven' | 'thread' | 'unproven'
  from?: number
  every?: number
}

/** How many of them somebody may answer; each by a relay that has just started. */
async function answered({ count, address = () => 'robot@loop.test', from = 0, every = 1_000, ...how }: Burst) {
  let free = 0
  for (let index = 0; index < count; index += 1) {
    const { conversation, counts = 'unproven' } = how
    const mail = { address: address(index), conversation, counts, at: from + index * every }
    if (!(await createBrake(host, 20).stops(mail))) free += 1
  }
  return free
}

test('a robot is answered twenty times, whatever stands after the plus sign and however often the relay starts', async () => {
  expect(await answered({ count: 60, address: (index) => `r+${index}@loop.test` })).toBe(20)
})

test('a robot with a new name for each mail is stopped by its domain', async () => {
  expect(await answered({ count: 200, address: (index) => `r${index}@loop.test` })).toBe(60)
})

test('people at one provider do not stop each other', async () => {
  expect(await answered({ count: 100, address: (index) => `${index}@qq.com` })).toBe(100)
})

test('a robot that answers in one conversation under many domains is stopped', async () => {
  expect(await answered({ count: 60, address: (index) => `r@l${index}.test`, conversation: 'v_1' })).toBe(20)
})

test('a loop stays stopped as long as it goes on, and ends with an hour of silence', async () => {
  expect(await answered({ count: 30 })).toBe(20)
  expect(await answered({ count: 60, from: 60_000, every: 600_000 })).toBe(0)
  expect(await answered({ count: 1, from: 60_000 + 60 * 600_000 + HOUR })).toBe(1)
})

test('a slow loop is stopped within a day', async () => {
  expect(await answered({ count: 140, every: 600_000 })).toBe(80)
})

test('forged mail does not use up what the true sender may send', async () => {
  await answered({ count: 100 })
  expect(await answered({ count: 5, counts: 'proven' })).toBe(5)
  expect(await answered({ count: 5, counts: 'thread' })).toBe(5)
})

test('however many names there are, each page of the state stays small', async () => {
  await answered({ count: 2_000, address: (index) => `x@d${index}.test` })
  const pages = await Promise.all(Array.from({ length: 32 }, (_, index) => host.state.get(`brake:${index}`)))
  expect(Math.max(...pages.map((page) => JSON.stringify(page ?? {}).length))).toBeLessThan(32_768)
})
