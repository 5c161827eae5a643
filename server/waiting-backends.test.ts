import type { Backend } from '@hutong/core/backend'
import { afterEach, expect, it } from 'vitest'
import { createFlowBackend } from './backends/flow/flow.ts'
import { flowOptions } from './backends/flow/flow-options.ts'
import { createKeywordBackend } from './backends/keyword.ts'
import { createKnowledgeBackend } from './backends/knowledge/knowledge.ts'
import { createOpenaiBackend } from './backends/openai/openai.ts'
import { openTestEndpoint } from './backends/openai/test-endpoint.ts'
import { createRasaBackend } from './backends/rasa/rasa.ts'
import { createFakeRasa } from './backends/rasa/test-rasa.ts'
import { floorSettings } from './floor-settings.ts'
import { openTestRelay } from './test-relay.ts'

interface Row {
  says: string[]
  reason: RegExp
  open(): Promise<{ backend: Backend; close?(): Promise<void> }>
}

const people = { kind: 'handoff', to: 'queue', reason: 'a rule for what is broken' }

const ROWS: Record<string, Row> = {
  'keyword, after its patience': {
    says: ['do you sell boats?', 'and bicycles?'],
    reason: /^no answer to 2 questions in a row$/,
    open: async () => ({ backend: createKeywordBackend('bot', {}) }),
  },
  'knowledge, which finds nothing': {
    says: ['do you sell boats?', 'and bicycles?', 'and trains?'],
    reason: /\w/,
    open: async () => ({ backend: createKnowledgeBackend('bot', {}) }),
  },
  'flow, by a rule': {
    says: ['it came broken'],
    reason: /^a rule for what is broken$/,
    open: async () => {
      const rules = [{ any: ['broken'], next: 'people' }]
      return { backend: createFlowBackend('bot', flowOptions.parse({ rules, otherwise: 'people', steps: { people } })) }
    },
  },
  'rasa, which is silent': {
    says: ['do you sell boats?'],
    reason: /^bot said nothing$/,
    open: async () => {
      const rasa = await createFakeRasa()
      return { backend: createRasaBackend('bot', { url: rasa.url }), close: rasa.close }
    },
  },
  'a program that answers too late': {
    says: ['do you sell boats?'],
    reason: /^bot gave no answer in 100 ms$/,
    open: async () => ({
      backend: { name: 'bot', answers: 'later', answerWithin: 100, handle: async () => undefined },
    }),
  },
  'openai, which cannot be reached': {
    says: ['do you sell boats?'],
    reason: /\w/,
    open: async () => {
      const endpoint = await openTestEndpoint()
      await endpoint.close()
      const ai = { baseUrl: endpoint.baseUrl, apiKey: 'sk-test-key', model: 'test' }
      return { backend: createOpenaiBackend('bot', ai) }
    },
  },
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

it.each(Object.keys(ROWS))(
  'a customer of %s is passed on with a reason and a summary, and told so',
  async (name) => {
    const { says = [], reason, open } = ROWS[name] ?? {}
    const { backend, close = async () => {} } = (await open?.()) ?? {}
    if (!backend) throw new Error(`there is no row ${name}`)
    const house = await openTestRelay({
      backends: [backend],
      routing: ['bot', 'desk'],
      floor: floorSettings.parse({}),
      staffed: () => true,
    })
    closing.push(house.close, close)
    let conversation = ''
    for (const [index, words] of says.entries()) {
      const accepted = await house.write(words)
      conversation = accepted.conversation
      await house.until(conversation, (all) =>
        all.some((one) => one.seq > accepted.seq && (one.from.kind === 'bot' || one.from.kind === 'system')),
      )
      const { floor } = (await house.store.conversation(conversation)) ?? {}
      if (floor?.holder.kind === 'queue' && index < says.length - 1) break
    }
    const entries = await house.until(conversation, (all) =>
      all.some(({ from, body }) => from.kind === 'system' && body.kind === 'message'),
    )
    const handed = entries.find(({ body }) => body.kind === 'handoff')
    expect(handed?.body).toMatchObject({
      floor: { holder: { kind: 'queue' } },
      reason: expect.stringMatching(reason ?? /^$/),
      summary: expect.stringContaining(says[0] ?? ''),
    })
    const told = entries.filter(({ from, body }) => from.kind === 'system' && body.kind === 'message')
    expect(told.map(({ body }) => body)).toMatchObject([
      { parts: [{ text: 'A colleague will answer you here. You can keep writing.' }] },
    ])
  },
  30_000,
)
