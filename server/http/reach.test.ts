import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await openStand()
})
afterAll(() => stand.close())

const get = (path: string) => stand.ask(path, { token: TOKENS.shop })
const post = (path: string, json: unknown = {}) => stand.ask(path, { method: 'POST', token: TOKENS.shop, json })

async function conversationOf(address: string): Promise<{ id: string; contact: string }> {
  const { conversation } = await stand.write('hello', { address })
  const { body } = await get(`/v1/conversations/${conversation}`)
  return { id: conversation, contact: (body.contact as { id: string }).id }
}

describe('where answers go, over REST', () => {
  it('is said with the conversation, best way first and with its reason', async () => {
    const { id } = await conversationOf('reached')
    const { body } = await get(`/v1/conversations/${id}`)
    expect(body.reach).toEqual([{ channel: 'web', address: 'reached', why: 'last', readsLog: true }])
  })

  it('is listed as deliveries, of which a conversation in the widget has none', async () => {
    const { id } = await conversationOf('listed')
    expect(await get(`/v1/conversations/${id}/deliveries`)).toMatchObject({ status: 200, body: { items: [] } })
    expect(await get('/v1/conversations/v_unknown/deliveries')).toMatchObject({ status: 404 })
  })
})

describe('contacts that are one person', () => {
  it('are merged and show each other’s threads until that is undone', async () => {
    const one = await conversationOf('one')
    const two = await conversationOf('two')
    const threads = async (id: string) =>
      ((await get(`/v1/conversations/${id}`)).body.threads as { conversation: string }[]).map((it) => it.conversation)
    expect((await post(`/v1/contacts/${one.contact}/merge`, { into: two.contact })).status).toBe(204)
    expect([await threads(one.id), await threads(two.id)]).toEqual([[two.id], [one.id]])
    expect((await post(`/v1/contacts/${two.contact}/merge`, { into: one.contact })).status).toBe(409)
    expect((await post(`/v1/contacts/${one.contact}/unmerge`)).status).toBe(204)
    expect([await threads(one.id), await threads(two.id)]).toEqual([[], []])
    expect((await post(`/v1/contacts/${one.contact}/unmerge`)).status).toBe(404)
  })

  it('are of one site, and never of one that is not yours', async () => {
    const mine = await conversationOf('mine')
    expect((await post(`/v1/contacts/${mine.contact}/merge`, { into: 'c_unknown' })).status).toBe(404)
    expect((await post(`/v1/contacts/${mine.contact}/merge`, { into: mine.contact })).status).toBe(404)
  })
})
