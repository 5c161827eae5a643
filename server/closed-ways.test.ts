import type { Adapter, Standing } from '@hutong/core/adapter'
import { createMemoryAdapter, createMemoryPlatform, type MemoryPlatform } from '@hutong/core/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'
import { openStand, TOKENS } from './test-stand.ts'

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const ADA = 'ada@example.org'
const CLOSED: Standing = { open: false, code: 'window_closed', reason: 'the customer wrote more than 48 hours ago' }

let wechat: MemoryPlatform
let mail: MemoryPlatform
let standing: Standing
let house: TestRelay
beforeEach(() => {
  wechat = createMemoryPlatform()
  mail = createMemoryPlatform()
  standing = { open: true, left: 5, until: 9_000 }
})
afterEach(() => house.close())

function channels(asked = async () => standing): Adapter[] {
  const adapter = createMemoryAdapter({ platform: wechat, channel: 'wechat', capabilities: { initiate: false } })
  return [{ ...adapter, standing: asked }, createMemoryAdapter({ platform: mail, channel: 'mail' })]
}

/** A contact who wrote on a channel whose platform closes its window. */
async function open(asked = async () => standing): Promise<{ id: string; contact: string }> {
  house = await openTestRelay({ adapters: [webChannel, ...channels(asked)], reach: { afterMs: 50, unreadMs: 500 } })
  const from = { address: 'openid', verified: 'platform' as const }
  const { conversation: id } = await house.relay.receive('wechat', { from, key: 'first', body: textBody('hello') })
  return { id, contact: (await house.store.conversation(id))?.contact ?? '' }
}

let said = 0
const answer = (conversation: string) =>
  house.relay.act(anna, conversation, {
    key: `answer${said++}`,
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'we have it' }] }],
  })
const told = (conversation: string) => async () =>
  (await house.log(conversation)).flatMap(({ body }) => (body.kind === 'delivery' ? [body] : []))

describe('a way that the platform has closed', () => {
  it('is not tried, and the log says in the platform’s words why, and that there is no other', async () => {
    const { id } = await open()
    standing = CLOSED
    await answer(id)
    const { reason } = CLOSED
    await expect.poll(told(id)).toEqual([{ kind: 'delivery', of: 3, channel: 'wechat', state: 'failed', reason }])
    expect(wechat.inbox('openid')).toEqual([])
  })

  it('is passed over for the next proven address', async () => {
    const { id, contact } = await open()
    await house.store.addIdentity(contact, { channel: 'mail', address: ADA, verified: 'code', at: 9 })
    standing = CLOSED
    await answer(id)
    await expect.poll(() => mail.inbox(ADA)).toHaveLength(1)
    expect(await told(id)()).toEqual([])
  })

  it('is left for the next proven address when it closes before the answer goes out', async () => {
    const { id, contact } = await open()
    await house.store.addIdentity(contact, { channel: 'mail', address: ADA, verified: 'code', at: 9 })
    const answering = answer(id)
    standing = { open: false, code: 'quota', reason: 'five of five messages are used' }
    await answering
    await expect.poll(() => mail.inbox(ADA)).toHaveLength(1)
  })

  it('leaves the answer in the widget for a visitor who has gone, and says so', async () => {
    const { id, contact } = await open()
    await house.store.addIdentity(contact, { channel: 'web', address: 'visitor', verified: 'token', at: 9 })
    standing = CLOSED
    await answer(id)
    await expect.poll(told(id)).toMatchObject([{ channel: 'wechat', reason: CLOSED.reason, next: 'web' }])
  })

  it('is said when no address of the contact is left at all', async () => {
    const { id } = await open()
    const path = house.path
    const later = await openTestRelay({ adapters: [webChannel, ...channels().slice(1)], path })
    await later.relay.act(anna, id, {
      key: 'late',
      actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'hi' }] }],
    })
    await expect
      .poll(told(id))
      .toMatchObject([{ channel: 'wechat', state: 'failed', reason: expect.stringContaining('wechat') }])
    await later.close()
  })

  it('is found out by sending where the channel cannot say', async () => {
    const { id } = await open(() => Promise.reject(new Error('no answer')))
    await answer(id)
    await expect.poll(() => wechat.inbox('openid')).toHaveLength(1)
  })

  it('is shown to agents before they write, with the reason; an open one with what is left of it', async () => {
    const { id } = await open()
    expect(await house.relay.ways((await house.store.conversation(id)) ?? fail())).toMatchObject({
      open: [{ channel: 'wechat', left: 5, until: 9_000 }],
      closed: [],
    })
    const stand = await openStand({ channels: channels() })
    const from = { address: 'openid', verified: 'platform' as const }
    const { conversation } = await stand.relay.receive('wechat', {
      from,
      key: 'first',
      site: 'shop',
      body: textBody('hello'),
    })
    standing = CLOSED
    const { body } = await stand.ask(`/v1/conversations/${conversation}`, { token: TOKENS.shop })
    expect(body).toMatchObject({
      reach: [],
      closed: [{ channel: 'wechat', address: 'openid', why: 'last', code: 'window_closed', reason: CLOSED.reason }],
    })
    await stand.close()
  })
})

function fail(): never {
  throw new Error('the conversation is gone')
}
