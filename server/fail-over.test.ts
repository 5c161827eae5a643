import { DatabaseSync } from 'node:sqlite'
import type { Adapter } from '@hutong/core/adapter'
import type { Entry, Participant } from '@hutong/core/entry'
import { visibleToContact } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import type { Signal } from '@hutong/core/signal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const ADA = 'ada@example.org'

let mail: MemoryPlatform
let sms: MemoryPlatform
let houses: TestRelay[]
let conversation: string
let signals: Signal[]
let said = 0

/** A relay whose mail cannot be sent twice under one key, on the data of `on` when there was one before. */
async function open(carrier: Partial<Adapter> = {}, on?: TestRelay): Promise<TestRelay> {
  const letters = createMemoryAdapter({ platform: mail, channel: 'mail' })
  const house = await openTestRelay({
    adapters: [webChannel, { ...letters, ...carrier }, createMemoryAdapter({ platform: sms, channel: 'sms' })],
    reach: { afterMs: 200, unreadMs: 5_000 },
    ...(on && { path: on.path }),
  })
  houses.push(house)
  house.relay.follow(conversation, { entries() {}, signal: (one) => signals.push(one) })
  return house
}

beforeEach(() => {
  mail = createMemoryPlatform({ idempotentSend: 'none' })
  sms = createMemoryPlatform()
  houses = []
  signals = []
})
afterEach(async () => {
  for (const house of houses.toReversed()) await house.close()
})

/** A visitor who wrote in the widget once, with a proven mail address and a proven phone. */
async function customer(house: TestRelay): Promise<void> {
  const written = await house.write('hello')
  conversation = written.conversation
  house.relay.follow(conversation, { entries() {}, signal: (one) => signals.push(one) })
  const contact = (await house.store.conversation(conversation))?.contact ?? ''
  await house.store.addIdentity(contact, { channel: 'sms', address: '+49', verified: 'code', at: 1 })
  await house.store.addIdentity(contact, { channel: 'mail', address: ADA, verified: 'dmarc', at: 2 })
}

const answer = (house: TestRelay, text: string) =>
  house.relay.act(anna, conversation, {
    key: `answer${said++}`,
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text, format: 'plain' }] }],
  })

const texts = (platform: MemoryPlatform, address: string) =>
  platform.inbox(address).map(({ parts }) => parts.map((one) => ('text' in one ? one.text : '')).join('|'))
const told = (entries: readonly Entry[]) => entries.flatMap(({ body }) => (body.kind === 'delivery' ? [body] : []))
const rows = (house: TestRelay) => house.store.deliveriesOf({ conversation, limit: 9 })

describe('a message of which nobody knows whether it arrived', () => {
  it('is written down for the agents with the reason, hidden from the customer, and goes no other way', async () => {
    const house = await open()
    await customer(house)
    mail.fault('lost')
    await answer(house, 'we have it')
    const entries = await house.until(conversation, (all) => told(all).length > 0)
    expect(told(entries)).toEqual([
      { kind: 'delivery', of: 3, channel: 'mail', state: 'unsure', reason: 'the platform did not answer' },
    ])
    expect(entries.map(visibleToContact).flatMap(({ body }) => (body.kind === 'delivery' ? [body] : []))).toEqual([])
    expect(signals).toContainEqual(
      expect.objectContaining({ of: 3, state: 'unsure', reason: 'the platform did not answer' }),
    )
    await expect.poll(() => rows(house)).toMatchObject([{ state: 'unsure', target: 'channel:mail' }])
    await answer(house, 'anything else?')
    await expect.poll(() => texts(mail, ADA)).toEqual(['we have it', 'anything else?'])
    expect(sms.inbox('+49')).toEqual([])
  })

  it('goes the next way once the platform reports that it did not arrive', async () => {
    const house = await open({ send: async () => ({ state: 'unsure', reason: 'no copy was found', native: 'n1' }) })
    await customer(house)
    await answer(house, 'we have it')
    await expect.poll(() => rows(house)).toMatchObject([{ state: 'unsure' }])
    await house.relay.report('mail', 'n1', { state: 'failed', reason: 'mailbox full' })
    await expect.poll(() => texts(sms, '+49')).toEqual(['we have it'])
    expect(told(await house.log(conversation)).map(({ state, next }) => [state, next])).toEqual([
      ['unsure', undefined],
      ['failed', 'sms'],
    ])
  })

  it('is sent again when a person asks for it, and once', async () => {
    const house = await open()
    await customer(house)
    mail.fault('lost')
    await answer(house, 'we have it')
    await expect.poll(() => rows(house)).toMatchObject([{ state: 'unsure' }])
    const [row] = await rows(house)
    await house.store.replay([row?.id ?? 0], Date.now())
    await answer(house, 'and another')
    await expect.poll(() => texts(mail, ADA)).toEqual(['we have it', 'we have it', 'and another'])
    await expect.poll(() => rows(house)).toMatchObject([{ state: 'done' }, { state: 'done' }])
  })

  it('is not sent twice when the relay was killed while it was sent: the agents learn that nobody knows', async () => {
    let cutOff = () => {}
    const never = new Promise<never>((_, reject) => {
      cutOff = () => reject(new Error('the relay is gone'))
    })
    const killed = await open({
      async send({ to, key, parts }) {
        await mail.take({ to, key, parts })
        return never
      },
    })
    await customer(killed)
    await answer(killed, 'we have it')
    await expect.poll(() => texts(mail, ADA)).toEqual(['we have it'])
    leasesEnd(killed)
    const house = await open({}, killed)
    const entries = await house.until(conversation, (all) => told(all).length > 0)
    expect(told(entries)).toMatchObject([{ of: 3, state: 'unsure', reason: expect.stringMatching(/stopped while/) }])
    expect(texts(mail, ADA)).toEqual(['we have it'])
    cutOff()
  })
})

/** As after ten seconds in which a killed relay renewed nothing. */
function leasesEnd({ path }: TestRelay): void {
  const database = new DatabaseSync(path)
  database.exec("update outbox set due = 0 where state = 'leased'")
  database.close()
}

it('goes the next way when a message bounces after hundreds of others were sent', async () => {
  const house = await open()
  await customer(house)
  await answer(house, 'the one that bounces')
  await expect.poll(() => rows(house)).toMatchObject([{ state: 'done' }])
  const native = mail.inbox(ADA)[0]?.native ?? ''
  const actions = Array.from({ length: 10 }, (_, index) => ({
    kind: 'reply' as const,
    parts: [{ kind: 'text' as const, text: `another ${index}`, format: 'plain' as const }],
  }))
  for (let times = 0; times < 21; times += 1)
    await house.relay.act(anna, conversation, { key: `many${times}`, actions })
  await expect.poll(() => mail.inbox(ADA).length, { timeout: 10_000 }).toBe(211)
  await mail.report(native, { state: 'failed', reason: 'mailbox full' })
  await expect.poll(() => texts(sms, '+49')).toEqual(['the one that bounces'])
  expect(told(await house.log(conversation))).toMatchObject([{ of: 3, reason: 'mailbox full', next: 'sms' }])
})

it('tells the agents when a message need not be sent because it was read', async () => {
  const house = await open()
  await customer(house)
  const web = { channel: 'web', site: 'shop', address: 'visitor' }
  house.relay.contactSignal(web, { kind: 'presence', online: true })
  await expect.poll(() => house.relay.online(conversation)).toBe(true)
  await answer(house, 'we have it')
  house.relay.contactSignal(web, { kind: 'cursor', delivered: 3, read: 3 })
  await expect.poll(() => house.store.cursors(conversation)).toContainEqual(expect.objectContaining({ read: 3 }))
  house.relay.contactSignal(web, { kind: 'presence', online: false })
  await expect.poll(() => signals).toContainEqual(expect.objectContaining({ of: 3, channel: 'mail', state: 'skipped' }))
  expect(mail.inbox(ADA)).toEqual([])
})
