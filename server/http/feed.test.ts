import type { Event } from '@hutong/core/backend'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPullBackend } from '../backends/pull.ts'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

let stand: Stand
beforeEach(async () => {
  stand = await openStand({ backends: [createPullBackend('shop', { answerWithin: 1_000 })], routing: ['shop', 'desk'] })
})
afterEach(() => stand.close())

async function pull(query: string, token = TOKENS.shop): Promise<{ items: Event[]; position: number }> {
  const { status, body } = await stand.ask(`/v1/feed?${query}`, { token })
  expect(status).toBe(200)
  return body as unknown as { items: Event[]; position: number }
}

const textOf = ({ entry: { body } }: Event) =>
  body.kind === 'message' && body.parts[0]?.kind === 'text' ? body.parts[0].text : body.kind

describe('the feed over HTTP', () => {
  it('brings what happened after a position, and the same again until it is acknowledged', async () => {
    await stand.write('one')
    await stand.write('two')
    const first = await pull('after=0')
    expect(first.items.map(textOf)).toEqual(['one', 'two'])
    expect(await pull('after=0')).toEqual(first)
    expect((await pull(`after=${first.position}`)).items).toEqual([])
  })

  it('waits for what happens next, and answers at once when it does', async () => {
    const { position } = await pull('after=0')
    const started = performance.now()
    const waiting = pull(`after=${position}&wait=20`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await stand.write('news')
    expect((await waiting).items.map(textOf)).toEqual(['news'])
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('refuses a position that it has not reached, and says what to do', async () => {
    const { status, body } = await stand.ask('/v1/feed?after=5000&wait=20', { token: TOKENS.shop })
    expect([status, body.error]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid', field: 'after', message: expect.stringMatching(/after 0/) }),
    ])
  })

  it.each(['after=', 'after=%20', 'after=0x10', 'after=1e1', 'after=-1', 'after=1.5', 'after=99999999999999999999'])(
    'refuses a position that is none, and names the field: %s',
    async (query) => {
      const { status, body } = await stand.ask(`/v1/feed?${query}`, { token: TOKENS.shop })
      expect([status, body.error]).toEqual([400, expect.objectContaining({ code: 'invalid', field: 'after' })])
    },
  )

  it('lets 16 requests of one token wait, and one more when one was answered', async () => {
    const ask = (token: string) => stand.ask('/v1/feed?after=0&wait=20', { token })
    const waiting = Array.from({ length: 16 }, () => ask(TOKENS.shop))
    await new Promise((resolve) => setTimeout(resolve, 300))
    const refused = await ask(TOKENS.shop)
    expect([refused.status, refused.body.error]).toEqual([
      429,
      expect.objectContaining({ code: 'throttled', retryAfter: 1_000, message: expect.stringContaining('wait=0') }),
    ])
    const elsewhere = pull('after=0&wait=1', TOKENS.other)
    await stand.write('news')
    for (const { body } of await Promise.all(waiting)) expect(body.items).toHaveLength(1)
    const { items, position } = await elsewhere
    expect([items, position > 0]).toEqual([[], true])
    expect((await ask(TOKENS.shop)).status).toBe(200)
  })

  it('answers empty when the time is over', async () => {
    expect((await pull('after=0&wait=1')).items).toEqual([])
  })

  it('shows a backend what it has to answer, one event of a conversation at a time', async () => {
    await stand.write('a1', { address: 'a' })
    await stand.write('b1', { address: 'b' })
    await stand.write('a2', { address: 'a' })
    const first = await pull('after=0&mine=true')
    expect(first.items.map(textOf)).toEqual(['a1', 'b1'])
    expect((await pull(`after=${first.position}&mine=true`)).items.map(textOf)).toEqual(['a2'])
  })

  it('goes in pages that end where the limit is', async () => {
    for (let n = 0; n < 250; n++) await stand.write(`m${n}`, { address: `v${n}` })
    const seen: string[] = []
    for (let position = 0; ; ) {
      const page = await pull(`after=${position}&mine=true`)
      if (page.items.length === 0) break
      expect(page.items.length).toBeLessThanOrEqual(100)
      seen.push(...page.items.map(textOf))
      position = page.position
    }
    expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => `m${n}`))
  })

  it('shows nothing of other sites', async () => {
    await stand.write('secret')
    expect((await pull('after=0', TOKENS.other)).items).toEqual([])
  })

  it('leaves the floor with the backend that answers by REST, and takes it from one that does not', async () => {
    const { conversation } = await stand.write('hello')
    const [event] = (await pull('after=0&mine=true')).items
    const json = {
      key: 'a',
      term: event?.floor.term,
      event: event?.id,
      actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Hi' }] }],
    }
    const acted = await stand.ask(`/v1/conversations/${conversation}/actions`, {
      method: 'POST',
      token: TOKENS.shop,
      json,
    })
    expect(acted.status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect((await stand.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'shop' })
    await stand.write('and more')
    await stand.until(conversation, (log) => log.some(({ body }) => body.kind === 'handoff'))
  })
})
