import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

let stand: Stand
beforeEach(async () => {
  stand = await openStand()
})
afterEach(() => stand.close())

it('tells who sends too much that it is too much, whether or not its length was stated', async () => {
  const { conversation } = await stand.write('hello')
  const large = JSON.stringify({ key: 'k', actions: [], more: 'x'.repeat(300_000) })
  const chunks = new ReadableStream({
    start(controller) {
      for (let at = 0; at < large.length; at += 64_000)
        controller.enqueue(new TextEncoder().encode(large.slice(at, at + 64_000)))
      controller.close()
    },
  })
  for (const body of [large, chunks]) {
    const headers = { authorization: `Bearer ${TOKENS.shop}`, 'content-type': 'application/json' }
    const request = { method: 'POST', headers, body, ...{ duplex: 'half' } }
    const answer = await fetch(`${stand.url}/v1/conversations/${conversation}/actions`, request)
    expect([answer.status, (await answer.json()).error.code]).toEqual([413, 'too_large'])
  }
})
