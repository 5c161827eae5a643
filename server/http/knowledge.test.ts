import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import { openStand, type Stand, TOKENS } from '../test-stand.ts'

const ROOT = '/v1/knowledge/faq_shop'
let stand: Stand
beforeAll(async () => {
  stand = await openStand({ backends: [createKnowledgeBackend('faq_shop', {})] })
})
afterAll(() => stand.close())

const boss = { token: TOKENS.boss }
const put = (id: string, json: object, query = '') =>
  stand.ask(`${ROOT}/articles/${id}${query}`, { ...boss, method: 'PUT', json })
const setState = (id: string, state: string) =>
  stand.ask(`${ROOT}/articles/${id}/state`, { ...boss, method: 'POST', json: { state } })
const match = (question: string, token = TOKENS.shop) =>
  stand.ask(`${ROOT}/match`, { token, method: 'POST', json: { question } })
const PAY = { question: 'How can I pay?', answer: 'By card.', phrasings: ['which cards do you take'] }

describe('an article over REST', () => {
  beforeEach(async () => {
    await stand.ask(`${ROOT}/articles/pay?purge=true`, { ...boss, method: 'DELETE' })
  })

  it('is a draft that customers never hear of until it was reviewed and published, and it is known who did that', async () => {
    expect((await put('pay', PAY)).body.article).toMatchObject({
      id: 'pay',
      state: 'draft',
      version: expect.any(Number),
    })
    expect((await match('how can i pay')).body.items).toEqual([])
    const early = await setState('pay', 'published')
    expect([early.status, early.body.error?.message]).toEqual([
      409,
      'the article is in draft, from where it goes to review or retired',
    ])
    await setState('pay', 'review')
    expect((await setState('pay', 'published')).body).toMatchObject({ published: { by: 'boss' } })
    expect((await match('how can i pay')).body.items).toMatchObject([{ id: 'pay', score: 1, answer: 'By card.' }])
    const { body } = await stand.ask(`${ROOT}/articles/pay/versions`, boss)
    expect(body.items?.slice(0, 3).map(({ by, article }) => [by, (article as { state: string }).state])).toEqual([
      ['boss', 'published'],
      ['boss', 'review'],
      ['boss', 'draft'],
    ])
  })

  it('that is not published is for administrators alone, also in lists', async () => {
    await put('pay', PAY)
    const seen = async (token: string) => [
      (await stand.ask(`${ROOT}/articles/pay`, { token })).status,
      (await stand.ask(`${ROOT}/articles?state=draft`, { token })).body.items?.some(({ id }) => id === 'pay'),
    ]
    expect(await seen(TOKENS.boss)).toEqual([200, true])
    expect(await seen(TOKENS.shop)).toEqual([404, false])
  })

  it('written again unchanged makes no version, and is not overwritten by who read an older one', async () => {
    const first = (await put('pay', PAY)).body.article as { version: number }
    const again = (await put('pay', PAY)).body.article as { version: number }
    expect(again.version).toBe(first.version)
    const late = await put('pay', { ...PAY, answer: 'Cash.' }, `?expect=${first.version - 1}`)
    expect([late.status, late.body.error?.code]).toEqual([409, 'conflict'])
  })

  it('that cannot be is refused with the field that is wrong', async () => {
    for (const [json, field] of [
      [{ question: '' }, 'question'],
      [{ ...PAY, state: 'published' }, ''],
      [{ question: 'No answer?' }, 'answer'],
      [{ ...PAY, form: { fields: [{ name: 'a', label: 'A', patern: '{digits:6}' }] } }, 'form.fields.0.patern'],
    ] as const) {
      const { status, body } = await put('pay', json)
      expect([status, body.error?.field]).toEqual([400, expect.stringContaining(field)])
      if (field.endsWith('patern')) expect(body.error?.message).toContain('did you mean "pattern"?')
    }
    expect((await stand.ask(`${ROOT}/articles/pay`, boss)).status).toBe(404)
  })
})

describe('knowledge over REST', () => {
  it('exists only for those with a site that uses it', async () => {
    expect((await match('how can i pay', TOKENS.other)).status).toBe(404)
    expect((await stand.ask(`${ROOT}/articles`, { token: TOKENS.other })).status).toBe(404)
    expect((await stand.ask('/v1/knowledge/keyword/articles', boss)).status).toBe(404)
  })

  it('comes a page at a time, each article once', async () => {
    const names = ['page-1', 'page-2', 'page-3']
    for (const id of names) await put(id, { ...PAY, category: 'paged' })
    const ids: unknown[] = []
    let next = ''
    do {
      const { body } = await stand.ask(`${ROOT}/articles?category=paged&limit=2${next}`, boss)
      ids.push(...(body.items ?? []).map(({ id }) => id))
      next = typeof body.next === 'string' ? `&cursor=${body.next}` : ''
    } while (next !== '')
    expect(ids).toEqual(names)
  })

  it('is imported from a file whole or not at all, tried out first, and exported so that it can be imported', async () => {
    const take = (query: string, body: string) =>
      stand.ask(`${ROOT}/import?${query}`, { ...boss, method: 'POST', body })
    const csv = 'id,question,answer,state\nfrom-csv,What is this?,A test.,published\n'
    expect((await take('name=faq.csv&dryRun=true', csv)).body).toEqual({ made: ['from-csv'], changed: [], same: [] })
    expect((await stand.ask(`${ROOT}/articles/from-csv`, boss)).status).toBe(404)
    const wrong = await take('name=faq.csv', `${csv}another,,x,\n`)
    expect([wrong.status, wrong.body.error?.message]).toEqual([400, expect.stringContaining('faq.csv row 3, question')])
    expect((await take('name=faq.csv', csv)).body.made).toEqual(['from-csv'])
    const long = `id,question,answer\n${Array.from({ length: 100 }, (_, at) => `long-${at},long ${at},${'x'.repeat(7_000)}`).join('\n')}`
    expect((await take('name=long.csv', long)).body.made).toHaveLength(100)
    const out = await stand.ask(`${ROOT}/export`, boss)
    const again = await take('name=all.json', JSON.stringify(out.body))
    expect([again.body.made, again.body.changed]).toEqual([[], []])
  })
})
