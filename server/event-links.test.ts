import type { Event } from '@hutong/core/backend'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPullBackend } from './backends/pull.ts'
import { createSocketBackend } from './backends/socket.ts'
import { linked } from './event-links.ts'
import { openStand, type Stand, TOKENS } from './test-stand.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let stand: Stand
beforeEach(async () => {
  stand = await openStand({
    backends: [createSocketBackend('shop', {}), createPullBackend('boss', {})],
    routing: ['shop', 'desk'],
  })
})
afterEach(() => stand.close())

const linkIn = (event: Event) => /\/files\/[^"?]+\?e=(\d+)[^"]*/.exec(JSON.stringify(event))

async function writeFile(): Promise<void> {
  const { conversation } = await stand.write('hello')
  const path = `/v1/files?conversation=${conversation}&name=a.txt`
  const { body } = await stand.ask(path, { method: 'POST', token: TOKENS.shop, body: 'the bill' })
  const parts = [body.part]
  await stand.ask(`/v1/conversations/${conversation}/actions`, {
    method: 'POST',
    token: TOKENS.shop,
    json: { key: 'f', term: 1, actions: [{ kind: 'reply', parts }] },
  })
}

it('an event has the same links on the feed over HTTP and over the socket, and they work for two weeks', async () => {
  await writeFile()
  const { body } = await stand.ask('/v1/feed?after=0', { token: TOKENS.shop })
  const pulled = (body.items as unknown as Event[]).find(linkIn)
  const client = stand.backend({ token: TOKENS.shop, after: 0 })
  const heard: Event[] = []
  client.on('events', ({ events }, acknowledge) => {
    heard.push(...events)
    acknowledge()
  })
  await expect.poll(() => heard.find(linkIn)).toEqual(pulled)
  const ends = Number(linkIn(pulled as Event)?.[1])
  expect((ends - Date.now()) / DAY).toBeCloseTo(14, 0)
})

it('the links of an event change only when they would soon end', async () => {
  await writeFile()
  const events = await stand.store.feed({ after: 0, limit: 100 })
  const event = events.find((one) => JSON.stringify(one).includes('"file":')) as Event
  const at = (later: number) => linkIn(linked(event, stand.files, event.entry.at + later))?.[0]
  expect(at(0)).toBeDefined()
  for (const later of [2 * HOUR, 5 * DAY, 12 * DAY]) expect(at(later)).toBe(at(0))
  expect(at(13.5 * DAY)).not.toBe(at(0))
})
