import type { Capabilities } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import type { Signal } from '@hutong/core/signal'
import { afterEach, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const ADA = 'ada@example.org'
const AFTER = 300

let house: TestRelay | undefined
let said = 0
afterEach(async () => {
  await house?.close()
  house = undefined
})

interface Scene {
  relay: TestRelay
  mail: MemoryPlatform
  sms: MemoryPlatform
  conversation: string
  signals: Signal[]
  answer(...texts: string[]): Promise<void>
  widget(online: boolean): void
  read(seq: number): void
}

/** A visitor of the web channel who has written once, with a proven mail address and a proven phone. */
async function scene(capabilities: Partial<Capabilities> = {}): Promise<Scene> {
  const mail = createMemoryPlatform()
  const sms = createMemoryPlatform()
  const relay = await openTestRelay({
    adapters: [
      webChannel,
      createMemoryAdapter({ platform: mail, channel: 'mail', capabilities }),
      createMemoryAdapter({ platform: sms, channel: 'sms' }),
    ],
    reach: { afterMs: AFTER, unreadMs: 5_000 },
  })
  house = relay
  const from = { address: 'visitor', verified: 'token' as const }
  const { conversation } = await relay.relay.receive('web', {
    from,
    site: 'shop',
    key: 'first',
    body: textBody('hello'),
  })
  const contact = (await relay.store.conversation(conversation))?.contact ?? ''
  await relay.store.addIdentity(contact, { channel: 'sms', address: '+49', verified: 'code', at: 1 })
  await relay.store.addIdentity(contact, { channel: 'mail', address: ADA, verified: 'dmarc', at: 2 })
  const signals: Signal[] = []
  relay.relay.follow(conversation, { entries() {}, signal: (one) => signals.push(one) })
  const web = { channel: 'web', site: 'shop', address: 'visitor' }
  return {
    relay,
    mail,
    sms,
    conversation,
    signals,
    async answer(...texts) {
      for (const text of texts) {
        const key = `answer${said++}`
        await relay.relay.act(anna, conversation, {
          key,
          actions: [{ kind: 'reply', parts: [{ kind: 'text', text, format: 'plain' }] }],
        })
      }
    },
    widget: (online) => relay.relay.contactSignal(web, { kind: 'presence', online }),
    read: (seq) => relay.relay.contactSignal(web, { kind: 'cursor', delivered: seq, read: seq }),
  }
}

function texts(platform: MemoryPlatform, address: string): string[] {
  return platform.inbox(address).map(({ parts }) => parts.map((one) => ('text' in one ? one.text : '')).join('|'))
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('sends the answer by mail once the visitor has closed the tab for the stated time', async () => {
  const { mail, sms, answer, widget, signals } = await scene()
  widget(true)
  await pause(20)
  await answer('we have it')
  widget(false)
  await pause(AFTER / 2)
  expect(texts(mail, ADA)).toEqual([])
  await expect.poll(() => texts(mail, ADA)).toEqual(['we have it'])
  expect(sms.inbox('+49')).toEqual([])
  await expect
    .poll(() => signals)
    .toContainEqual(expect.objectContaining({ kind: 'delivery', channel: 'mail', state: 'sent' }))
})

it('sends nothing to a visitor who is there, and nothing that was read', async () => {
  const { relay, mail, conversation, answer, widget, read } = await scene()
  widget(true)
  await pause(20)
  await answer('we have it')
  await pause(AFTER * 3)
  expect(texts(mail, ADA)).toEqual([])
  read(9)
  widget(false)
  await expect
    .poll(() => relay.store.deliveriesOf({ conversation, limit: 9 }), { timeout: 3_000 })
    .toMatchObject([{ state: 'skipped', target: 'channel:mail', why: 'verified', address: ADA, tries: 1 }])
  expect(texts(mail, ADA)).toEqual([])
})

it('answers at once where the customer wrote last', async () => {
  const { relay, mail, conversation, answer } = await scene()
  const from = { address: ADA, verified: 'dmarc' as const }
  await relay.relay.receive('mail', { from, site: 'shop', key: 'm1', body: textBody('I am out now'), conversation })
  const started = Date.now()
  await answer('fine')
  await expect.poll(() => texts(mail, ADA)).toEqual(['fine'])
  expect(Date.now() - started).toBeLessThan(AFTER)
})

it('answers on the phone who wrote from there last, though the widget is open', async () => {
  const { relay, sms, mail, conversation, answer, widget } = await scene()
  widget(true)
  await pause(20)
  const from = { address: '+49', verified: 'code' as const }
  await relay.relay.receive('sms', { from, site: 'shop', key: 's1', body: textBody('I am out now'), conversation })
  const started = Date.now()
  await answer('fine')
  await expect.poll(() => texts(sms, '+49')).toEqual(['fine'])
  expect(Date.now() - started).toBeLessThan(AFTER)
  expect(mail.inbox(ADA)).toEqual([])
})

it('goes on to the next proven address when one cannot be reached, and tells the agent', async () => {
  const { relay, mail, sms, conversation, answer } = await scene()
  mail.fault('gone')
  await answer('we have it')
  await expect.poll(() => texts(sms, '+49')).toEqual(['we have it'])
  const told = (await relay.log(conversation)).filter(({ body }) => body.kind === 'delivery')
  expect(told.map(({ body }) => body)).toEqual([
    { kind: 'delivery', of: 3, channel: 'mail', state: 'failed', reason: 'the person has blocked us', next: 'sms' },
  ])
})

it('goes on to the next address when the platform reports later that it could not deliver, once', async () => {
  const { relay, mail, sms, conversation, answer } = await scene()
  await answer('we have it')
  await expect.poll(() => mail.inbox(ADA)).toHaveLength(1)
  const native = mail.inbox(ADA)[0]?.native ?? ''
  await expect.poll(() => relay.store.deliveriesOf({ conversation, limit: 9 })).toMatchObject([{ state: 'done' }])
  await mail.report(native, { state: 'failed', reason: 'mailbox full' })
  await mail.report(native, { state: 'failed', reason: 'mailbox full' })
  await expect.poll(() => texts(sms, '+49')).toEqual(['we have it'])
  const told = (await relay.log(conversation)).filter(({ body }) => body.kind === 'delivery')
  expect(told).toHaveLength(1)
  expect(told[0]?.body).toMatchObject({ reason: 'mailbox full', next: 'sms' })
})

it('says so when no way is left but the widget', async () => {
  const { relay, mail, sms, conversation, answer } = await scene()
  mail.fault('gone')
  sms.fault('gone')
  await answer('we have it')
  const entries = await relay.until(
    conversation,
    (all) => all.filter(({ body }) => body.kind === 'delivery').length === 2,
  )
  const told = entries.flatMap(({ body }) => (body.kind === 'delivery' ? [[body.channel, body.next]] : []))
  expect(told).toEqual([
    ['mail', 'sms'],
    ['sms', 'web'],
  ])
})

it('sends several quick answers as one message where the channel gathers', async () => {
  const { relay, mail, conversation, answer } = await scene({ gatherMs: 150 })
  await answer('one', 'two', 'three')
  await expect.poll(() => texts(mail, ADA)).toEqual(['one|two|three'])
  await pause(50)
  const rows = await relay.store.deliveriesOf({ conversation, limit: 9 })
  expect(rows.map(({ state, joined }) => [state, joined === null])).toEqual([
    ['done', false],
    ['done', false],
    ['done', true],
  ])
})

it('does not send along what a visitor who is there is about to read', async () => {
  const { relay, mail, conversation, answer, widget, read } = await scene({ gatherMs: 50 })
  widget(true)
  await pause(20)
  await answer('one')
  read(3)
  await pause(AFTER - 50)
  await answer('two')
  const states = async () => (await relay.store.deliveriesOf({ conversation, limit: 9 })).map(({ state }) => state)
  await expect.poll(states, { timeout: 3_000 }).toEqual(['ready', 'skipped'])
  await pause(AFTER)
  expect(mail.inbox(ADA)).toEqual([])
})

it('answers the address that the customer wrote from last', async () => {
  const { relay, mail, conversation, answer } = await scene()
  const work = { address: 'work@example.org', verified: 'dmarc' as const }
  const home = { address: ADA, verified: 'dmarc' as const }
  const write = (from: typeof work, key: string) =>
    relay.relay.receive('mail', { from, site: 'shop', key, body: textBody(key), conversation })
  await write(work, 'from-work')
  await answer('to work')
  await expect.poll(() => texts(mail, work.address)).toEqual(['to work'])
  await write(home, 'from-home')
  await answer('to home')
  await expect.poll(() => texts(mail, ADA)).toEqual(['to home'])
})

it('sends the gathered answers whole and once when the first try is lost', async () => {
  const { mail, answer } = await scene({ gatherMs: 150 })
  mail.fault('lost')
  await answer('one', 'two')
  await expect.poll(() => mail.inbox(ADA)).toHaveLength(1)
  await answer('three')
  await expect.poll(() => texts(mail, ADA), { timeout: 5_000 }).toEqual(['one|two', 'three'])
})

it.each([0, 150])(
  'leaves out what was recalled and sends the new words of what was edited, gathering for %i ms',
  async (gatherMs) => {
    const { relay, mail, conversation, answer } = await scene({ gatherMs })
    await answer('wrogn', 'not for you')
    const parts = [{ kind: 'text' as const, text: 'right' }]
    await relay.relay.act(anna, conversation, {
      key: 'repair',
      actions: [
        { kind: 'edit', of: 3, parts },
        { kind: 'recall', of: 4 },
      ],
    })
    await expect.poll(() => texts(mail, ADA)).toEqual(['right'])
  },
)
