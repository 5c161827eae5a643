import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bench, ORIGIN, openBench } from './test-bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

it.each([
  ['a page that is set up', 'shop', ORIGIN, { site: true, origin: true }],
  ['a page of another origin', 'shop', 'https://shop.example.evil', { site: true, origin: false }],
  ['a site that does not exist', 'shoop', ORIGIN, { site: false, origin: false }],
])('tells %s what a refused WebSocket cannot', async (_who, site, origin, knows) => {
  const query = new URLSearchParams({ site, origin })
  const answer = await bench.host.fetch(new Request(`http://relay.example/channels/web/site?${query}`))
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(await answer.json()).toEqual(knows)
})
