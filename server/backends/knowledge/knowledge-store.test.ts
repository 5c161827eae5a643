import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ArticleDraftInput } from './article.ts'
import { createKnowledgeBase, type KnowledgeBase } from './knowledge-base.ts'

let folder: string
let base: KnowledgeBase
let now = 1_000

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-knowledge-'))
  base = createKnowledgeBase({ folder, clock: { now: () => now } })
})
afterEach(async () => {
  base.close()
  await rm(folder, { recursive: true })
})

const refund: ArticleDraftInput = {
  id: 'refund',
  question: 'How do I get a refund?',
  phrasings: ['I want my money back'],
  answer: 'Within **5 days**.',
  category: 'orders',
  tags: ['money'],
  state: 'published',
}

function failure(work: () => unknown): HutongError {
  try {
    work()
  } catch (error) {
    if (error instanceof HutongError) return error
    throw error
  }
  throw new Error('nothing failed')
}

describe('articles', () => {
  test('a change makes a version, and every version before stays with who wrote it and when', () => {
    const { articles } = base
    expect(articles.put(refund, { by: 'ann' })).toMatchObject({ version: 1, updatedAt: now })
    now = 2_000
    expect(articles.put({ ...refund, answer: 'Within 3 days.' }, { by: 'bob' })).toMatchObject({ version: 2 })
    expect(articles.versions('refund')).toMatchObject([
      { version: 2, by: 'bob', at: 2_000, article: { answer: 'Within 3 days.' } },
      { version: 1, by: 'ann', at: 1_000, article: { answer: 'Within **5 days**.' } },
    ])
    expect(articles.get('refund')).toMatchObject({ version: 2, answer: 'Within 3 days.' })
  })

  test('the same content again makes no version', () => {
    base.articles.put(refund, { by: 'ann' })
    expect(base.articles.put({ ...refund }, { by: 'import' })).toMatchObject({ version: 1 })
    expect(base.articles.versions('refund')).toHaveLength(1)
    expect(base.articles.audit()).toHaveLength(1)
  })

  test('whoever wrote on an old version is told, and nothing is overwritten', () => {
    base.articles.put(refund, { by: 'ann', expect: 0 })
    base.articles.put({ ...refund, answer: 'Soon.' }, { by: 'bob', expect: 1 })
    const error = failure(() => base.articles.put({ ...refund, answer: 'Never.' }, { by: 'ann', expect: 1 }))
    expect(error).toMatchObject({ code: 'conflict' })
    expect(base.articles.get('refund')).toMatchObject({ answer: 'Soon.' })
  })

  test('review goes from draft to published to retired, each step on record', () => {
    base.articles.put({ ...refund, state: 'draft' }, { by: 'ann' })
    base.articles.setState('refund', 'review', { by: 'ann' })
    base.articles.setState('refund', 'published', { by: 'bob' })
    base.articles.setState('refund', 'published', { by: 'bob' })
    base.articles.remove('refund', { by: 'eve' })
    expect(base.articles.audit({ id: 'refund' }).map(({ by, what, state }) => [by, what, state])).toEqual([
      ['eve', 'state', 'retired'],
      ['bob', 'state', 'published'],
      ['ann', 'state', 'review'],
      ['ann', 'put', undefined],
    ])
    expect(base.articles.get('refund')).toMatchObject({ state: 'retired', version: 4 })
  })

  test('a purge leaves nothing of the article but the record that it went', () => {
    base.articles.put(refund, { by: 'ann' })
    base.articles.remove('refund', { by: 'eve', purge: true })
    expect(base.articles.get('refund')).toBeUndefined()
    expect(base.articles.versions('refund')).toEqual([])
    expect(base.articles.audit()[0]).toMatchObject({ by: 'eve', what: 'purge', id: 'refund', version: 1 })
    expect(base.articles.put(refund, { by: 'ann' })).toMatchObject({ version: 2 })
  })

  test('an import with one wrong article changes nothing, and says which one and what', async () => {
    const wrong = { ...refund, id: 'b', question: '' }
    await expect(base.articles.putAll([{ ...refund, id: 'a' }, wrong], { by: 'import' })).rejects.toMatchObject({
      code: 'invalid',
      field: 'articles.1.question',
    })
    expect(base.articles.list()).toEqual([])
  })

  test('an import counts what it made, changed and found the same', async () => {
    await base.articles.putAll([refund, { ...refund, id: 'b' }], { by: 'import' })
    const again = [refund, { ...refund, id: 'b', answer: 'Other.' }, { ...refund, id: 'c' }]
    expect(await base.articles.putAll(again, { by: 'import' })).toEqual({ made: 1, changed: 1, same: 1 })
  })

  test('articles are listed by category, tag, state, language and words, a page at a time', async () => {
    const all: ArticleDraftInput[] = [
      refund,
      {
        ...refund,
        id: 'zh',
        question: '怎么退款？',
        phrasings: [],
        answer: '五天内。100%到账',
        language: 'zh',
        tags: ['钱'],
      },
      { ...refund, id: 'ship', question: 'Shipping?', phrasings: [], category: 'shipping', state: 'draft' },
    ]
    await base.articles.putAll(all, { by: 'import' })
    const ids = (filter: Parameters<typeof base.articles.list>[0]) => base.articles.list(filter).map(({ id }) => id)
    expect(ids({ category: 'orders' })).toEqual(['refund', 'zh'])
    expect(ids({ tag: '钱' })).toEqual(['zh'])
    expect(ids({ state: 'draft' })).toEqual(['ship'])
    expect(ids({ language: 'zh' })).toEqual(['zh'])
    expect(ids({ text: 'MONEY back' })).toEqual(['refund'])
    expect(ids({ text: '0%' })).toEqual(['zh'])
    expect(ids({ limit: 1, after: 'refund' })).toEqual(['ship'])
  })
})

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['an answer that wants a field the form does not ask', { answer: 'Order {{order}}' }, 'article.answer'],
    ['an article that says nothing and is not for people', { answer: undefined }, 'article.answer'],
    [
      'a select without options',
      { form: { fields: [{ name: 'a', label: 'A', type: 'select' }] } },
      'article.form.fields.0.options',
    ],
    ['a question of several lines', { question: 'a\nb' }, 'article.question'],
  ])('%s', (_, change, field) => {
    const given = JSON.parse(JSON.stringify({ ...refund, ...change }))
    expect(failure(() => base.articles.put(given, { by: 'ann' }))).toMatchObject({ code: 'invalid', field })
  })

  test('a word in two groups of synonyms', () => {
    const groups = [
      ['refund', 'money back'],
      ['return', 'Refund'],
    ]
    expect(failure(() => base.synonyms.replace(groups, { by: 'ann' }))).toMatchObject({ field: 'synonyms.1' })
  })
})

describe('the file', () => {
  test('what another process writes is answered from the next question on', () => {
    const other = createKnowledgeBase({ folder, clock: { now: () => now } })
    expect(base.match('refund')).toEqual([])
    other.articles.put(refund, { by: 'import' })
    expect(base.match('refund')).toMatchObject([{ id: 'refund' }])
    other.synonyms.replace([['refund', 'reimbursement']], { by: 'ann' })
    other.close()
    expect(base.match('How do I get a reimbursement?')).toMatchObject([{ id: 'refund', score: 1 }])
  })

  test('what was written is there after a restart, and nobody else on the machine may read it', async () => {
    base.articles.put(refund, { by: 'ann' })
    base.close()
    base = createKnowledgeBase({ folder, clock: { now: () => now } })
    expect(base.articles.get('refund')).toMatchObject({ version: 1 })
    expect((await stat(join(folder, 'knowledge.sqlite'))).mode & 0o077).toBe(0)
  })

  test('drafts, reviews and retired articles are never found', () => {
    for (const state of ['draft', 'review', 'retired'] as const) {
      base.articles.put({ ...refund, state }, { by: 'ann' })
      expect(base.match('How do I get a refund?')).toEqual([])
    }
  })
})
