import type { Adapter } from '@hutong/core/adapter'
import type { Profile } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

/** What each address reads, and whether the platform lets us write first. */
let phones: { address: string; text: string }[]
let mayWrite: boolean
/** How many messages it turns away. */
let refuses: number
const read = (address: string) => phones.filter((one) => one.address === address).map(({ text }) => text)
/** Longer than anything here takes. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150))

/** Its choices are numbered text. */
const chat: Adapter = {
  ...webChannel,
  channel: 'chat',
  capabilities: { ...webChannel.capabilities, parts: ['text'], readsLog: false, initiate: false },
  async send({ to, parts }) {
    if (refuses > 0 && refuses--) throw new HutongError('window_closed', 'not now')
    phones.push({ address: to.address, text: parts.map((one) => (one.kind === 'text' ? one.text : one.kind)).join() })
    return { state: 'sent' }
  },
  standing: async () =>
    mayWrite ? { open: true } : { open: false, code: 'window_closed', reason: 'the customer has not written' },
}
const other: Adapter = { ...chat, channel: 'other' }

let bench: TestRelay
beforeEach(() => {
  phones = []
  mayWrite = true
  refuses = 0
})
afterEach(() => bench.close())

async function open() {
  bench = await openTestRelay({ adapters: [webChannel, chat, other] })
  const from = (channel: string, address: string, text: string, profile?: Profile) =>
    bench.relay.receive(channel, {
      from: { address, verified: 'platform', ...(profile && { profile }) },
      key: `${channel}:${address}:${text}`,
      body: { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] },
    })
  return { ...bench, from }
}

describe('an address that turns out to be somebody we know', () => {
  it('is told that it goes on in the visitor’s conversation, once, and writes there', async () => {
    const { relay, from } = await open()
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    await expect.poll(() => read('openid')).toEqual([expect.stringContaining('reads what you write here')])
    expect(read('openid')[0]).toContain('可以看到')
    expect((await from('chat', 'openid', 'here I am')).conversation).toBe(visitor.conversation)
    await settled()
    expect(read('openid')).toHaveLength(1)
  })

  it('is told while the visitor reads the widget, and only it is', async () => {
    const { relay, from } = await open()
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'first', verified: 'scene' }, visitor)
    await expect.poll(() => read('first')).toHaveLength(1)
    relay.contactSignal({ channel: 'web', address: 'visitor' }, { kind: 'presence', online: true })
    await relay.join('chat', { address: 'second', verified: 'scene' }, visitor)
    await expect.poll(() => read('second')).toHaveLength(1)
    expect(read('first')).toHaveLength(1)
  })

  it('is told as soon as it writes where the platform lets nobody write first', async () => {
    mayWrite = false
    const { relay, from } = await open()
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    await settled()
    expect(read('openid')).toEqual([])
    mayWrite = true
    await from('chat', 'openid', 'here I am')
    await expect.poll(() => read('openid')).toEqual([expect.stringContaining('reads what you write here')])
    await from('chat', 'openid', 'and again')
    await settled()
    expect(read('openid')).toHaveLength(1)
  })

  it('is told when it writes next, when the platform did not take it at first', async () => {
    refuses = 1
    const { relay, from } = await open()
    const visitor = await from('web', 'visitor', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, visitor)
    await expect.poll(() => refuses).toBe(0)
    await settled()
    await from('chat', 'openid', 'here I am')
    await expect.poll(() => read('openid')).toEqual([expect.stringContaining('reads what you write here')])
    expect((await bench.log(visitor.conversation)).filter(({ body }) => body.kind === 'delivery')).toEqual([])
  })

  describe('and has a conversation of its own', () => {
    /** The customer wrote before; a stranger has her scan the code of his own visit. */
    async function scanned(profile?: { locale: string }) {
      const all = await open()
      const before = await all.from('chat', 'openid', 'my own matter', profile)
      const stranger = await all.from('web', 'stranger', 'hello')
      await all.relay.join('chat', { address: 'openid', verified: 'scene' }, stranger)
      await expect.poll(() => read('openid')).toHaveLength(1)
      const asked = (await bench.log(before.conversation)).find(({ from }) => from.kind === 'system')?.seq ?? 0
      const pick = (id: string, key: string, channel = 'chat', address = 'openid') =>
        all.relay.receive(channel, {
          from: { address, verified: 'platform' },
          key,
          body: { kind: 'message', parts: [{ kind: 'text', text: id, format: 'plain' }], choice: { of: asked, id } },
        })
      return { ...all, before, stranger, pick }
    }

    it('is asked first, in its language, and until it picks nothing of it reaches whoever made the code', async () => {
      const { before, stranger, from, store } = await scanned({ locale: 'zh-CN' })
      expect(read('openid')).toEqual([expect.stringMatching(/^您打开了.*继续网站会话.*保持分开$/s)])
      expect((await from('chat', 'openid', 'a secret')).conversation).toBe(before.conversation)
      const log = await bench.log(stranger.conversation)
      expect(log.map(({ body }) => body.kind)).toEqual(['message'])
      const contact = (await store.conversation(before.conversation))?.contact ?? ''
      expect(await store.linked(contact)).toEqual([])
    })

    it('stays alone when it picks that, is asked of one code once, and may be asked again by another scan', async () => {
      const { before, stranger, from, pick, relay } = await scanned()
      await relay.join('chat', { address: 'openid', verified: 'scene' }, stranger)
      await pick('apart', 'p1')
      await expect.poll(() => read('openid').at(-1)).toContain('Nothing changes')
      expect(read('openid')).toHaveLength(2)
      await pick('go-on', 'p2')
      await settled()
      expect((await from('chat', 'openid', 'a secret')).conversation).toBe(before.conversation)
      await relay.join('chat', { address: 'openid', verified: 'scene' }, stranger)
      await expect.poll(() => read('openid').at(-1)).toContain('Shall we go on')
    })

    it('goes on in the visitor’s conversation once it picks that, until an agent undoes it', async () => {
      const { before, stranger, from, pick, relay, store } = await scanned()
      await pick('go-on', 'p1')
      await expect.poll(() => read('openid').at(-1)).toContain('reads what you write here')
      expect((await from('chat', 'openid', 'again')).conversation).toBe(stranger.conversation)
      const told = (await bench.log(stranger.conversation)).map(({ body }) => body.kind)
      expect(told).toEqual(['message', 'contact', 'message', 'message'])
      const contact = (await store.conversation(before.conversation))?.contact ?? ''
      await relay.unmerge({ kind: 'agent', id: 'a_anna' }, contact)
      expect((await from('chat', 'openid', 'alone')).conversation).toBe(before.conversation)
    })

    it('may answer by the number of the option, and nobody else’s answer counts', async () => {
      const { stranger, from, before, relay } = await scanned()
      await relay.receive('chat', {
        from: { address: 'friend', verified: 'platform' },
        conversation: before.conversation,
        key: 'friend',
        body: { kind: 'message', parts: [{ kind: 'text', text: '1', format: 'plain' }] },
      })
      await settled()
      expect((await from('chat', 'openid', 'still mine')).conversation).toBe(before.conversation)
      await from('chat', 'openid', '1')
      await expect.poll(() => read('openid').at(-1)).toContain('reads what you write here')
      expect((await from('chat', 'openid', 'again')).conversation).toBe(stranger.conversation)
    })
  })

  it('is not moved on from one visitor’s conversation to another’s by a further code', async () => {
    const { relay, from } = await open()
    const first = await from('web', 'first', 'hello')
    const second = await from('web', 'second', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, first)
    await relay.join('chat', { address: 'openid', verified: 'scene' }, second)
    await expect.poll(() => read('openid').at(-1)).toContain('already go on')
    expect((await from('chat', 'openid', 'hello')).conversation).toBe(first.conversation)
    expect((await from('web', 'first', 'me again')).conversation).toBe(first.conversation)
  })

  it('brings its other accounts to nobody whose link it only followed', async () => {
    const { relay, from } = await open()
    const own = await from('other', 'two', 'my own matter')
    await relay.join('other', { address: 'two' }, { union: 'u1' })
    const stranger = await from('web', 'stranger', 'hello')
    await relay.join('chat', { address: 'openid', verified: 'scene' }, stranger)
    await relay.join('chat', { address: 'openid' }, { union: 'u1' })
    expect((await from('web', 'stranger', 'what do I see?')).conversation).toBe(stranger.conversation)
    expect((await from('other', 'two', 'a secret')).conversation).toBe(own.conversation)
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
