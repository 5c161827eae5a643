import type { Backend } from '@hutong/core/backend'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { openTestRelay, type TestRelay } from '../../test-relay.ts'
import type { ArticleDraftInput } from './article.ts'
import { createKnowledgeBackend, type KnowledgeBackend } from './knowledge.ts'
import type { KnowledgeOptions } from './knowledge-options.ts'

const ARTICLES: ArticleDraftInput[] = [
  {
    id: 'refund-time',
    question: 'How long does a refund take?',
    phrasings: ['When do I get my money back?'],
    answer: 'Within **5 days**.',
    category: 'refunds',
  },
  {
    id: 'refund-start',
    question: 'How do I ask for a refund?',
    phrasings: ['I want a refund'],
    answer: 'We look into order {{order}} and write to {{mail}}.',
    category: 'refunds',
    form: {
      title: 'Refund',
      fields: [
        { name: 'order', label: 'Order number', type: 'number', required: true },
        { name: 'mail', label: 'E-mail', type: 'email', required: true },
      ],
    },
  },
  {
    id: 'shipping-cost',
    question: 'What are the shipping costs?',
    phrasings: ['How much is delivery?', 'shipping cost'],
    answer: 'Nothing from 50 on.',
    category: 'shipping',
  },
  {
    id: 'broken',
    question: 'My parcel arrived broken',
    phrasings: ['The item is damaged'],
    category: 'complaints',
    handoff: true,
    form: { fields: [{ name: 'what', label: 'What is broken?', type: 'textarea', required: true }] },
  },
  {
    id: 'zh-return',
    question: '怎么退货？',
    phrasings: ['退货流程'],
    answer: '七天内可以退。',
    category: '售后',
    language: 'zh',
  },
  {
    id: 'zh-fee',
    question: '运费多少钱？',
    phrasings: ['包邮吗'],
    answer: '满99包邮。',
    category: '配送',
    language: 'zh',
  },
  { id: 'secret', question: 'What is the plan for next year?', answer: 'Not for customers.', state: 'draft' },
].map((one) => ({ state: 'published' as const, ...one }) as ArticleDraftInput)

export interface KnowledgeTalk extends TestRelay {
  backend: KnowledgeBackend
  conversation(): string
  /** Says it and waits until `answers` more entries of bots are in the log; returns those. */
  say(body: ContactBody | string, answers?: number): Promise<Entry[]>
}

/** A visitor and a knowledge backend with articles on a relay of their own, with other backends before and after it. */
export async function openKnowledgeTalk(
  options: KnowledgeOptions = {},
  before: readonly Backend[] = [],
  after: readonly Backend[] = [],
): Promise<KnowledgeTalk> {
  const backend = createKnowledgeBackend('knowledge', options)
  const backends = [...before, backend, ...after]
  const relay = await openTestRelay({ backends, routing: [...backends.map(({ name }) => name), 'desk'] })
  await backend.base?.articles.putAll(ARTICLES, { by: 'test' })
  backend.base?.synonyms.replace(
    [
      ['运费', '邮费', '快递费'],
      ['shipping', 'postage'],
    ],
    { by: 'test' },
  )
  const ofBot = (entries: Entry[]) => entries.filter(({ from }) => from.kind === 'bot')
  let conversation = ''
  return {
    ...relay,
    backend,
    conversation: () => conversation,
    async say(body, answers = 1) {
      const old = conversation === '' ? 0 : ofBot(await relay.log(conversation)).length
      conversation = (await relay.write(body)).conversation
      const entries = await relay.until(conversation, (all) => ofBot(all).length >= old + answers)
      return ofBot(entries).slice(old)
    },
  }
}

export function textOf(entry: Entry | undefined): string {
  if (entry?.body.kind !== 'message') return ''
  return entry.body.parts
    .map((part) => ('text' in part ? (part.text ?? '') : part.kind === 'form' ? `[${part.fields.length} fields]` : ''))
    .join('\n')
}

export function choicesOf(entry: Entry | undefined): string[] {
  if (entry?.body.kind !== 'message') return []
  return entry.body.parts.flatMap((part) => (part.kind === 'choices' ? part.options.map(({ id }) => id) : []))
}

export function pickOf(of: Entry | undefined, id: string): ContactBody {
  return { kind: 'message', parts: [{ kind: 'text', text: id, format: 'plain' }], choice: { of: of?.seq ?? 0, id } }
}
