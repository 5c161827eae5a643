import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await openStand()
})
afterAll(() => stand.close())

const get = (path: string) => stand.ask(path, { token: TOKENS.shop })
const post = (path: string, json: unknown, token = TOKENS.shop) => stand.ask(path, { method: 'POST', token, json })

/** All items of a list, page by page. */
async function everything(path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let next: unknown
  do {
    const { body } = await get(next === undefined ? path : `${path}&cursor=${next}`)
    items.push(...(body.items ?? []))
    next = body.next
  } while (next !== undefined)
  return items
}

describe('conversations over REST', () => {
  it('are listed page by page, each exactly once, those with news first', async () => {
    const made: string[] = []
    for (const address of ['v1', 'v2', 'v3', 'v4', 'v5'])
      made.push((await stand.write('hello', { address })).conversation)
    const items = await everything('/v1/conversations?limit=2')
    const ids = items.map(({ conversation }) => (conversation as { id: string }).id)
    expect(ids.toSorted()).toEqual(made.toSorted())
    expect(items[0]).toMatchObject({ unread: 1, latest: { body: { parts: [{ text: 'hello' }] } } })
  })

  it('show their log from either end, whole and in order', async () => {
    const { conversation } = await stand.write('1', { address: 'long' })
    for (const text of ['2', '3', '4', '5', '6', '7']) await stand.write(text, { address: 'long' })
    const path = `/v1/conversations/${conversation}/entries`
    const seqs = (items: { seq?: unknown }[]) => items.map(({ seq }) => seq)
    const total = (await stand.log(conversation)).length
    const all = Array.from({ length: total }, (_, index) => index + 1)
    expect(seqs(await everything(`${path}?limit=3`))).toEqual(all)
    expect(seqs(await everything(`${path}?after=2&limit=2`))).toEqual(all.slice(2))
    const newest = await get(`${path}?before=${total + 1}&limit=3`)
    expect(seqs(newest.body.items ?? [])).toEqual(all.slice(-3))
    const older = await get(`${path}?before=${total + 1}&limit=3&cursor=${newest.body.next}`)
    expect(seqs(older.body.items ?? [])).toEqual(all.slice(-6, -3))
  })

  it('carry out an action once, however often it is sent', async () => {
    const { conversation } = await stand.write('hello', { address: 'noted' })
    const json = { key: 'note-1', actions: [{ kind: 'note', text: 'a regular customer' }] }
    const first = await post(`/v1/conversations/${conversation}/actions`, json)
    const second = await post(`/v1/conversations/${conversation}/actions`, json)
    const { seq } = (first.body.results as { seq: number }[])[0] ?? {}
    expect(second.body.results).toEqual([{ seq, duplicate: true }])
    const notes = (await stand.log(conversation)).filter(({ body }) => body.kind === 'note')
    expect(notes).toMatchObject([{ from: { kind: 'bot', id: 'shop' }, body: { text: 'a regular customer' } }])
  })

  it('refuse an answer of a backend that no longer has the floor', async () => {
    const { conversation } = await stand.write('hello', { address: 'late' })
    const json = { key: 'late', term: 99, actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'too late' }] }] }
    const { status, body } = await post(`/v1/conversations/${conversation}/actions`, json)
    expect([status, body.error?.code]).toEqual([409, 'stale_floor'])
  })

  it('keep how far somebody has read, never backwards and never beyond the log', async () => {
    const { conversation } = await stand.write('hello', { address: 'read' })
    const last = (await stand.log(conversation)).length
    const path = `/v1/conversations/${conversation}/cursor`
    expect((await post(path, { delivered: 0, read: 99 })).body).toMatchObject({ delivered: last, read: last })
    expect((await post(path, { delivered: 0, read: 0 })).body).toMatchObject({ delivered: last, read: last })
    const { body } = await get(`/v1/conversations/${conversation}`)
    expect(body.cursors).toMatchObject([{ participant: { id: 'shop' }, read: last }])
    const listed = (await everything('/v1/conversations?limit=100')).find(
      (item) => (item.conversation as { id: string }).id === conversation,
    )
    expect(listed).toMatchObject({ unread: 0 })
  })
})

describe('contacts over REST', () => {
  it('are found, read and changed; an attribute set to null is gone', async () => {
    const { conversation } = await stand.write('hello', { address: 'person' })
    const { body } = await get(`/v1/conversations/${conversation}`)
    const { id } = body.contact as { id: string }
    const patch = (json: unknown) => stand.ask(`/v1/contacts/${id}`, { method: 'PATCH', token: TOKENS.shop, json })
    await patch({ name: '李雷', email: 'li@example.com', attributes: { tier: 'gold', points: 3 } })
    const changed = await patch({ attributes: { tier: null } })
    expect(changed.body).toMatchObject({ name: '李雷', email: 'li@example.com', attributes: { points: 3 } })
    expect(changed.body.attributes).not.toHaveProperty('tier')
    const found = await get(`/v1/contacts?text=${encodeURIComponent('李雷')}`)
    expect(found.body.items).toMatchObject([{ id }])
    expect((await get(`/v1/contacts/${id}`)).body).toMatchObject({
      identities: [{ channel: 'web', address: 'person' }],
    })
  })

  it('refuse fields that do not exist instead of dropping them', async () => {
    const { conversation } = await stand.write('hello', { address: 'strict' })
    const { contact } = (await stand.store.conversation(conversation)) ?? { contact: '' }
    const json = { nmae: 'typo' }
    expect((await stand.ask(`/v1/contacts/${contact}`, { method: 'PATCH', token: TOKENS.shop, json })).status).toBe(400)
  })
})
