import type { Event } from '@hutong/core/backend'
import { type ContactBody, outsider, type Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import type { Signal } from '@hutong/core/signal'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const ben: Participant = { kind: 'agent', id: 'a_ben', name: 'Ben' }

let bench: TestRelay | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})
async function open(...options: Parameters<typeof openTestRelay>): Promise<TestRelay> {
  bench = await openTestRelay(...options)
  return bench
}

const memoryMail = () => createMemoryAdapter({ platform: createMemoryPlatform(), channel: 'mail' })

it('continues the conversation that a reply proves, and answers what was asked in it', async () => {
  const house = await open({ adapters: [webChannel, memoryMail()] })
  const { conversation } = await house.write('hello')
  const mail = { from: { address: 'lin@example.org', verified: 'dmarc' as const }, site: 'shop', conversation }
  const state = { key: 'uid', value: 7 }
  const answered = await house.relay.receive('mail', {
    ...mail,
    key: 'm1',
    body: { kind: 'message', parts: [{ kind: 'text', text: 'hi', format: 'plain' }], replyTo: 1 },
    state,
  })
  expect(answered).toMatchObject({ conversation, seq: 2, duplicate: false })
  expect((await house.log(conversation)).at(-1)).toMatchObject({ channel: 'mail', body: { replyTo: 1 } })
  expect(await house.store.get('channel:mail', 'uid')).toBe(7)
  const { conversation: _, ...unproven } = mail
  expect(await house.relay.receive('mail', { ...unproven, key: 'm2', body: textBody('again') })).toMatchObject({
    conversation,
  })
})

it('tells followers on a channel nothing of deliveries, and agents everything', async () => {
  const house = await open()
  const { conversation } = await house.write('hello')
  const heard: string[] = []
  const hear = (who: string) => ({ entries() {}, signal: (one: Signal) => heard.push(`${who} ${one.kind}`) })
  house.relay.host(webChannel).log.follow(conversation, hear('visitor'))
  house.relay.follow(conversation, hear('agent'))
  house.relay.signal(conversation, { kind: 'delivery', from: anna, of: 1, channel: 'mail', state: 'sent' })
  house.relay.signal(conversation, { kind: 'typing', from: anna, on: true })
  expect(heard.toSorted()).toEqual(['agent delivery', 'agent typing', 'visitor typing'])
})

it('begins a conversation of its own when the one a reply names is not there', async () => {
  const house = await open({ adapters: [webChannel, memoryMail()] })
  const arrival = { from: { address: 'lin@example.org' }, site: 'shop', conversation: 'v_none', key: 'm1' }
  const { conversation } = await house.relay.receive('mail', { ...arrival, body: textBody('hi') })
  expect(await house.store.find('shop', 'mail', 'lin@example.org')).toMatchObject({ id: conversation })
})

it('shows what an outsider writes to agents alone, and sends nothing there', async () => {
  const house = await open({ adapters: [webChannel, memoryMail()] })
  const { conversation } = await house.write('hello')
  const from = { address: 'thief@evil.example', verified: 'dmarc' as const }
  const author = outsider(from.address)
  await house.relay.receive('mail', {
    from,
    author,
    site: 'shop',
    conversation,
    key: 'm1',
    body: textBody('give it me'),
  })
  expect((await house.log(conversation)).at(-1)).toMatchObject({ from: { name: from.address }, channel: 'mail' })
  const seen = await house.relay.host(webChannel).log.read(conversation, { after: 1, limit: 9 })
  expect(seen.map(({ body }) => body.kind)).toEqual(['hidden'])
  const now = await house.store.conversation(conversation)
  expect(now?.channel).toBe('web')
  expect((await house.store.contact(now?.contact ?? ''))?.identities.map(({ channel }) => channel)).toEqual(['web'])
})

describe('an outsider', () => {
  const author = outsider('mallory@evil.example', { unproven: true })
  const mail = { from: { address: 'mallory@evil.example' }, site: 'shop', author }
  const rating = { kind: 'rating' as const, scale: 'csat' as const, score: 1 }
  const form = {
    kind: 'form' as const,
    fields: [{ name: 'iban', label: 'Account', type: 'text' as const, required: true }],
  }
  const choices = { kind: 'choices' as const, text: 'Which?', options: [{ id: 'a', label: 'A' }] }

  it('is heard by no bot, waits for people, and leaves what a bot asked to the contact', async () => {
    const heard: string[] = []
    const bot = {
      name: 'bot',
      async handle({ entry }: Event) {
        heard.push(entry.from.id)
        return { kind: 'reply' as const, parts: [{ kind: 'text' as const, text: 'ok' }] }
      },
    }
    const house = await open({ adapters: [webChannel, memoryMail()], backends: [bot], routing: ['bot', 'desk'] })
    const { conversation } = await house.write('hello')
    await house.until(conversation, (entries) => entries.some(({ from }) => from.kind === 'bot'))
    await house.relay.receive('mail', { ...mail, conversation, key: 'm1', body: textBody('send it to me') })
    expect(await house.store.conversation(conversation)).toMatchObject({ floor: { holder: { kind: 'queue' } } })
    expect((await house.store.conversation(conversation))?.waitingSince).not.toBeNull()
    await house.relay.drain()
    expect(heard).toHaveLength(1)
  })

  it('answers, picks, rates, changes and stops nothing in the name of the contact', async () => {
    const house = await open({ adapters: [webChannel, memoryMail()] })
    const { conversation } = await house.write('hello')
    const actions = [
      { kind: 'reply' as const, parts: [choices] },
      { kind: 'ask' as const, part: form },
    ]
    await house.relay.act(anna, conversation, { key: 'asks', actions })
    const log = await house.log(conversation)
    const ofKind = (kind: string) =>
      log.find(({ body }) => body.kind === 'message' && body.parts.some((part) => part.kind === kind))?.seq ?? 0
    const message = {
      kind: 'message' as const,
      parts: [{ kind: 'text' as const, text: 'A', format: 'plain' as const }],
    }
    const tried: ContactBody[] = [
      rating,
      { kind: 'answer', of: ofKind('form'), values: { iban: 'DE00' } },
      { ...message, choice: { of: ofKind('choices'), id: 'a' } },
      { ...message, kind: 'edit', of: 1 },
      { kind: 'recall', of: 1 },
      { kind: 'reaction', of: 1, emoji: '👍', on: true },
      { kind: 'stop' },
    ]
    for (const [at, body] of tried.entries()) {
      const arrives = house.relay.receive('mail', { ...mail, conversation, key: `m${at}`, body })
      await expect(arrives, body.kind).rejects.toMatchObject({ code: 'forbidden' })
    }
    expect(await house.log(conversation)).toHaveLength(log.length)
  })

  it('is not changed or taken back by the contact', async () => {
    const house = await open({ adapters: [webChannel, memoryMail()] })
    const { conversation } = await house.write('hello')
    const { seq } = await house.relay.receive('mail', { ...mail, conversation, key: 'm1', body: textBody('mine') })
    await expect(house.write({ kind: 'recall', of: seq })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('an agent who answers by mail', () => {
  const mail = { from: { address: 'anna@shop.example', verified: 'dmarc' as const }, site: 'shop', author: anna }

  async function staffed(): Promise<TestRelay> {
    const house = await open({ adapters: [webChannel, memoryMail()], backends: [], routing: ['desk'] })
    await house.store.createAgent({
      id: anna.id,
      email: mail.from.address,
      name: 'Anna',
      password: 'x:y',
      createdAt: 1,
    })
    return house
  }

  it('takes the floor and speaks as herself, once', async () => {
    const house = await staffed()
    const { conversation } = await house.write('hello')
    const reply = { ...mail, conversation, key: 'm1', native: '<1@mail>', body: textBody('by mail') }
    const state = { key: 'uid', value: 7 }
    const first = await house.relay.receive('mail', { ...reply, state })
    expect(await house.relay.receive('mail', reply)).toEqual({ ...first, duplicate: true })
    expect((await house.log(conversation)).map(({ from, body }) => `${from.id.slice(0, 2)} ${body.kind}`)).toEqual([
      expect.stringMatching(/message/),
      'a_ handoff',
      'a_ message',
    ])
    expect((await house.log(conversation)).map(({ channel }) => channel)).toEqual(['web', undefined, 'mail'])
    const now = await house.store.conversation(conversation)
    expect(now).toMatchObject({ floor: { holder: { kind: 'agent', id: anna.id } }, waitingSince: null, channel: 'web' })
    expect(await house.store.get('channel:mail', 'uid')).toBe(7)
    expect((await house.store.contact(now?.contact ?? ''))?.identities).toHaveLength(1)
  })

  it('does not give her address to the contact, whatever she sends', async () => {
    const house = await staffed()
    const { conversation } = await house.write('hello')
    const body = { kind: 'reaction' as const, of: 1, emoji: '👍', on: true }
    await house.relay.receive('mail', { ...mail, conversation, key: 'm1', body })
    const contact = (await house.store.conversation(conversation))?.contact ?? ''
    expect((await house.store.contact(contact))?.identities.map(({ channel }) => channel)).toEqual(['web'])
  })

  it('says nothing by an absence notice', async () => {
    const house = await staffed()
    const { conversation } = await house.write('hello')
    const notice = { ...mail, conversation, key: 'm1', body: textBody('I am away'), automatic: true }
    await expect(house.relay.receive('mail', notice)).rejects.toMatchObject({ code: 'invalid' })
    expect(await house.log(conversation)).toHaveLength(1)
  })

  it('is refused when there is no such agent', async () => {
    const house = await staffed()
    const { conversation } = await house.write('hello')
    const reply = { ...mail, author: ben, conversation, key: 'm1', body: textBody('by mail') }
    await expect(house.relay.receive('mail', reply)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await house.log(conversation)).toHaveLength(1)
  })
})
