import { DatabaseSync } from 'node:sqlite'
import type { Engine } from './knowledge-measure.ts'
import type { QuestionSet } from './knowledge-questions.ts'

export interface PlainOptions {
  /** How SQLite's FTS5 cuts text into words. */
  tokenizer: 'unicode61' | 'trigram'
  /** Whether every phrasing is a document, or each intent with all of its phrasings. */
  documents: 'phrasings' | 'articles'
}

/** The search that comes with SQLite and nothing else: any word of the question, ranked by BM25, a document's best for its intent. */
export function createPlainBm25(train: QuestionSet['train'], { tokenizer, documents }: PlainOptions): Engine {
  const database = new DatabaseSync(':memory:')
  database.exec(`create virtual table documents using fts5(text, intent unindexed, tokenize = '${tokenizer}')`)
  const insert = database.prepare('insert into documents (text, intent) values (?, ?)')
  const articles = Map.groupBy(train, ({ intent }) => intent)
  for (const [intent, all] of articles) {
    const texts = all.map(({ question }) => question)
    for (const text of documents === 'phrasings' ? texts : [texts.join('\n')]) insert.run(text, intent)
  }
  const find = database.prepare(
    'select intent, -bm25(documents) as score from documents where documents match ? order by score desc, rowid',
  )

  return {
    name: `BM25, ${tokenizer}, ${documents}`,
    rank(question) {
      const words = tokenizer === 'trigram' ? trigrams(question) : (question.match(/[\p{L}\p{N}]+/gu) ?? [])
      if (words.length === 0) return []
      const rows = find.all(words.map((word) => `"${word}"`).join(' OR ')) as { intent: string; score: number }[]
      const best = new Map<string, number>()
      for (const { intent, score } of rows) if (!best.has(intent)) best.set(intent, score)
      return [...best].map(([intent, score]) => ({ intent, score }))
    },
  }
}

/** A trigram index finds nothing shorter than three characters, so a question is asked for by all its threes. */
function trigrams(question: string): string[] {
  const bare = question.toLowerCase().replaceAll('"', ' ')
  return Array.from({ length: Math.max(0, bare.length - 2) }, (_, at) => bare.slice(at, at + 3))
}
