import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArticleDraftInput } from './article.ts'
import { type ImportOptions, importArticles, readContent, readImport } from './import-articles.ts'
import { exported } from './import-json.ts'
import { createKnowledgeStore, type KnowledgeStore } from './knowledge-store.ts'

let folder: string
let store: KnowledgeStore
let base: Parameters<typeof importArticles>[0]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-import-'))
  store = createKnowledgeStore({ path: join(folder, 'knowledge.sqlite'), clock: { now: () => 1_000 } })
  base = store
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const bytes = (text: string) => new TextEncoder().encode(text)
const take = async (name: string, text: string | Uint8Array, options: Partial<ImportOptions> = {}) =>
  importArticles(base, await readContent(name, typeof text === 'string' ? bytes(text) : text), {
    by: 'test',
    ...options,
  })

async function refusal(work: () => Promise<unknown>): Promise<string[]> {
  try {
    await work()
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

const CSV = `question,answer,phrasings,category,tags,state,language,id
"Where is my parcel?","Look under ""My orders"",
every parcel has a link.",where is my order|track my parcel,delivery,"parcel, order",published,en,parcel
How do I pay?,By card.,,,,,,
`

describe('a spreadsheet', () => {
  it('becomes articles: quoted texts, several phrasings, and an id made of the question where none is given', async () => {
    expect(await take('faq.csv', CSV)).toEqual({ made: ['parcel', 'how-do-i-pay'], changed: [], same: [] })
    expect(store.articles.get('parcel')).toMatchObject({
      answer: 'Look under "My orders",\nevery parcel has a link.',
      phrasings: ['where is my order', 'track my parcel'],
      tags: ['parcel', 'order'],
      state: 'published',
    })
    expect(store.articles.get('how-do-i-pay')?.state).toBe('draft')
  })

  it('is read with Chinese headings and states, in UTF-8 with a mark, UTF-16 and GB18030 alike', async () => {
    const text = '问题,答案,相似问题,状态,标签\n怎么退款？,在订单里申请。,如何退钱｜我要退款,已发布,退款、售后\n'
    const gb = Buffer.from(
      'cecacce22cb4f0b0b82ccfe0cbc6cecacce22cd7b4ccac2cb1eac7a90ad4f5c3b4cdcbbfeea3bf2cd4dab6a9b5a5c0efc9eac7eba1a32cc8e7bacecdcbc7aea3fcced2d2aacdcbbfee2cd2d1b7a2b2bc2ccdcbbfeea1a2cadbbaf30a',
      'hex',
    )
    expect(new TextDecoder('gb18030').decode(gb)).toBe(text)
    const wanted = {
      question: '怎么退款？',
      phrasings: ['如何退钱', '我要退款'],
      state: 'published',
      tags: ['退款', '售后'],
    }
    for (const file of [bytes(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), gb]) {
      const [found] = (await readContent('常见问题.csv', file)).found
      expect(found?.article).toMatchObject(wanted)
    }
  })

  it('is taken from countries that separate with semicolons, and from tabs', async () => {
    for (const separator of [';', '\t'])
      expect(
        (await readContent('faq.csv', bytes(`question${separator}answer\nA, b?${separator}C, d\n`))).found,
      ).toMatchObject([{ article: { question: 'A, b?', answer: 'C, d' } }])
  })

  it('is refused whole, with the file, the row, the column and the remedy of every mistake', async () => {
    const wrong = `question,answer,state,language,handoff
"Right
question?",yes,,,
,No question,,,
Bad state?,x,publishd,,
Bad language?,x,,english!,maybe
Too many?,a,,,no,extra
`
    expect(await refusal(() => take('faq.csv', wrong))).toEqual([
      'nothing was imported:',
      expect.stringMatching(/^faq\.csv row 6 \(line 7\): has more cells than there are headings; put a text that/),
      expect.stringMatching(/^faq\.csv row 2, question: must be one line/),
      expect.stringMatching(/^faq\.csv row 3 \(line 4\), question: /),
      expect.stringMatching(/^faq\.csv row 4 \(line 5\), state: must be .*draft/),
      expect.stringMatching(/^faq\.csv row 5 \(line 6\), language: use a language tag as en or zh-CN/),
      'faq.csv row 5 (line 6), handoff: must be true or false',
    ])
    expect(store.articles.list()).toEqual([])
  })

  it('says which heading was probably meant, which is missing and which stands there twice', async () => {
    expect((await refusal(() => take('a.csv', 'qestion,answer\na,b\n')))[1]).toBe(
      'a.csv row 1, "qestion": is no heading; did you mean "question"?',
    )
    expect((await refusal(() => take('a.csv', 'answer,tags\na,b\n')))[1]).toMatch(
      /row 1: has no heading "question" \(or 问题\)/,
    )
    expect((await refusal(() => take('a.csv', 'question,问题\na,b\n')))[1]).toMatch(
      /row 1, question: stands there twice/,
    )
  })

  it('is refused when a quote is never closed, when two rows are one article, and when there are none', async () => {
    expect((await refusal(() => take('a.csv', 'question,answer\n"a,b\n')))[1]).toMatch(/^a\.csv: is not CSV: .*save it/)
    expect((await refusal(() => take('a.csv', 'question,answer\nHow?,a\nhow,b\n')))[1]).toMatch(
      /^a\.csv row 3: has the id "how" of a\.csv row 2 /,
    )
    expect((await refusal(() => take('a.csv', 'question,answer\n,\n')))[1]).toMatch(/^there are no articles in it/)
  })
})

describe('an import', () => {
  it('that says the same makes no version, and one that says more makes one', async () => {
    await take('faq.csv', CSV)
    expect(await take('faq.csv', CSV)).toEqual({ made: [], changed: [], same: ['parcel', 'how-do-i-pay'] })
    expect(store.articles.versions('parcel')).toHaveLength(1)
    expect((await take('faq.csv', CSV.replace('By card.', 'By card or WeChat.'))).changed).toEqual(['how-do-i-pay'])
    expect(store.articles.versions('how-do-i-pay').map(({ version, by }) => [version, by])).toEqual([
      [2, 'test'],
      [1, 'test'],
    ])
  })

  it('leaves what its columns do not speak of as it was: the state, a form, a category', async () => {
    const draft: ArticleDraftInput = {
      id: 'refund',
      question: 'Refund?',
      answer: 'Order {{order}} is on its way.',
      category: 'money',
      state: 'published',
      form: { fields: [{ name: 'order', label: 'Order number', type: 'text' }] },
    }
    store.articles.put(draft, { by: 'anna' })
    expect((await take('a.csv', 'id,question,answer\nrefund,Refund?,We look after {{order}}.\n')).changed).toEqual([
      'refund',
    ])
    expect(store.articles.get('refund')).toMatchObject({ ...draft, answer: 'We look after {{order}}.', version: 2 })
  })

  it('tried out first tells what would happen and changes nothing', async () => {
    expect((await take('faq.csv', CSV, { dryRun: true })).made).toHaveLength(2)
    expect(store.articles.list()).toEqual([])
    expect((await refusal(() => take('a.csv', 'question\nno answer\n', { dryRun: true })))[1]).toMatch(
      /^a\.csv row 2, answer: /,
    )
  })

  it('publishes at once what names no state when that is asked for', async () => {
    await take('faq.csv', CSV, { state: 'published' })
    expect(store.articles.list({ state: 'published' })).toHaveLength(2)
  })

  it('of a file that is too large, or of a kind nobody knows, is refused', async () => {
    await expect(readContent('a.csv', new Uint8Array(10 * 1024 * 1024 + 1))).rejects.toThrow(/larger than 10 MiB/)
    await expect(readContent('a.xlsx', bytes(''))).rejects.toThrow(/a\.xlsx: is none of \.csv, .*save it/)
  })
})

describe('an export', () => {
  it('that is imported elsewhere makes the same knowledge base: articles of every state, forms and synonyms', async () => {
    await take('faq.csv', CSV)
    store.articles.put(
      {
        id: 'human',
        question: 'Complaint',
        handoff: true,
        form: { fields: [{ name: 'order', label: 'Order', type: 'text' }] },
      },
      { by: 'anna' },
    )
    store.articles.remove('how-do-i-pay', { by: 'anna' })
    store.synonyms.replace([['refund', 'money back']], { by: 'anna' })
    const out = exported(base)
    const other = createKnowledgeStore({ path: join(folder, 'other.sqlite'), clock: { now: () => 1 } })
    const there = other
    await importArticles(there, await readContent('export.json', bytes(JSON.stringify(out))), { by: 'test' })
    expect(exported(there)).toEqual(out)
    expect(out.articles.map(({ id, state }) => [id, state])).toEqual([
      ['how-do-i-pay', 'retired'],
      ['human', 'draft'],
      ['parcel', 'published'],
    ])
    other.close()
  })

  it('that was damaged says where: not JSON, another format, an article or synonyms that cannot be', async () => {
    const wrong = async (value: unknown) =>
      (await refusal(() => take('e.json', typeof value === 'string' ? value : JSON.stringify(value))))[1]
    const whole = { format: 'hutong-knowledge', version: 1, articles: [] as unknown[] }
    expect(await wrong('{')).toMatch(/^e\.json: is not JSON/)
    expect(await wrong({ ...whole, format: 'other' })).toMatch(/^e\.json, format: must be "hutong-knowledge"/)
    expect(await wrong({ ...whole, articles: [{ id: 'a', question: 'A?', answer: 'x', colour: 'red' }] })).toMatch(
      /^e\.json, articles\.0, colour: is no field/,
    )
    const kept = [{ id: 'a', question: 'A?', answer: 'x' }]
    expect(await wrong({ ...whole, articles: kept, synonyms: [['alone']] })).toMatch(/^synonyms\.0/)
    expect(store.articles.list()).toEqual([])
  })
})

describe('JSON that is written by hand', () => {
  const articles = [{ question: 'How do I pay?', answer: 'By card.' }]

  it('is the articles alone, or with a name for them', async () => {
    expect((await take('a.json', JSON.stringify(articles))).made).toEqual(['how-do-i-pay'])
    expect((await take('b.json', JSON.stringify({ articles }))).same).toEqual(['how-do-i-pay'])
    expect(
      (await take('c.json', JSON.stringify({ articles, synonyms: [['refund', 'money back']] }))).same,
    ).toHaveLength(1)
    expect(base.synonyms.list()).toEqual([['refund', 'money back']])
  })

  it('leaves what it does not speak of as it was', async () => {
    await take('a.csv', 'id,question,answer,tags\nhow-do-i-pay,How do I pay?,Cash.,money\n', { state: 'published' })
    await take('a.json', JSON.stringify(articles))
    expect(store.articles.get('how-do-i-pay')).toMatchObject({
      answer: 'By card.',
      tags: ['money'],
      state: 'published',
    })
  })

  it('is refused with the place of what is no article', async () => {
    expect((await refusal(() => take('a.json', '[1]')))[1]).toMatch(/^a\.json, articles\.0: /)
    expect((await refusal(() => take('a.json', '[{"answer":"x"}]')))[1]).toMatch(/^a\.json, articles\.0, question: /)
    expect((await refusal(() => take('a.json', '{"version":2,"articles":[]}')))[1]).toMatch(
      /^a\.json, version: must be 1/,
    )
    expect((await refusal(() => take('a.json', '"x"')))[1]).toMatch(/^a\.json, the file: /)
  })
})

describe('the examples of the documentation', () => {
  it('are imported as they stand there', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/backend-knowledge.md'), 'utf8')
    const example = (kind: string) => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''
    expect(await take('faq.csv', example('csv'))).toEqual({ made: ['parcel'], changed: [], same: [] })
    expect(store.articles.get('parcel')).toMatchObject({
      tags: ['parcel', 'order'],
      state: 'published',
      handoff: false,
    })
    const list = /```json\n(\[[\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect((await take('faq.json', list)).made).toEqual(['where-is-my-parcel'])
    expect(await take('faq.md', example('md'))).toEqual({ made: [], changed: ['parcel'], same: [] })
    expect(store.articles.get('parcel')).toMatchObject({ category: 'Delivery', phrasings: ['track my order'] })
  })
})

describe('a folder of Markdown', () => {
  async function write(pages: Record<string, string>) {
    for (const [name, text] of Object.entries(pages)) {
      await mkdir(dirname(join(folder, 'pages', name)), { recursive: true })
      await writeFile(join(folder, 'pages', name), text)
    }
    return join(folder, 'pages')
  }

  it('becomes articles: one a page with its front matter, or several by their headings', async () => {
    const path = await write({
      'refund.md':
        '---\nid: refund\ntags: [money]\nstate: published\n---\n# How do I get a refund?\n\nWithin **14 days**.\n\nAlso asked:\n- money back\n- I want my money back\n\n```sh\n## no heading\n```\n',
      '发货/faq.md':
        '---\nlanguage: zh\n---\n# 发货\n\n## 什么时候发货？ {#ship-time}\n\n其他问法：\n- 多久发货\n\n当天发货。\n\n~~~\n## 不是问题\n~~~\n\n## 可以改地址吗？\n\n发货前可以。\n',
      'README.md': 'not an article',
    })
    const imported = await importArticles(base, await readImport(path), { by: 'test' })
    expect(imported.made).toHaveLength(3)
    expect(store.articles.get('refund')).toMatchObject({
      question: 'How do I get a refund?',
      phrasings: ['money back', 'I want my money back'],
      answer: 'Within **14 days**.\n\n```sh\n## no heading\n```',
      tags: ['money'],
      state: 'published',
    })
    expect(store.articles.get('ship-time')).toMatchObject({
      question: '什么时候发货？',
      phrasings: ['多久发货'],
      answer: '当天发货。\n\n~~~\n## 不是问题\n~~~',
      category: '发货',
      language: 'zh',
    })
  })

  it('says what it has left out, which is for others', async () => {
    const path = await write({
      'a.md': '---\ntitle: Pay\ndate: 2026-01-31\ntags: money, cards；现金\n---\n# How do I pay?\n\nBy card.\n',
    })
    expect(await importArticles(base, await readImport(path), { by: 'test' })).toEqual({
      made: ['how-do-i-pay'],
      changed: [],
      same: [],
      warnings: [
        expect.stringMatching(/^a\.md, front matter, title: was left out; it may name id, question/),
        expect.stringMatching(/^a\.md, front matter, date: was left out/),
      ],
    })
    expect(store.articles.get('how-do-i-pay')?.tags).toEqual(['money', 'cards', '现金'])
    expect(await take('b.csv', 'question,answer,Owner\nWho?,We.,Ann\n')).toMatchObject({
      made: ['who'],
      warnings: [expect.stringMatching(/^b\.csv row 1, "Owner": this column was left out; the headings are id/)],
    })
  })

  it('is refused whole with the page, the line and the remedy of every mistake', async () => {
    const path = await write({
      'a.md': 'just text',
      'b.md': '---\ntags: [a\n---\n# B?\n\nx\n',
      'c.md': '---\ncategori: a\n---\n# C?\n\nx\n',
      'd.md': '# Things\n\n## D?\n\n## E?\n\ntext\n',
    })
    const reading = await readImport(path)
    expect(await refusal(() => importArticles(base, reading, { by: 'test' }))).toEqual([
      'nothing was imported:',
      expect.stringMatching(/^a\.md line 1: has no question; begin it with "# "/),
      expect.stringMatching(/^b\.md line \d: the front matter is not YAML/),
      expect.stringMatching(/^c\.md, front matter, categori: is no field; did you mean "category"/),
      expect.stringMatching(/^d\.md line 3, answer: give answer or parts/),
    ])
    expect(store.articles.list()).toEqual([])
  })

  it('is read in a moment, however it is written: endless spaces, and front matter that refers to itself', async () => {
    const spaces = ' '.repeat(300_000)
    const begun = performance.now()
    for (const text of [`#${spaces}x`, `# A?\n\nAlso asked${spaces}x\n-${spaces}\n`, `---\n${spaces}---x\n`])
      await readContent('a.md', bytes(text))
    expect(performance.now() - begun).toBeLessThan(1_000)
    const lines = [
      'a: &a [x]',
      ...'bcdefgh'
        .split('')
        .map(
          (one, at) =>
            `${one}: &${one} [${'*a'.replace('a', 'abcdefgh'[at] ?? 'a')}${`, *${'abcdefgh'[at]}`.repeat(9)}]`,
        ),
    ]
    expect((await readContent('a.md', bytes(`---\n${lines.join('\n')}\n---\n# A?\nx\n`))).mistakes).toEqual([
      expect.stringMatching(/^a\.md, front matter/),
    ])
  })

  it('is refused where its front matter is nested or goes on without end', async () => {
    for (const depth of [2_000, 4_000, 20_000]) {
      const { found, mistakes } = await readContent('a.md', bytes(`---\n${'- '.repeat(depth)}\n---\n# A?\nx\n`))
      expect([found, mistakes[0]]).toEqual([[], expect.stringMatching(/^a\.md.* the front matter is (n|longer)/)])
    }
    const long = `---\ntags: [${'{a: 1},'.repeat(60_000)}]\n---\n# A?\nx\n`
    expect((await readContent('a.md', bytes(long))).mistakes).toEqual([
      expect.stringMatching(/^a\.md line 1: .*longer than/),
    ])
  })

  it('that is not there, or holds no pages, is said to be so', async () => {
    await expect(readImport(join(folder, 'nowhere'))).rejects.toThrow(/there is no such file or folder/)
    await mkdir(join(folder, 'empty'))
    await expect(readImport(join(folder, 'empty'))).rejects.toThrow(/holds no \.md files/)
  })
})
