import type { Adapter } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'
import { openStand, TOKENS } from './test-stand.ts'

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const LINK = 'https://weixin.example/q/abc'

let house: TestRelay | undefined
let invited: string[] = []
afterEach(async () => {
  await house?.close()
  house = undefined
  invited = []
})

function inviting(more: Partial<Adapter> = {}): Adapter {
  const adapter = createMemoryAdapter({ platform: createMemoryPlatform(), channel: 'wechat' })
  return {
    ...adapter,
    async invite(conversation) {
      invited.push(conversation)
      return { url: LINK, until: Date.UTC(2030, 0, 31), app: 'WeChat' }
    },
    ...more,
  }
}

async function open({ more = {}, mail = false }: { more?: Partial<Adapter>; mail?: boolean } = {}): Promise<TestRelay> {
  const post = createMemoryAdapter({ platform: createMemoryPlatform(), channel: 'mail' })
  house = await openTestRelay({
    adapters: [webChannel, inviting(more), post],
    leaveAddress: {
      channels: new Map(mail ? [['shop', 'mail']] : []),
      staffed: () => false,
      onChange: () => () => undefined,
    },
  })
  return house
}

async function invite(relay: TestRelay, conversation: string, channel = 'wechat', key = 'invite') {
  return relay.relay.act(anna, conversation, { key, actions: [{ kind: 'invite', channel }] })
}

/** A conversation whose visitor reads Chinese; nobody is asked anything in it. */
async function conversationOf({ relay }: TestRelay, locale?: string): Promise<string> {
  const profile = locale === undefined ? {} : { locale }
  const from = { address: 'visitor', profile }
  const author = { kind: 'contact' as const, id: 'visitor' }
  const arrival = { from, author, site: 'shop', key: 'first', body: textBody('hello'), automatic: true }
  return (await relay.receive('web', arrival)).conversation
}

describe('an invitation to another channel', () => {
  it('is a message of the relay with the link and a QR code that is kept, in the language of the contact', async () => {
    const relay = await open()
    const conversation = await conversationOf(relay, 'zh-CN')
    await invite(relay, conversation)
    const { from, body } = (await relay.log(conversation)).at(-1) ?? {}
    expect(from).toMatchObject({ kind: 'system' })
    const parts = body?.kind === 'message' ? body.parts : []
    expect(parts).toMatchObject([
      { kind: 'text', text: expect.stringMatching(/微信.*https:\/\/weixin\.example\/q\/abc$/) },
      { kind: 'image', type: 'image/png', alt: expect.stringContaining('二维码') },
    ])
    const file = parts[1]?.kind === 'image' ? (parts[1].file ?? '') : ''
    expect(await relay.store.dropUnusedFiles(Date.now() + 1, 9)).toEqual([])
    expect(await relay.store.file(file)).toMatchObject({ type: 'image/png', site: 'shop' })
    expect(invited).toEqual([conversation])
  })

  it('takes the floor from nobody, and a bot without the floor may not invite', async () => {
    const relay = await open()
    const conversation = await conversationOf(relay)
    await invite(relay, conversation)
    expect((await relay.store.conversation(conversation))?.floor.holder.kind).toBe('queue')
    const bot = { kind: 'bot' as const, id: 'assistant' }
    const request = { key: 'bot', actions: [{ kind: 'invite' as const, channel: 'wechat' }] }
    await expect(relay.relay.act(bot, conversation, request)).rejects.toMatchObject({ code: 'stale_floor' })
    expect(invited).toHaveLength(1)
  })

  it.each([
    ['there is no such channel', {}, 'pigeon', 'not_found'],
    ['the channel is another site’s', { site: 'other' }, 'wechat', 'not_found'],
    ['nobody can be invited to the channel', {}, 'mail', 'invalid'],
    [
      'the platform does not make one',
      { invite: () => Promise.reject(new HutongError('misconfigured', 'IP 203.0.113.9 is not on the whitelist')) },
      'wechat',
      'misconfigured',
    ],
  ] as const)('is refused with the reason when %s', async (_, more, channel, code) => {
    const relay = await open({ more })
    const conversation = await conversationOf(relay)
    await expect(invite(relay, conversation, channel)).rejects.toMatchObject({ code })
    expect(await relay.log(conversation)).toHaveLength(1)
  })

  it('is made over REST, once for each key, and the conversation says where to', async () => {
    const stand = await openStand({ channels: [inviting()] })
    const { conversation } = await stand.write('hello', { address: 'visitor' })
    const token = TOKENS.shop
    expect((await stand.ask(`/v1/conversations/${conversation}`, { token })).body).toMatchObject({
      invitations: ['wechat', 'letters'],
    })
    const follower = { from: { address: 'follower' }, site: 'shop', key: 'follow', body: textBody('hello') }
    const there = await stand.relay.receive('wechat', follower)
    expect((await stand.ask(`/v1/conversations/${there.conversation}`, { token })).body).toMatchObject({
      invitations: ['letters'],
    })
    const headers = { cookie: await stand.signIn(), origin: stand.url }
    const ask = (json: unknown) =>
      stand.ask(`/v1/conversations/${conversation}/invite`, { method: 'POST', json, headers })
    const first = await ask({ channel: 'wechat', key: 'once' })
    expect(first).toMatchObject({ status: 200, body: { seq: 2 } })
    expect((await ask({ channel: 'wechat', key: 'once' })).body).toEqual(first.body)
    expect(await ask({ channel: 'pigeon' })).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found', field: 'channel' } },
    })
    await stand.close()
  })
})

describe('a visitor who waits while nobody is there', () => {
  const asked = async (relay: TestRelay, conversation: string) =>
    (await relay.until(conversation, (all) => all.some(({ from }) => from.kind === 'system'))).flatMap(
      ({ from, body }) => (from.kind === 'system' && body.kind === 'message' ? [body.parts] : []),
    )

  it('is offered both ways in one question, once', async () => {
    const relay = await open({ mail: true })
    const { conversation } = await relay.write('anybody there?')
    const question = await asked(relay, conversation)
    expect(question.map((parts) => parts.map(({ kind }) => kind))).toEqual([['text', 'form', 'text', 'image']])
    expect(JSON.stringify(question)).toContain('Or go on in WeChat')
    await relay.write('hello?')
    const now = Date.now()
    await expect.poll(() => relay.store.backlog(now)).toEqual([])
    expect(await asked(relay, conversation)).toHaveLength(1)
    expect(invited).toHaveLength(1)
    expect(await relay.store.dropUnusedFiles(Date.now() + 1, 9)).toEqual([])
  })

  it('is offered the app alone where the site has no mailbox', async () => {
    const relay = await open()
    const { conversation } = await relay.write('anybody there?')
    const [parts = []] = await asked(relay, conversation)
    expect(parts.map(({ kind }) => kind)).toEqual(['text', 'text', 'image'])
  })

  it('is asked for an address all the same when the platform makes no invitation', async () => {
    const failing = () => Promise.reject(new HutongError('unreachable', 'down'))
    const relay = await open({ mail: true, more: { invite: failing } })
    const { conversation } = await relay.write('anybody there?')
    const [parts = []] = await asked(relay, conversation)
    expect(parts.map(({ kind }) => kind)).toEqual(['text', 'form'])
  })
})
