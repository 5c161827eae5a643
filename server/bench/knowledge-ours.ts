import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionInput, BackendHost, Event, Tools } from '@hutong/core/backend'
import { createKnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import type { Decide, Engine } from './knowledge-measure.ts'
import type { QuestionSet } from './knowledge-questions.ts'

export interface OurEngine extends Engine {
  /** What the backend does with the settings that it ships with, for a customer's first question. */
  shipped: Decide
  close(): Promise<void>
}

/** The backend as the relay runs it, over articles that are made of the training phrasings and nothing else. */
export async function openOurs(train: QuestionSet['train']): Promise<OurEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'hutong-bench-'))
  const backend = createKnowledgeBackend('knowledge', {})
  await backend.open?.({ folder: async () => folder, clock: { now: Date.now } } as BackendHost)
  const { base } = backend
  if (base === undefined) throw new Error('the backend opened no knowledge base')
  const intents = new Map<string, string>()
  const drafts = [...Map.groupBy(train, ({ intent }) => intent)].map(([intent, all]) => {
    const id = intent.replaceAll('/', '.')
    intents.set(id, intent)
    const [question = '', ...phrasings] = [...new Set(all.map((one) => one.question))]
    // The answer counts for the search too, so it says nothing here.
    return { id, question, phrasings, answer: '.', state: 'published' as const }
  })
  await base.articles.putAll(drafts, { by: 'bench' })
  const named = (id: unknown) => intents.get(String(id)) ?? String(id)

  return {
    name: 'Hutong',
    rank: (question) => base.match(question, { limit: 50 }).map(({ id, score }) => ({ intent: named(id), score })),
    async shipped(question) {
      const actions = (await backend.handle(eventOf(question), TOOLS)) as readonly ActionInput[]
      const [said] = actions.flatMap((one) =>
        one.kind === 'set' && one.attributes.article ? [one.attributes.article] : [],
      )
      const offered = actions
        .flatMap((one) => (one.kind === 'reply' ? one.parts : []))
        .flatMap((part) => (part.kind === 'choices' ? part.options : []))
        .filter(({ id }) => intents.has(id))
      return { ...(said !== undefined && { said: named(said) }), offered: offered.map(({ id }) => named(id)) }
    },
    async close() {
      await backend.close?.()
      await rm(folder, { recursive: true })
    },
  }
}

/** Every question comes from somebody who asked nothing before. */
const TOOLS = {
  signal: new AbortController().signal,
  history: async () => [],
  memory: { get: async () => undefined, put: async () => {} },
} as unknown as Tools

function eventOf(question: string): Event {
  const conversation = 'v_bench'
  const contact = { kind: 'contact' as const, id: 'c_bench' }
  return {
    id: `${conversation}:1`,
    position: 1,
    site: 'bench',
    conversation,
    contact: contact.id,
    entry: {
      conversation,
      seq: 1,
      key: 'bench',
      at: 0,
      from: contact,
      body: { kind: 'message', parts: [{ kind: 'text', text: question, format: 'plain' }] },
    },
    floor: { holder: { kind: 'bot', id: 'knowledge' }, term: 1 },
  }
}
