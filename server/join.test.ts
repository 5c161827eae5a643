import type { Adapter } from '@hutong/core/adapter'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

const chat: Adapter = {
  ...webChannel,
  channel: 'chat',
  capabilities: { ...webChannel.capabilities, readsLog: false, initiate: false },
  send: async () => ({ state: 'sent' }),
}
const other: Adapter = { ...chat, channel: 'other' }

let bench: TestRelay
afterEach(() => bench.close())

async function open() {
  bench = await openTestRelay({ adapters: [webChannel, chat, other] })
  const from = (channel: string, address: string, text: string) =>
    bench.relay.receive(channel, {
      from: { address, verified: 'platform' },
      key: `${channel}:${address}:${text}`,
      body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
    })
  return { ...bench, from }
}

describe('an address that turns out to be somebody we know', () => {
  it('is one more identity of the visitor whose link it followed, and writes in the same conversation', async () => {
    const { relay, from } = await open()
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    expect(await from('chat', 'openid', 'here I am')).toMatchObject({ conversation: visitor.conversation, seq: 2 })
  })

  it('goes on in the visitor’s conversation when it has written before, until an agent undoes that', async () => {
    const { relay, store, from } = await open()
    const before = await from('chat', 'openid', 'hello')
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    expect((await from('chat', 'openid', 'again')).conversation).toBe(visitor.conversation)
    expect((await bench.log(before.conversation)).map(({ body }) => body.kind)).toEqual(['message', 'contact'])
    const contact = (await store.conversation(before.conversation))?.contact ?? ''
    await relay.unmerge({ kind: 'agent', id: 'a_anna' }, contact)
    expect((await from('chat', 'openid', 'alone')).conversation).toBe(before.conversation)
  })

  it('is the person whom the platform knows by one key on two channels', async () => {
    const { relay, from } = await open()
    const first = await from('chat', 'one', 'hello')
    await relay.join('chat', { address: 'one' }, { union: 'u1' })
    const second = await from('other', 'two', 'hello')
    expect(second.conversation).not.toBe(first.conversation)
    await relay.join('other', { address: 'two' }, { union: 'u1' })
    expect((await from('other', 'two', 'me again')).conversation).toBe(first.conversation)
  })

  it('is nobody’s when the conversation is unknown', async () => {
    const { relay, from } = await open()
    await relay.join('chat', { address: 'openid', verified: 'scene' }, { conversation: 'v_none' })
    expect((await from('chat', 'openid', 'hello')).seq).toBe(1)
  })

  it('is found again by the platform’s id of what it wrote', async () => {
    const { relay, store } = await open()
    const said = await relay.receive('chat', {
      from: { address: 'openid' },
      key: 'k',
      native: 'm1',
      body: { kind: 'message', parts: [{ kind: 'text', text: 'x', format: 'plain' }] },
    })
    expect(await store.locate('chat', 'm1')).toEqual({ conversation: said.conversation, seq: 1 })
    expect(await store.locate('web', 'm1')).toBeUndefined()
  })
})
