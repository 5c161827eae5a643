import type { Event } from '@hutong/core/backend'
import { describe, expect, it } from 'vitest'
import { createFeedReader } from './feed-reader.ts'

const floor = { holder: { kind: 'none' as const }, term: 0 }

function event(position: number, site = 'shop'): Event {
  const from = { kind: 'system' as const, id: 'system' }
  const entry = {
    conversation: 'v',
    seq: position,
    key: `k${position}`,
    at: 0,
    from,
    body: { kind: 'note', text: 'x' },
  }
  return { id: `v:${position}`, position, site, conversation: 'v', contact: 'c', floor, entry: entry as Event['entry'] }
}

/** A feed in memory with a reader on it; `deliver` waits for as long as `gate` does. */
function open({ gate = async () => {}, fails = false }: { gate?: () => Promise<void>; fails?: boolean } = {}) {
  const feed: Event[] = []
  const got: { positions: number[]; failures: unknown[] } = { positions: [], failures: [] }
  const reader = createFeedReader({
    after: 0,
    async read(after, limit) {
      if (fails) throw new Error('no store')
      return feed.filter(({ position }) => position > after).slice(0, limit)
    },
    wanted: ({ site }) => site === 'shop',
    async deliver(events) {
      got.positions.push(...events.map(({ position }) => position))
      await gate()
    },
    failed: (cause) => got.failures.push(cause),
  })
  return { feed, got, reader }
}

describe('a reader of the feed', () => {
  it('misses nothing that is committed while it reads or delivers', async () => {
    const { feed, got, reader } = open({ gate: () => new Promise((resolve) => setTimeout(resolve, 1)) })
    for (let position = 1; position <= 300; position += 1) {
      feed.push(event(position))
      reader.wake()
      if (position % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await expect.poll(() => got.positions.length).toBe(300)
    expect(got.positions).toEqual(feed.map(({ position }) => position))
  })

  it('passes over long stretches of other sites', async () => {
    const { feed, got, reader } = open()
    for (let position = 1; position <= 250; position += 1) feed.push(event(position, 'other'))
    feed.push(event(251))
    reader.wake()
    await expect.poll(() => got.positions).toEqual([251])
  })

  it('gets nothing more once it has stopped', async () => {
    const { feed, got, reader } = open()
    reader.stop()
    feed.push(event(1))
    reader.wake()
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(got.positions).toEqual([])
  })

  it('is told once when the feed cannot be read', async () => {
    const { got, reader } = open({ fails: true })
    reader.wake()
    await expect.poll(() => got.failures).toMatchObject([{ message: 'no store' }])
    reader.wake()
    expect(got.failures).toHaveLength(1)
  })
})
