import { afterEach, describe, expect, it } from 'vitest'
import { createPlainBm25 } from './knowledge-bm25.ts'
import { bestThreshold, from, measure } from './knowledge-measure.ts'
import { type OurEngine, openOurs } from './knowledge-ours.ts'
import { clinc150, xsidChinese } from './knowledge-questions.ts'

let ours: OurEngine | undefined
afterEach(async () => {
  await ours?.close()
  ours = undefined
})

/** As measured by `node server/bench/knowledge.ts`, less three in a hundred. */
const BARS = [
  { set: clinc150(), top1: 0.94, top3: 0.95, wrong: 0.03, strangeAnswered: 0.06 },
  { set: xsidChinese(), top1: 0.64, top3: 0.89, wrong: 0.1, strangeAnswered: 0.05 },
] as const

describe.each(BARS)('on the public questions of $set.name', ({ set, ...bar }) => {
  it('the right article comes first at least as often as with plain BM25, however that is set up', async () => {
    ours = await openOurs(set.train)
    const { top1, top3 } = await measure(ours, set.test, from(0))
    for (const tokenizer of ['unicode61', 'trigram'] as const)
      for (const documents of ['phrasings', 'articles'] as const) {
        const plain = createPlainBm25(set.train, { tokenizer, documents })
        const theirs = await measure(plain, set.test, from(0))
        expect([plain.name, top1 >= theirs.top1]).toEqual([plain.name, true])
      }
    expect(top1).toBeGreaterThanOrEqual(bar.top1)
    expect(top3).toBeGreaterThanOrEqual(bar.top3)
  })

  it('customers are hardly ever told something wrong, and never much where no article answers', async () => {
    ours = await openOurs(set.train)
    const { wrong, strangeAnswered } = await measure(ours, set.test, ours.shipped)
    expect(wrong).toBeLessThanOrEqual(bar.wrong)
    expect(strangeAnswered).toBeLessThanOrEqual(bar.strangeAnswered)
  })
})

describe('the public questions', () => {
  it('that are measured were seen by nothing before: no phrasing and no threshold', () => {
    for (const { set } of BARS) {
      const test = new Set(set.test.map(({ question }) => question))
      expect([...set.train, ...set.validation].filter(({ question }) => test.has(question))).toEqual([])
      expect(set.test.length).toBeGreaterThan(80)
      expect(set.validation.some(({ intent }) => intent === undefined)).toBe(true)
    }
  })

  it('set a threshold by the validation questions alone', async () => {
    const set = clinc150()
    const engine = createPlainBm25(set.train, { tokenizer: 'unicode61', documents: 'articles' })
    const least = await bestThreshold(engine, set.validation)
    const worth = async (score: number) => {
      const { right, strangePassedOn } = await measure(engine, set.validation, from(score))
      return right + strangePassedOn
    }
    expect(await worth(least)).toBeGreaterThanOrEqual(Math.max(await worth(least * 0.8), await worth(least * 1.2)))
  })
})
