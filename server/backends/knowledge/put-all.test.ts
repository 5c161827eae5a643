import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importArticles, readContent } from './import-articles.ts'
import { createKnowledgeStore, type KnowledgeStore } from './knowledge-store.ts'

let folder: string
let store: KnowledgeStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-put-all-'))
  store = createKnowledgeStore({ path: join(folder, 'knowledge.sqlite'), clock: { now: () => 1_000 } })
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const draft = (at: number, answer = 'Press the button.') => ({ id: `a-${at}`, question: `Question ${at}?`, answer })
const drafts = (count: number) => Array.from({ length: count }, (_, at) => draft(at))

/** The milliseconds of CPU that the longest turn of the process took while the work was under way, and all of it. */
async function turnsOf(work: () => Promise<unknown>): Promise<{ longest: number; all: number }> {
  let before = process.cpuUsage()
  let longest = 0
  let all = 0
  let over = false
  const look = () => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    const ms = (user + system) / 1_000
    longest = Math.max(longest, ms)
    all += ms
    if (!over) setImmediate(look)
  }
  setImmediate(look)
  await work()
  over = true
  look()
  return { longest, all }
}

describe('an import of many articles', () => {
  it('lets conversations go on: none of its steps is longer than a small part of it', async () => {
    const rows = drafts(4_000).map(({ id, question, answer }) => `${id},${question},"${answer.repeat(8)}"`)
    const file = new TextEncoder().encode(`id,question,answer\n${rows.join('\n')}\n`)
    const { longest, all } = await turnsOf(async () => {
      const { made } = await importArticles(store, await readContent('faq.csv', file), { by: 'anna' })
      expect(made).toHaveLength(4_000)
    })
    expect(longest).toBeLessThan(all / 4)
  })

  it('is seen by nobody before it is there whole, and gives every article its first version and its place in the record', async () => {
    const seen = new Set<number>()
    const look = setInterval(() => seen.add(store.articles.list({ limit: 1_000 }).length), 1)
    await store.articles.putAll(drafts(1_000), { by: 'anna' })
    clearInterval(look)
    seen.add(store.articles.list({ limit: 1_000 }).length)
    expect([...seen]).toEqual([0, 1_000])
    expect(store.articles.versions('a-7')).toEqual([expect.objectContaining({ version: 1, by: 'anna', at: 1_000 })])
    expect(store.articles.audit({ id: 'a-7' })).toEqual([{ at: 1_000, by: 'anna', what: 'put', id: 'a-7', version: 1 }])
  })

  it('changes nothing when somebody has changed one of them meanwhile, and says which', async () => {
    const under = store.articles.putAll(drafts(1_000), { by: 'anna' })
    store.articles.put(draft(0, 'Written by hand.'), { by: 'bert' })
    await expect(under).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/^article a-0 was /) })
    expect(store.articles.list().map(({ answer }) => answer)).toEqual(['Written by hand.'])
    expect(await store.articles.putAll(drafts(1_000), { by: 'anna' })).toEqual({ made: 999, changed: 1, same: 0 })
  })

  it('is refused where two articles have one id, and where there is no room for all of them', async () => {
    const twice = store.articles.putAll([draft(1), draft(1, 'Other.')], { by: 'anna' })
    await expect(twice).rejects.toMatchObject({ code: 'invalid', field: 'articles.1.id' })
    await expect(store.articles.putAll(drafts(20_001), { by: 'anna' })).rejects.toMatchObject({ code: 'too_large' })
    expect(store.articles.list()).toEqual([])
  })
})
