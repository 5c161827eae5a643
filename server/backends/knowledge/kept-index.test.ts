import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ArticleDraftInput } from './article.ts'
import { createKnowledgeBase, type KnowledgeBase } from './knowledge-base.ts'

const BY = { by: 'ada' }
let folder: string
let open: KnowledgeBase[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-index-'))
  open = []
})
afterEach(async () => {
  for (const base of open) base.close()
  await rm(folder, { recursive: true })
})

function opened(): KnowledgeBase {
  const base = createKnowledgeBase({ folder, clock: { now: () => 0 } })
  open.push(base)
  return base
}

const THINGS = ['parcel', 'refund', 'order', 'invoice', 'address', 'voucher', 'password', 'battery', '退款', '发票']
const thing = (n: number) => THINGS[(n * 7) % THINGS.length]

function draft(n: number): ArticleDraftInput {
  return {
    id: `a${n}`,
    question: `How do I ${thing(n)} the ${thing(n + 3)} number ${n}?`,
    phrasings: [1, 2, 3].map((m) => `What about ${thing(n + m)} and ${thing(n * m)} of ${n}`),
    answer: 'So.',
    state: 'published',
  }
}

const drafts = (count: number) => Array.from({ length: count }, (_, n) => draft(n))

/** The longest that the process kept anything else waiting during the work, in milliseconds of the processor. */
async function longestBlock(work: Promise<unknown>): Promise<number> {
  let [longest, over, last] = [0, false, process.cpuUsage()]
  void work.finally(() => {
    over = true
  })
  while (!over) {
    await setImmediate()
    const { user, system } = process.cpuUsage(last)
    longest = Math.max(longest, (user + system) / 1_000)
    last = process.cpuUsage()
  }
  return longest
}

describe('many articles', () => {
  test('are indexed while everything else goes on, and the first question waits for that', {
    timeout: 60_000,
  }, async () => {
    await opened().articles.putAll(drafts(4_000), BY)
    const base = opened()
    expect(await longestBlock(base.ready())).toBeLessThan(120)
    expect(base.match('How do I parcel the invoice number 100?')).toMatchObject([{ id: 'a100' }, {}, {}, {}, {}])
  })

  test('are asked as before while a large change is taken over, but nothing that was withdrawn is found', {
    timeout: 60_000,
  }, async () => {
    const base = opened()
    await base.articles.putAll(drafts(3_000), BY)
    await base.ready()
    const question = 'How do I parcel the invoice number 100?'
    base.match(question)
    const groups = [['parcel', 'packet']]
    base.synonyms.replace(groups, BY)
    base.articles.setState('a100', 'retired', BY)
    const found = base.match(question)
    expect(found.map(({ id }) => id)).not.toContain('a100')
    expect(found.length).toBeGreaterThan(0)
    expect(base.match('packet 30')[0]?.why.similarity).toBeLessThan(0.5)
    await expect.poll(() => base.match('packet 30')[0]?.why.coverage, { timeout: 30_000 }).toBeGreaterThan(0.99)
  })
})

describe('a change', () => {
  test('is known from the next question on', async () => {
    const base = opened()
    await base.articles.putAll(drafts(50), BY)
    base.match('anything')
    base.articles.put({ ...draft(3), question: 'Where is the tea house?' }, BY)
    expect(base.match('Where is the tea house?')).toMatchObject([{ id: 'a3', score: 1 }])
    base.articles.setState('a3', 'retired', BY)
    expect(base.match('Where is the tea house?').map(({ id }) => id)).not.toContain('a3')
    base.articles.put({ ...draft(60), question: 'Where is the tea house?' }, BY)
    expect(base.match('Where is the tea house?')).toMatchObject([{ id: 'a60', score: 1 }])
    base.articles.remove('a60', { ...BY, purge: true })
    expect(base.match('Where is the tea house?').map(({ id }) => id)).not.toContain('a60')
  })

  test('gives the very scores that the same articles give after a restart', async () => {
    const base = opened()
    await base.articles.putAll(drafts(40), BY)
    base.match('anything')
    for (const n of [5, 17, 39])
      base.articles.put({ ...draft(n), phrasings: [`all new words ${n}`, '完全不同的问法'] }, BY)
    base.articles.setState('a8', 'retired', BY)
    base.articles.put(draft(41), BY)
    const again = opened()
    for (const question of ['all new wrods', 'How do I refund', 'what about the invoice of 8', '不同的发票'])
      expect(base.match(question), question).toEqual(again.match(question))
  })

  test('of more articles than the record holds at once is known all the same', { timeout: 60_000 }, async () => {
    const base = opened()
    await base.articles.putAll(drafts(5), BY)
    base.match('anything')
    await base.articles.putAll(
      drafts(1_200).map((one) => ({ ...one, tags: ['new'] })),
      BY,
    )
    await expect.poll(() => base.match('number 1100')[0]?.id, { timeout: 30_000 }).toBe('a1100')
  })
})
