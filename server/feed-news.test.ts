import type { Event } from '@hutong/core/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFeedNews } from './feed-news.ts'
import { createFeedReader } from './feed-reader.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

let house: TestRelay
beforeEach(async () => {
  house = await openTestRelay()
})
afterEach(() => house.close())

/** Readers of the feed, with all that they heard and how often the store was asked. */
function open(sites: readonly string[]) {
  let looks = 0
  const feed: TestRelay['store']['feed'] = (range) => {
    looks += 1
    return house.store.feed(range)
  }
  const news = createFeedNews({ relay: house.relay, store: { feed } })
  const heard = sites.map((site): string[] => {
    const ids: string[] = []
    const concerns = (event: Event) => event.site === site
    const reader = createFeedReader({
      after: 0,
      read: (after, limit) => news.read({ after, limit }),
      wanted: concerns,
      deliver: async (events) => void ids.push(...events.map(({ id }) => id)),
      failed: expect.fail,
    })
    news.add({ concerns, wake: reader.wake, pass: reader.pass })
    reader.wake()
    return ids
  })
  return { heard, news, looks: () => looks }
}

const rest = () => new Promise((resolve) => setTimeout(resolve, 50))

it('asks the store once for all who read at the same place, and not at all for those of other sites', async () => {
  const { heard, looks } = open([...Array<string>(50).fill('shop'), ...Array<string>(50).fill('elsewhere')])
  await rest()
  const before = looks()
  expect(before).toBe(1)
  for (let at = 0; at < 5; at++) {
    await house.write(`m${at}`)
    await rest()
  }
  for (const ids of heard.slice(0, 50)) expect(ids).toHaveLength(5)
  for (const ids of heard.slice(50)) expect(ids).toEqual([])
  // What there is, and that there is no more.
  expect(looks() - before).toBeLessThanOrEqual(10)
})

it('misses nothing and repeats nothing, however commits and looks cross', async () => {
  const { heard } = open(['shop', 'shop', 'elsewhere'])
  await Promise.all(Array.from({ length: 200 }, (_, at) => house.write(`m${at}`, { address: `v${at % 7}` })))
  await expect.poll(() => heard[0]?.length).toBe(200)
  await expect.poll(() => heard[1]?.length).toBe(200)
  expect(new Set(heard[0]).size).toBe(200)
  expect(heard[1]).toEqual(heard[0])
})
