import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { type Actor, mayEnter } from '../auth.ts'
import {
  type Article,
  type ArticleState,
  article,
  articleDraft,
  articleId,
  articleState,
} from '../backends/knowledge/article.ts'
import { importArticles, readContent } from '../backends/knowledge/import-articles.ts'
import { exported } from '../backends/knowledge/import-json.ts'
import { FILE_MAX } from '../backends/knowledge/import-reading.ts'
import type { KnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import type { KnowledgeBase } from '../backends/knowledge/knowledge-base.ts'
import { readBounded } from '../read-bounded.ts'
import { type Operation, operation } from './operation.ts'
import { listOf, page, pageOf, pageQuery, readCursor } from './page.ts'
import type { ListedSite } from './sites.ts'

interface KnowledgeRestOptions {
  backends: readonly Backend[]
  sites: readonly ListedSite[]
}

/** The knowledge base of a backend, for whoever may see it. */
type Open = (actor: Actor, backend: string) => KnowledgeBase

const tag = 'knowledge'
const QUESTION_MAX = 1_000

const version = z.object({
  version: z.int().describe('1, 2, 3 …'),
  by: z.string().describe('Who made it: name of the token, or id of the agent'),
  at: z.int().describe('When: milliseconds since 1970, UTC'),
  article: articleDraft.describe('The article as it was then'),
})
const near = z.object({
  id: z.string().describe('Of the article'),
  question: z.string().describe('Its main phrasing'),
  score: z.number().meta({ description: '0 … 1: how sure it is that this is what was asked' }),
  why: z
    .object({
      phrasing: z.string().describe('The phrasing that came closest'),
      similarity: z.number().describe('How alike the question and that phrasing are; 1: the same words'),
      kinship: z.number().describe('How alike the question and all phrasings of the article together are'),
      coverage: z.number().describe('How much of what was asked stands anywhere in the article'),
      share: z.number().describe('How many of the closest phrasings of all articles are of this one'),
    })
    .describe('What the score is made of, each 0 … 1'),
  answer: z.string().optional().meta({ description: 'As Markdown; absent where the article has no text' }),
})
const ids = z.array(z.string())
const flag = (description: string) =>
  z
    .stringbool()
    .default(false)
    .meta({ description, enum: ['true', 'false'] })

const backend = z
  .string()
  .max(64)
  .meta({
    description: 'The name of the knowledge backend, as routing chains say it',
    examples: ['faq'],
  })
const ofBase = z.object({ backend })
const ofArticle = z.object({ backend, article: articleId })

/** What may be written of an article here: its state has a route of its own. */
const written = z
  .strictObject(articleDraft.shape)
  .omit({ id: true, state: true })
  .meta({
    description: 'With `answer` or `parts`; with neither only when it is handed to people',
    examples: [{ question: 'How do I get my money back?', answer: 'Within **30 days**.', tags: ['refund'] }],
    anyOf: [
      { type: 'object', required: ['answer'], properties: { answer: { type: 'string' }, parts: { not: {} } } },
      { type: 'object', required: ['parts'], properties: { parts: { type: 'array', items: {} }, answer: { not: {} } } },
      {
        type: 'object',
        required: ['handoff'],
        properties: { handoff: { type: 'boolean', const: true }, answer: { not: {} }, parts: { not: {} } },
      },
    ],
  })

/** Which state may follow which: what customers are told has been in review. */
const NEXT: Readonly<Record<ArticleState, readonly ArticleState[]>> = {
  draft: ['review', 'retired'],
  review: ['published', 'draft', 'retired'],
  published: ['retired', 'review'],
  retired: ['draft', 'review'],
}

const release = z
  .object({
    by: z.string().describe('Name of the token, or id of the agent'),
    at: z.int().describe('When: milliseconds since 1970, UTC'),
  })
  .meta({ description: 'Who published it, and when; absent while it is not published' })
const shown = z.object({ article, published: release.optional() }).describe('The article as it is now')

/** Articles, their states and versions for administrators; what is published, and the match, for whoever has a site that uses them. */
export function knowledgeOperations(options: KnowledgeRestOptions): Operation[] {
  const open = opening(options)
  return [
    list(open),
    get(open),
    put(open),
    setState(open),
    remove(open),
    versions(open),
    match(open),
    takeIn(open),
    giveOut(open),
  ]
}

function opening({ backends, sites }: KnowledgeRestOptions): Open {
  return (actor, name) => {
    const uses = sites.some(({ key, id = key, routing }) => mayEnter(actor, id) && routing.includes(name))
    const found = backends.find((one): one is KnowledgeBackend => one.name === name && 'base' in one)
    if (!found || !(uses || actor.sites === 'all'))
      throw new HutongError('not_found', 'no such knowledge backend', { field: 'backend' })
    if (!found.base) throw new HutongError('unavailable', `${name} is not open: the relay is starting or draining`)
    return found.base
  }
}

function isAdmin({ role, sites }: Actor): boolean {
  return role === 'admin' && sites === 'all'
}

function list(open: Open): Operation {
  return operation({
    method: 'get',
    path: '/v1/knowledge/{backend}/articles',
    access: 'actor',
    id: 'listArticles',
    tag,
    summary: 'Articles in the order of ids; those that are not published are for administrators',
    params: ofBase,
    query: z.object({
      state: articleState.optional().describe('Of this state alone; any when absent'),
      category: z.string().max(100).optional().describe('Of this category alone; any when absent'),
      tag: z.string().max(50).optional().describe('With this tag; any when absent'),
      language: z.string().max(35).optional().describe('Of this language tag alone; any when absent'),
      text: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'Stands somewhere in the question, a phrasing or the answer' }),
      ...pageQuery,
    }),
    answer: pageOf(article),
    errors: ['not_found'],
    async handle({ actor, params, query: { limit, cursor, ...filter } }) {
      const base = open(actor, params.backend)
      const after = readCursor(z.string(), cursor)
      const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
      const found = base.articles.list({
        ...given,
        ...(!isAdmin(actor) && { state: 'published' }),
        limit: limit + 1,
        ...(after !== undefined && { after }),
      })
      return page(found, limit, ({ id }) => id)
    },
  })
}

function get(open: Open): Operation {
  return operation({
    method: 'get',
    path: '/v1/knowledge/{backend}/articles/{article}',
    access: 'actor',
    id: 'getArticle',
    tag,
    summary: 'One article, and who published it; one that is not published is for administrators',
    params: ofArticle,
    answer: shown,
    errors: ['not_found'],
    async handle({ actor, params }) {
      const base = open(actor, params.backend)
      const found = existing(base, params.article)
      if (found.state !== 'published' && !isAdmin(actor)) throw noArticle()
      return described(base, found)
    },
  })
}

function put(open: Open): Operation {
  return operation({
    method: 'put',
    path: '/v1/knowledge/{backend}/articles/{article}',
    access: 'admin',
    id: 'putArticle',
    tag,
    summary: 'Writes an article: one that is made is a draft, another keeps its state. The same again makes no version',
    params: ofArticle,
    query: z.object({
      expect: z.coerce.number().int().min(0).optional().meta({
        description: 'The version that is changed, 0 for none yet; refused with `conflict` when it is another',
      }),
    }),
    body: written,
    answer: shown,
    errors: ['not_found', 'conflict', 'too_large'],
    async handle({ actor, params, query: { expect }, body }) {
      const base = open(actor, params.backend)
      const id = params.article
      const state = base.articles.get(id)?.state ?? 'draft'
      const by = { by: actor.id, ...(expect !== undefined && { expect }) }
      return described(base, base.articles.put({ ...body, id, state }, by))
    },
  })
}

function setState(open: Open): Operation {
  return operation({
    method: 'post',
    path: '/v1/knowledge/{backend}/articles/{article}/state',
    access: 'admin',
    id: 'setArticleState',
    tag,
    summary: 'Sends an article to review, publishes it after review, takes it back or retires it; who did it is kept',
    params: ofArticle,
    body: z
      .object({
        state: articleState.describe('From draft to review to published; any may be retired, and taken up again'),
      })
      .meta({ examples: [{ state: 'review' }] }),
    answer: shown,
    errors: ['not_found', 'conflict'],
    async handle({ actor, params, body: { state } }) {
      const base = open(actor, params.backend)
      const { state: now } = existing(base, params.article)
      if (state !== now && !NEXT[now].includes(state))
        throw new HutongError('conflict', `the article is in ${now}, from where it goes to ${NEXT[now].join(' or ')}`, {
          field: 'state',
        })
      return described(base, base.articles.setState(params.article, state, { by: actor.id }))
    },
  })
}

function remove(open: Open): Operation {
  return operation({
    method: 'delete',
    path: '/v1/knowledge/{backend}/articles/{article}',
    access: 'admin',
    id: 'removeArticle',
    tag,
    summary: 'Retires an article; with `purge` it goes for good, with all its versions',
    params: ofArticle,
    query: z.object({ purge: flag('`true`: it goes for good, with all its versions') }),
    answer: z
      .object({ removed: z.enum(['retired', 'purged']).describe('`purged`: nothing of it is left') })
      .describe('What became of it'),
    errors: ['not_found'],
    async handle({ actor, params, query: { purge } }) {
      const base = open(actor, params.backend)
      base.articles.remove(params.article, { by: actor.id, purge })
      return { removed: purge ? ('purged' as const) : ('retired' as const) }
    },
  })
}

function versions(open: Open): Operation {
  return operation({
    method: 'get',
    path: '/v1/knowledge/{backend}/articles/{article}/versions',
    access: 'admin',
    id: 'listArticleVersions',
    tag,
    summary: 'Every version of an article with who made it, newest first',
    params: ofArticle,
    answer: listOf(version),
    errors: ['not_found'],
    async handle({ actor, params }) {
      const base = open(actor, params.backend)
      existing(base, params.article)
      return { items: base.articles.versions(params.article) }
    },
  })
}

function match(open: Open): Operation {
  return operation({
    method: 'post',
    path: '/v1/knowledge/{backend}/match',
    access: 'actor',
    id: 'matchQuestion',
    tag,
    summary: 'The published articles that come closest to a question, best first, each with its score and why',
    params: ofBase,
    body: z
      .strictObject({
        question: z.string().trim().min(1).max(QUESTION_MAX).describe('As a customer would ask it'),
        language: z.string().max(35).optional().meta({ description: 'Articles of other languages are left out' }),
        limit: z.int().min(1).max(50).default(5).describe('Most articles of the answer'),
      })
      .meta({ examples: [{ question: 'can I get my money back', limit: 3 }] }),
    answer: listOf(near),
    errors: ['not_found'],
    async handle({ actor, params, body: { question, limit, language } }) {
      const base = open(actor, params.backend)
      await base.ready()
      const items = base.match(question, { limit, ...(language !== undefined && { language }) }).map((one) => {
        const answer = base.articles.get(one.id)?.answer
        return { ...one, ...(answer !== undefined && { answer }) }
      })
      return { items }
    },
  })
}

function takeIn(open: Open): Operation {
  return operation({
    method: 'post',
    path: '/v1/knowledge/{backend}/import',
    access: 'admin',
    id: 'importArticles',
    tag,
    summary:
      'Takes over a CSV, Markdown or JSON file, sent as the body: all of it, or nothing where a mistake is found',
    params: ofBase,
    query: z.object({
      name: z.string().min(1).max(255).meta({ description: "The file's name: its ending says how it is read" }),
      dryRun: flag('`true`: tells what would happen and changes nothing'),
      state: articleState.optional().meta({ description: 'For articles whose state the file does not say' }),
    }),
    body: 'stream',
    answer: z
      .object({
        made: ids.describe('Ids of articles that were not there before'),
        changed: ids.describe('Ids of articles that have a further version now'),
        same: ids.describe('Ids of articles that say the same already'),
        warnings: z.array(z.string()).optional().describe('What was left out; absent when nothing was'),
      })
      .describe('What became of each article of the file'),
    errors: ['not_found', 'too_large'],
    async handle({ actor, params, query: { name, dryRun, state }, request }) {
      const base = open(actor, params.backend)
      const reading = await readContent(name, await readBounded(request.body, FILE_MAX, tooLarge))
      return importArticles(base, reading, { by: actor.id, dryRun, ...(state && { state }) })
    },
  })
}

function tooLarge(): HutongError {
  return new HutongError('too_large', `the body: is larger than ${FILE_MAX / 1024 / 1024} MiB; import it in parts`)
}

function giveOut(open: Open): Operation {
  return operation({
    method: 'get',
    path: '/v1/knowledge/{backend}/export',
    access: 'admin',
    id: 'exportArticles',
    tag,
    summary: 'All articles and synonyms as one JSON file, which import takes',
    params: ofBase,
    answer: z
      .object({
        format: z.literal('hutong-knowledge'),
        version: z.literal(1).describe('Of the format'),
        articles: z.array(articleDraft).describe('Of any state, in the order of ids'),
        synonyms: z.array(z.array(z.string())).meta({
          description: 'Groups of words that mean the same',
          examples: [[['refund', 'money back']]],
        }),
      })
      .describe('Everything the backend knows'),
    errors: ['not_found'],
    handle: async ({ actor, params }) => exported(open(actor, params.backend)),
  })
}

function existing({ articles }: KnowledgeBase, id: string): Article {
  const found = articles.get(id)
  if (!found) throw noArticle()
  return found
}

function noArticle(): HutongError {
  return new HutongError('not_found', 'no such article', { field: 'article' })
}

/** With whoever made the version that was published first and stayed so since. */
function described({ articles }: KnowledgeBase, found: Article) {
  if (found.state !== 'published') return { article: found }
  const all = articles.versions(found.id)
  const before = all.findIndex((one) => one.article.state !== 'published')
  const first = all[before === -1 ? all.length - 1 : before - 1]
  return { article: found, ...(first && { published: { by: first.by, at: first.at } }) }
}
