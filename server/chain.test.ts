import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '@hutong/core/entry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestEndpoint, saying, type TestEndpoint } from './backends/openai/test-endpoint.ts'
import { wordsOf } from './backends/words-of.ts'
import { parseConfig } from './config.ts'
import { configuredBackends } from './configured-backends.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

/** Every kind of backend that a site may put before its people, as an operator would write them down. */
const ROUTING = ['flow', 'knowledge', 'openai', 'desk']
const ARTICLES = [
  { id: 'shipping', question: 'How long does shipping take?', answer: 'Two to four days.', state: 'published' },
]

let folder: string
let endpoint: TestEndpoint
let house: TestRelay

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hutong-chain-'))
  const seed = join(folder, 'articles.json')
  await writeFile(seed, JSON.stringify({ format: 'hutong-knowledge', version: 1, articles: ARTICLES }))
  endpoint = await openTestEndpoint()
  const backends = configuredBackends(
    parseConfig({
      mode: 'development',
      sites: [{ key: 'shop', name: 'Shop', routing: ROUTING }],
      backends: {
        flow: {
          languages: ['en'],
          welcome: { text: { en: 'Welcome!' }, next: 'main' },
          rules: [{ any: ['opening hours'], next: 'hours' }],
          steps: {
            main: {
              kind: 'menu',
              text: { en: 'What is it about?' },
              options: [
                { id: 'hours', label: { en: 'Opening hours' }, next: 'hours' },
                { id: 'place', label: { en: 'Where you are' }, words: ['address'], next: 'place' },
              ],
            },
            hours: { kind: 'say', text: { en: 'Nine to six.' } },
            place: { kind: 'say', text: { en: 'In Bremen.' } },
          },
        },
        knowledge: { seed },
        openai: { baseUrl: endpoint.baseUrl, apiKey: 'sk-test-key', model: 'small' },
      },
    }),
  )
  house = await openTestRelay({ backends, routing: ROUTING })
})
afterEach(async () => {
  await house.close()
  await endpoint.close()
  await rm(folder, { recursive: true })
})

const saidBy = (log: readonly Entry[], id: string) =>
  log.filter(({ from, body }) => from.id === id && body.kind === 'message').map(wordsOf)
const handoffs = (log: readonly Entry[]) => log.flatMap(({ body }) => (body.kind === 'handoff' ? [body] : []))

describe('a chain of flow, knowledge, a model and people', () => {
  it('lets the first that knows answer', async () => {
    const { conversation } = await house.write('What are your opening hours?')
    await house.until(conversation, (log) => saidBy(log, 'flow').includes('Nine to six.'))
    expect(endpoint.asked).toHaveLength(0)
  })

  it('passes what the flow does not know to the articles, and what they do not know to the model', async () => {
    endpoint.script(saying('Lapsang ', 'is smoked ', 'over pine.'))
    const first = await house.write('how long does shipping take', { address: 'a' })
    await house.until(first.conversation, (log) => saidBy(log, 'knowledge').includes('Two to four days.'))
    const second = await house.write('Which tea tastes of smoke?', { address: 'b' })
    const log = await house.until(second.conversation, (all) => saidBy(all, 'openai').length > 0)
    expect(saidBy(log, 'openai')).toEqual(['Lapsang is smoked over pine.'])
    expect([...saidBy(log, 'flow'), ...saidBy(log, 'knowledge')]).toEqual(['Welcome!'])
    expect(handoffs(log).map(({ floor }) => floor.holder)).toEqual([
      { kind: 'bot', id: 'knowledge' },
      { kind: 'bot', id: 'openai' },
    ])
  })

  it('lets a question through where the menu waits, and asks again after what may be an option', async () => {
    endpoint.script(saying('Lapsang ', 'is smoked ', 'over pine.'))
    const { conversation } = await house.write('hello')
    await house.until(conversation, (log) => saidBy(log, 'flow').length === 2)
    await house.write('the blue one')
    const again = await house.until(conversation, (log) => saidBy(log, 'flow').length === 3)
    expect(saidBy(again, 'flow').at(-1)).toContain('Please choose one of these.')
    await house.write('Which tea tastes of smoke?')
    const log = await house.until(conversation, (all) => saidBy(all, 'openai').length > 0)
    expect(saidBy(log, 'openai')).toEqual(['Lapsang is smoked over pine.'])
    expect(saidBy(log, 'flow')).toHaveLength(3)
    expect(saidBy(log, 'knowledge')).toEqual([])
  })

  it('takes a first question that an option of the menu is for as if that had been chosen', async () => {
    const { conversation } = await house.write('What is your address?')
    const log = await house.until(conversation, (all) => saidBy(all, 'flow').length === 2)
    expect(saidBy(log, 'flow')).toEqual(['Welcome!', 'In Bremen.'])
  })

  it('ends with people, who read in a summary what was asked', async () => {
    endpoint.script([
      { call: 'handoff', json: '{"reason":"not about tea","summary":"wants a job"}' },
      { finish: 'tool_calls' },
      'done',
    ])
    const { conversation } = await house.write('Do you hire?')
    const log = await house.until(conversation, (all) =>
      handoffs(all).some(({ floor }) => floor.holder.kind === 'queue'),
    )
    expect(handoffs(log).at(-1)).toMatchObject({ reason: expect.stringContaining('not about tea') })
    expect(handoffs(log).at(-1)?.summary).toContain('Do you hire?')
  })
})
