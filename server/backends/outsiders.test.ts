import type { Backend } from '@hutong/core/backend'
import { type ContactBody, type Entry, outsider } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { type FloorSettings, floorSettings } from '../floor-settings.ts'
import { openTestRelay, type TestRelay, textBody, webChannel } from '../test-relay.ts'
import { createFlowBackend } from './flow/flow.ts'
import { createKnowledgeBackend } from './knowledge/knowledge.ts'
import { createOpenaiBackend } from './openai/openai.ts'
import { openTestEndpoint } from './openai/test-endpoint.ts'
import { openRasaTalk } from './rasa/test-rasa-talk.ts'
import { summaryOf } from './summary.ts'

const MALLORY = outsider('mallory@evil.test', { unproven: true })
const OURS = 'Where is my parcel?'
const THEIRS = 'I want a refund'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const post = () => createMemoryAdapter({ platform: createMemoryPlatform(), channel: 'post' })
/** Has the floor first and says nothing. */
const first: Backend = { name: 'first', handle: async () => [] }

async function open(backend: Backend, before: readonly Backend[] = []): Promise<TestRelay> {
  const routing = [...before.map(({ name }) => name), backend.name, 'desk']
  const house = await openTestRelay({ adapters: [webChannel, post()], backends: [...before, backend], routing })
  closing.push(() => house.close())
  return house
}

let sent = 0
/** `quiet`: as a robot's mail, which moves no floor. */
const mallory = ({ relay }: TestRelay, conversation: string, text: string, quiet = false) =>
  relay.receive('post', {
    from: { address: 'mallory@evil.test' },
    author: MALLORY,
    site: 'shop',
    key: `forged-${sent++}`,
    conversation,
    body: textBody(text),
    ...(quiet && { automatic: true }),
  })

/** The contact's question, an outsider's words after it, and the hand-off to the backend that has to answer. */
async function passedOn(house: TestRelay): Promise<string> {
  const { conversation } = await house.write(OURS)
  await mallory(house, conversation, THEIRS, true)
  const { term } = (await house.store.conversation(conversation))?.floor ?? { term: 0 }
  await house.relay.act({ kind: 'bot', id: 'first' }, conversation, {
    key: 'passes',
    term,
    actions: [{ kind: 'handoff', to: { kind: 'next' } }],
  })
  return conversation
}

const textsOf = (entries: readonly Entry[], kind: string) =>
  entries.flatMap(({ from, body }) =>
    from.kind === kind && body.kind === 'message'
      ? body.parts.map((part) => (part.kind === 'text' ? part.text : part.kind))
      : [],
  )

async function answersOf(house: TestRelay, conversation: string, count = 1): Promise<string[]> {
  return textsOf(await house.until(conversation, (all) => textsOf(all, 'bot').length >= count), 'bot')
}

const form = {
  fields: ['order', 'iban'].map((name) => ({ name, label: `Your ${name}`, type: 'text' as const, required: true })),
}

function knowing(base: ReturnType<typeof createKnowledgeBackend>['base']): void {
  const put = (id: string, question: string, more: object) =>
    base?.articles.put(
      { id, question, phrasings: [], tags: [], state: 'published', handoff: false, ...more } as never,
      {
        by: 'test',
      },
    )
  put('parcel', OURS, { answer: 'On its way.' })
  put('refund', THEIRS, { answer: 'For {{order}} to {{iban}}.', form })
}

describe('what an outsider writes is not taken for the contact’s words', () => {
  it('by the articles of a knowledge base', async () => {
    const backend = createKnowledgeBackend('knowledge', {})
    const house = await open(backend, [first])
    knowing(backend.base)
    expect(await answersOf(house, await passedOn(house))).toEqual(['On its way.'])
  })

  it('by a form that the contact fills in', async () => {
    const backend = createKnowledgeBackend('knowledge', {})
    const house = await open(backend)
    knowing(backend.base)
    const { conversation } = await house.write(THEIRS)
    await answersOf(house, conversation)
    await house.write('A-100')
    await answersOf(house, conversation, 2)
    await mallory(house, conversation, 'DE00 MALLORY')
    await house.relay.drain()
    const entries = await house.log(conversation)
    expect(textsOf(entries, 'bot')).toEqual(['form', expect.stringContaining('Your iban')])
    expect(await house.store.conversation(conversation)).toMatchObject({ floor: { holder: { kind: 'queue' } } })
  })

  it('by the rules of a flow', async () => {
    const say = (text: string) => ({ kind: 'say' as const, text })
    const backend = createFlowBackend('flow', {
      rules: [
        { any: ['parcel'], next: 'parcel' },
        { any: ['refund'], next: 'refund' },
      ],
      steps: { parcel: say('On its way.'), refund: say('Done.') },
    })
    const house = await open(backend, [first])
    expect(await answersOf(house, await passedOn(house))).toEqual(['On its way.'])
  })

  it('by a model, which is told none of it', async () => {
    const endpoint = await openTestEndpoint()
    closing.push(() => endpoint.close())
    const { baseUrl } = endpoint
    const backend = createOpenaiBackend('ai', { baseUrl, apiKey: 'sk-test-key', model: 'm', system: 'You help.' })
    const house = await open(backend, [first])
    await answersOf(house, await passedOn(house))
    expect(endpoint.asked.map(({ messages }) => messages.slice(1))).toEqual([[{ role: 'user', content: OURS }]])
  })

  it('by Rasa, which is told none of it', async () => {
    const talk = await openRasaTalk(
      {},
      { adapters: [webChannel, post()], backends: [first], routing: ['first', 'rasa', 'desk'] },
    )
    closing.push(() => talk.close())
    await passedOn(talk.house)
    await expect.poll(() => talk.rasa.asked.map(({ message }) => message)).toEqual([OURS])
  })

  it('by whoever takes over: a summary names them', async () => {
    const entry = (seq: number, from: Entry['from'], text: string): Entry => ({
      conversation: 'v1',
      seq,
      key: `k${seq}`,
      at: 0,
      from,
      body: textBody(text) as Extract<ContactBody, { kind: 'message' }>,
    })
    const history = async () => [
      entry(1, { kind: 'contact', id: 'c1' }, OURS),
      entry(2, MALLORY, THEIRS),
      entry(3, outsider('work@stand.test'), 'from work'),
      entry(4, MALLORY, '请退款'),
    ]
    expect((await summaryOf({ history })).split('\n')).toEqual([
      `› ${OURS}`,
      `⚠ mallory@evil.test (not proven): ${THEIRS}`,
      '⚠ work@stand.test: from work',
      '⚠ mallory@evil.test (身份未证实): 请退款',
    ])
  })
})

describe('a form that was begun before somebody else had the floor', () => {
  const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }

  const reply = { kind: 'reply' as const, parts: [{ kind: 'text' as const, text: 'I see to it.' }] }

  /** A form was asked, and then a person wrote. */
  async function takenOver(floor?: FloorSettings): Promise<{ house: TestRelay; conversation: string }> {
    const backend = createKnowledgeBackend('knowledge', {})
    const house = await openTestRelay({ backends: [backend], routing: ['knowledge', 'desk'], ...(floor && { floor }) })
    closing.push(() => house.close())
    knowing(backend.base)
    const { conversation } = await house.write(THEIRS)
    await answersOf(house, conversation)
    await house.relay.act(anna, conversation, { key: 'takes', actions: [reply] })
    return { house, conversation }
  }

  /** Everything the bot said, the answer to another question last: where the form were still open, it would ask for it again. */
  async function answered(house: TestRelay): Promise<string[]> {
    const { conversation } = await house.write(OURS)
    await answersOf(house, conversation, 2)
    await house.relay.drain()
    return textsOf(await house.log(conversation), 'bot')
  }

  it('is not gone on with when a closed conversation opens again', async () => {
    const { house, conversation } = await takenOver()
    await house.relay.act(anna, conversation, { key: 'closes', actions: [{ kind: 'close' }] })
    expect(await answered(house)).toEqual(['form', 'On its way.'])
  })

  it('is not gone on with when the floor came back and the bot was not told', async () => {
    const { house, conversation } = await takenOver({ ...floorSettings.parse({}), backToBotAfterMs: 30 })
    await expect.poll(async () => (await house.store.conversation(conversation))?.floor.holder.kind).toBe('bot')
    expect(await answered(house)).toEqual(['form', 'On its way.'])
  })
})
