import type { Capabilities } from '@hutong/core/adapter'
import type { ActionInput } from '@hutong/core/backend'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import type { Part } from '@hutong/core/parts'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const textOnly: Partial<Capabilities> = {
  parts: ['text'],
  choices: { max: 0, label: 0 },
  buttons: 0,
  partsPerMessage: 1,
}
const ask: ActionInput = {
  kind: 'reply',
  parts: [
    {
      kind: 'choices',
      text: 'Which?',
      options: [
        { id: 'green', label: 'Green' },
        { id: 'black', label: 'Black' },
      ],
    },
  ],
}

let bench: TestRelay | undefined
let pushed = 0
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

/** A relay with one channel that has no log of its own and shows nothing but text. */
async function open(platform: MemoryPlatform): Promise<TestRelay> {
  bench = await openTestRelay({
    adapters: [createMemoryAdapter({ platform, channel: 'phone', capabilities: textOnly })],
  })
  return bench
}

async function write(platform: MemoryPlatform, { store }: TestRelay, text: string): Promise<string> {
  const message = { parts: [{ kind: 'text', text, format: 'plain' }] satisfies Part[] }
  expect(await platform.push({ id: `m${pushed++}`, from: 'li', message, at: 1 })).toBe(true)
  const conversation = await store.find('shop', 'phone', 'li')
  return conversation?.id ?? ''
}

const inbox = (platform: MemoryPlatform) =>
  platform.inbox('li').map(({ parts }) => parts.map((part) => (part.kind === 'text' ? part.text : part.kind)).join('|'))

it('turns buttons into numbers where a channel has none, and reads the number back as the button', async () => {
  const platform = createMemoryPlatform()
  const house = await open(platform)
  const conversation = await write(platform, house, 'tea please')
  await house.relay.act(anna, conversation, { key: 'ask', actions: [ask] })
  await expect.poll(() => inbox(platform)).toEqual(['Which?\n1. Green\n2. Black'])
  await write(platform, house, '２')
  expect((await house.log(conversation)).at(-1)?.body).toMatchObject({ choice: { of: 3, id: 'black' } })
})

it('takes a typed score as the rating that was asked for', async () => {
  const platform = createMemoryPlatform()
  const house = await open(platform)
  const conversation = await write(platform, house, 'thanks')
  await house.relay.act(anna, conversation, {
    key: 'ask',
    actions: [{ kind: 'ask', part: { kind: 'rating', scale: 'csat' } }],
  })
  await expect.poll(() => inbox(platform)).toHaveLength(1)
  await write(platform, house, '4')
  expect((await house.log(conversation)).at(-1)?.body).toEqual({ kind: 'rating', of: 3, scale: 'csat', score: 4 })
})

describe('a rating whose scores can be tapped', () => {
  async function asked(extra: Part[] = []): Promise<{ house: TestRelay; platform: MemoryPlatform; id: string }> {
    const platform = createMemoryPlatform()
    const tappable = { ...textOnly, parts: ['text' as const, 'choices' as const], choices: { max: 10, label: 40 } }
    const adapter = createMemoryAdapter({ platform, channel: 'phone', capabilities: tappable })
    const house = await openTestRelay({ adapters: [adapter] })
    bench = house
    const id = await write(platform, house, 'thanks')
    const parts: Part[] = [...extra, { kind: 'rating', scale: 'csat', question: 'How was it?' }]
    await house.relay.act(anna, id, { key: 'rate', actions: [{ kind: 'reply', parts }] })
    await expect.poll(() => platform.inbox('li').flatMap((one) => one.parts).length).toBe(parts.length)
    await expect.poll(() => house.store.get('prompts', id)).toBeDefined()
    return { house, platform, id }
  }
  const tap = ({ house }: { house: TestRelay }, choice: { of: number; id: string }) =>
    house.relay.receive('phone', {
      from: { address: 'li' },
      site: 'shop',
      key: `tap-${choice.id}`,
      body: { kind: 'message', parts: [{ kind: 'text', text: choice.id, format: 'plain' }], choice },
    })
  const last = async ({ house, id }: { house: TestRelay; id: string }) => (await house.log(id)).at(-1)?.body

  it('is given by a tap', async () => {
    const talk = await asked()
    await tap(talk, { of: 3, id: '5' })
    expect(await last(talk)).toEqual({ kind: 'rating', of: 3, scale: 'csat', score: 5 })
  })

  it('is given by typing the score', async () => {
    const talk = await asked()
    await write(talk.platform, talk.house, '四')
    expect(await last(talk)).toEqual({ kind: 'rating', of: 3, scale: 'csat', score: 4 })
  })

  it('is no score that was not asked for, and no other option of the message', async () => {
    const talk = await asked([{ kind: 'choices', options: [{ id: '2', label: 'Two pots' }] }])
    await tap(talk, { of: 3, id: '2' })
    expect(await last(talk)).toMatchObject({ kind: 'message', choice: { of: 3, id: '2' } })
    await expect(tap(talk, { of: 3, id: '6' })).rejects.toMatchObject({ code: 'invalid', field: 'choice.id' })
  })
})

it('forgets what was offered once something else was said', async () => {
  const platform = createMemoryPlatform()
  const house = await open(platform)
  const conversation = await write(platform, house, 'tea please')
  await house.relay.act(anna, conversation, {
    key: 'ask',
    actions: [ask, { kind: 'reply', parts: [{ kind: 'text', text: 'No hurry.' }] }],
  })
  await expect.poll(() => inbox(platform)).toHaveLength(2)
  await expect.poll(() => house.store.get('prompts', conversation)).toBeUndefined()
  await write(platform, house, '2')
  expect((await house.log(conversation)).at(-1)?.body).not.toHaveProperty('choice')
})

it('sends again after the platform was down, and the customer gets it once and in order', async () => {
  const platform = createMemoryPlatform()
  const house = await open(platform)
  const conversation = await write(platform, house, 'hello')
  platform.fault('lost')
  const say = (text: string): ActionInput => ({ kind: 'reply', parts: [{ kind: 'text', text }] })
  await house.relay.act(anna, conversation, { key: 'r', actions: [say('one'), say('two')] })
  await expect.poll(() => inbox(platform), { timeout: 5_000 }).toEqual(['one', 'two'])
})

it('says honestly that it cannot know when the answer of a platform without keys is lost', async () => {
  const platform = createMemoryPlatform({ idempotentSend: 'none' })
  const house = await open(platform)
  const conversation = await write(platform, house, 'hello')
  platform.fault('lost')
  await house.relay.act(anna, conversation, {
    key: 'r',
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'one' }] }],
  })
  await expect
    .poll(() => house.store.deadLetters({ limit: 10 }))
    .toMatchObject([{ target: 'channel:phone', state: 'unsure', tries: 1 }])
  expect(inbox(platform)).toEqual(['one'])
})
