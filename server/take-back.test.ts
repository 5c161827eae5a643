import type { Adapter, Capabilities } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const LIN = 'lin'

let chat: MemoryPlatform
let house: TestRelay
let conversation: string
let said = 0
beforeEach(() => {
  chat = createMemoryPlatform()
})
afterEach(() => house.close())

/** A person who wrote on a channel whose platform takes messages back. */
async function open(more: Partial<Adapter> = {}, special: Partial<Capabilities> = {}): Promise<void> {
  const capabilities = { recall: true, partsPerMessage: 1, ...special }
  const adapter = createMemoryAdapter({ platform: chat, channel: 'chat', capabilities })
  house = await openTestRelay({
    adapters: [webChannel, { ...adapter, ...more }],
    leaveAddress: { channels: new Map(), staffed: () => true, onChange: () => () => undefined },
  })
  const from = { address: LIN, verified: 'platform' as const }
  conversation = (await house.relay.receive('chat', { from, key: 'first', native: 'n1', body: textBody('hello') }))
    .conversation
}

async function answer(...texts: string[]): Promise<number> {
  const parts = texts.map((text) =>
    text.startsWith('https') ? { kind: 'image' as const, url: text, alt: text } : { kind: 'text' as const, text },
  )
  const { results } = await house.relay.act(anna, conversation, {
    key: `answer${said++}`,
    actions: [{ kind: 'reply', parts }],
  })
  return results[0]?.seq ?? 0
}

const takeBack = (of: number) =>
  house.relay.act(anna, conversation, { key: `recall${of}`, actions: [{ kind: 'recall', of }] })
const shown = () => chat.inbox(LIN).map(({ parts }) => parts.map((one) => ('text' in one ? one.text : '')).join('|'))
const told = async () => (await house.log(conversation)).flatMap(({ body }) => (body.kind === 'delivery' ? [body] : []))

describe('an answer that an agent takes back', () => {
  it('disappears where it was sent, every message of it, and nothing else does', async () => {
    await open({})
    await answer('this stays')
    const seq = await answer('one', 'https://shop.example/two.png')
    await expect.poll(shown).toHaveLength(3)
    await takeBack(seq)
    await expect.poll(shown).toEqual(['this stays'])
    expect(await told()).toEqual([])
  })

  it('is not sent at all when it was waiting still', async () => {
    await open({}, { gatherMs: 300 })
    const seq = await answer('not for you')
    await takeBack(seq)
    await answer('for you')
    await expect.poll(shown, { timeout: 3_000 }).toEqual(['for you'])
    expect(await told()).toEqual([])
  })

  it('is taken back by its own number, once, however often the platform has to be asked', async () => {
    const asked: string[] = []
    await open({
      async recall(native) {
        asked.push(native)
        await chat.takeBack(native)
      },
    })
    const seq = await answer('one', 'https://shop.example/two.png')
    await expect.poll(shown).toHaveLength(2)
    const natives = chat.inbox(LIN).map(({ native }) => native)
    await expect.poll(() => house.store.deliveriesOf({ conversation, limit: 9 })).toMatchObject([{ state: 'done' }])
    chat.fault('down')
    await takeBack(seq)
    await expect.poll(shown, { timeout: 5_000 }).toEqual([])
    expect(asked).toEqual([...natives, natives[0]])
  })

  it('is said to be there still when the platform finds that too late', async () => {
    await open()
    const seq = await answer('too late')
    await expect.poll(() => house.store.deliveriesOf({ conversation, limit: 9 })).toMatchObject([{ state: 'done' }])
    chat.fault('refused')
    await takeBack(seq)
    await expect.poll(told).toEqual([
      {
        kind: 'delivery',
        of: seq,
        channel: 'chat',
        state: 'failed',
        reason: 'the platform refuses this message',
        recall: true,
      },
    ])
    expect(shown()).toEqual(['too late'])
  })

  it('is said to be there still where a channel takes nothing back', async () => {
    await open({}, { recall: false })
    const seq = await answer('said is said')
    await expect.poll(shown).toEqual(['said is said'])
    await takeBack(seq)
    await expect.poll(told).toMatchObject([
      {
        of: seq,
        channel: 'chat',
        state: 'failed',
        reason: expect.stringMatching(/cannot be taken back/),
        recall: true,
      },
    ])
    chat.fault('refused')
    const unsent = await answer('never arrives')
    await expect.poll(told).toHaveLength(2)
    await takeBack(unsent)
    await expect.poll(async () => (await house.store.backlog(Date.now())).every(({ open }) => open === 0)).toBe(true)
    expect(await told()).toHaveLength(2)
  })

  it('is said to be there still when it travelled together with others', async () => {
    const mail = createMemoryAdapter({ platform: chat, channel: 'chat', capabilities: { recall: true, gatherMs: 100 } })
    await open({ ...mail })
    const seq = await answer('one')
    await answer('two')
    await expect.poll(shown, { timeout: 3_000 }).toEqual(['one|two'])
    await takeBack(seq)
    await expect.poll(told).toMatchObject([{ of: seq, reason: 'it travelled in one message with others' }])
  })
})

describe('what was taken back in the platform’s own client', () => {
  const recall = (of: number, author?: Participant) =>
    house.relay.receive('chat', {
      from: { address: LIN, verified: 'platform' },
      key: `r${of}`,
      native: `r${of}`,
      body: { kind: 'recall', of },
      ...(author && { author }),
    })

  it('is taken back in the log, the contact’s by the contact and ours by a person of ours', async () => {
    await open()
    const seq = await answer('typed too fast')
    await expect.poll(shown).toHaveLength(1)
    const theirs = await house.store.locate('chat', 'n1')
    await recall(theirs?.seq ?? 0)
    await recall(seq, anna)
    expect(await house.store.recalled(conversation)).toEqual(new Set([1, seq]))
    expect((await house.log(conversation)).at(-1)?.from).toEqual(anna)
    expect(await recall(seq, anna)).toMatchObject({ duplicate: true })
    expect(shown()).toEqual(['typed too fast'])
  })

  it('brings nothing that could not be brought before', async () => {
    await open()
    chat.fault('refused')
    await answer('too rude for the platform')
    await expect.poll(told).toHaveLength(1)
    const from = { address: LIN, verified: 'platform' as const }
    await house.relay.receive('chat', { from, key: 'r', native: 'r', conversation, body: { kind: 'recall', of: 1 } })
    await expect.poll(async () => (await house.store.backlog(Date.now())).every(({ open }) => open === 0)).toBe(true)
    expect((await house.log(conversation)).at(-1)?.body).toEqual({ kind: 'recall', of: 1 })
    expect(shown()).toEqual([])
  })

  it('is never somebody else’s', async () => {
    await open()
    const seq = await answer('ours')
    await expect(recall(seq)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(recall(1, anna)).rejects.toMatchObject({ code: 'invalid' })
  })
})
