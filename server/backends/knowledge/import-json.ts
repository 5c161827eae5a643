import { fieldWords, mistakesOf } from '@hutong/core/value-words'
import { z } from 'zod'
import type { Article, ArticleDraft } from './article.ts'
import { idFor, type Reading } from './import-reading.ts'
import type { KnowledgeBase } from './knowledge-base.ts'

const FORMAT = 'hutong-knowledge'

const file = z.strictObject({
  format: z.literal(FORMAT, { error: `must be "${FORMAT}": this is no export of a knowledge base` }).optional(),
  version: z.literal(1, { error: 'must be 1: it was written by a newer version of Hutong, use that one' }).optional(),
  articles: z.array(z.record(z.string(), z.unknown())),
  synonyms: z.array(z.array(z.string())).optional(),
})

/** What an export holds: all that import needs to make the same knowledge base again. */
export interface Exported {
  format: typeof FORMAT
  version: 1
  articles: ArticleDraft[]
  synonyms: string[][]
}

/** An export, or what somebody wrote: `{ "articles": […] }`, or the articles alone. An export says all there is to say of an article. */
export function readJson(name: string, text: string): Reading {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return { found: [], mistakes: [`${name}: is not JSON: ${(error as Error).message}`] }
  }
  const read = file.safeParse(Array.isArray(value) ? { articles: value } : value, { error: fieldWords })
  if (!read.success) {
    const mistakes = mistakesOf(read.error).map(
      ({ path, message }) => `${name}, ${path.join('.') || 'the file'}: ${message}`,
    )
    return { found: [], mistakes }
  }
  const { articles, synonyms, format } = read.data
  const found = articles.map((article, at) => ({
    where: `${name}, articles.${at}`,
    article: { ...article, id: typeof article.id === 'string' ? article.id : idFor(String(article.question ?? '')) },
    complete: format !== undefined,
  }))
  return { found, mistakes: [], ...(synonyms && { synonyms }) }
}

/** Every article of any state in the order of ids, and the synonyms. */
export function exported({ articles, synonyms }: Pick<KnowledgeBase, 'articles' | 'synonyms'>): Exported {
  return {
    format: FORMAT,
    version: 1,
    articles: [...everyArticle(articles)].map(({ version: _, updatedAt: __, ...draft }) => draft),
    synonyms: synonyms.list(),
  }
}

const PAGE = 1_000

export function* everyArticle(articles: Pick<KnowledgeBase['articles'], 'list'>): Generator<Article> {
  let after: string | undefined
  do {
    const page = articles.list({ limit: PAGE, ...(after !== undefined && { after }) })
    yield* page
    after = page.length < PAGE ? undefined : page.at(-1)?.id
  } while (after !== undefined)
}
