import { join } from 'node:path'
import type { Clock } from '@hutong/core/adapter'
import type { Article, ArticleDraft, ArticleDraftInput, ArticleState } from './article.ts'
import { createKeptIndex } from './kept-index.ts'
import { createKnowledgeStore } from './knowledge-store.ts'

/** Who did something, for the record: an agent's id, `import`, a token's name. */
export interface By {
  by: string
}

export interface ArticleFilter {
  category?: string
  tag?: string
  state?: ArticleState
  language?: string
  /** Stands somewhere in the question, a phrasing or the answer. */
  text?: string
  /** Default 100, at most 1 000. */
  limit?: number
  /** Ids after this one, in the order of ids. */
  after?: string
}

export interface ArticleVersion {
  version: number
  by: string
  at: number
  article: ArticleDraft
}

export interface Audited {
  at: number
  by: string
  what: 'put' | 'state' | 'purge' | 'synonyms'
  /** The article's id; absent for synonyms. */
  id?: string
  version?: number
  /** The new state, where `what` is `state`. */
  state?: ArticleState
}

export interface Articles {
  list(filter?: ArticleFilter): Article[]
  get(id: string): Article | undefined
  /** Makes or changes the article. The same content again changes nothing and makes no version. Rejects with `conflict` when `expect` is not the kept version (0: there is none yet). */
  put(draft: ArticleDraftInput, by: By & { expect?: number }): Article
  /**
   * All of them or none, in one transaction: for imports. However many they are, nothing else in the process waits for long. Rejects
   * with `conflict` when one of them was changed meanwhile.
   */
  putAll(drafts: readonly ArticleDraftInput[], by: By): Promise<{ made: number; changed: number; same: number }>
  setState(id: string, state: ArticleState, by: By): Article
  /** Retires; with `purge` the article goes with all its versions, and only the record that it went stays. */
  remove(id: string, options: By & { purge?: boolean }): void
  /** Newest first. */
  versions(id: string): ArticleVersion[]
  /** Newest first; default 100, at most 1 000. */
  audit(options?: { id?: string; limit?: number }): Audited[]
}

export interface Synonyms {
  list(): string[][]
  /** Replaces all groups. Words of a group mean the same: `['refund', 'money back']`. */
  replace(groups: readonly (readonly string[])[], by: By): void
}

export interface Match {
  id: string
  question: string
  /** 0 … 1: how sure it is that this article is what was asked. */
  score: number
  /** The phrasing that came closest, and what counted. */
  why: { phrasing: string; similarity: number; kinship: number; coverage: number; share: number }
}

export interface MatchOptions {
  /** Articles of other languages are left out. */
  language?: string
  /**
   * Where articles of several languages fit, those of this one come first, and those for everybody; they are found all the same where
   * it has none. Absent: told by the script of the question.
   */
  prefer?: string
  /** Default 5, at most 50. */
  limit?: number
  /** A weak prior: articles of this category come first among equals. */
  category?: string
}

export interface KnowledgeBase {
  readonly articles: Articles
  readonly synonyms: Synonyms
  /** Published articles, best first. The same question on the same articles gives the same answer. */
  match(question: string, options?: MatchOptions): Match[]
  /**
   * Resolves once there is an index to match with, which is made in slices that keep nobody else waiting; `match` makes one at once
   * where there is none yet, which takes seconds with many thousand articles.
   */
  ready(): Promise<void>
  close(): void
}

const FILE = 'knowledge.sqlite'

/** Opens the articles in a folder, or makes them, and begins to index them. */
export function createKnowledgeBase({ folder, clock }: { folder: string; clock: Clock }): KnowledgeBase {
  const { articles, synonyms, revision, close } = createKnowledgeStore({ path: join(folder, FILE), clock })
  const index = createKeptIndex({ revision, articles, synonyms: synonyms.list })
  const noticed = <T>(result: T): T => {
    index.refresh()
    return result
  }
  index.refresh()

  return {
    articles: {
      ...articles,
      put: (draft, by) => noticed(articles.put(draft, by)),
      putAll: async (drafts, by) => noticed(await articles.putAll(drafts, by)),
      setState: (id, state, by) => noticed(articles.setState(id, state, by)),
      remove: (id, options) => noticed(articles.remove(id, options)),
    },
    synonyms: { ...synonyms, replace: (groups, by) => noticed(synonyms.replace(groups, by)) },
    match: (question, options = {}) => index.search(question, options),
    ready: index.ready,
    close() {
      index.close()
      close()
    },
  }
}
