import type { Server } from 'node:http'
import { createWeChatAdapter } from '@hutong/adapter-wechat'
import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import { createWeComKfAdapter } from '@hutong/adapter-wecom'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const CALLBACK = { token: 'callbacktoken', encodingAesKey: KEY }
const OURS = { site: 'shop', token: CALLBACK.token, encodingAesKeys: [KEY] }
const GZH = { appId: 'wx0123456789abcdef', secret: 'app-secret' }
const CORP = { corpId: 'ww0123456789abcdef', secret: 'kf-secret' }
const ACCOUNT = 'wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw'
const SECOND = 'wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJT2'
const HOUR = 3_600_000

const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }

let wechat: FakeWeChat
let wecom: FakeWeCom
let house: TestRelay
let http: Server

/** A relay with an Official Account and a customer service account, both at platforms on this machine. */
beforeEach(async () => {
  wechat = await createFakeWeChat({ ...GZH, ...CALLBACK, format: 'xml', mode: 'safe' })
  wecom = await createFakeWeCom({
    corpId: CORP.corpId,
    app: { agentId: 1_000_002, secret: 'app-secret', ...CALLBACK },
    kf: {
      secret: CORP.secret,
      ...CALLBACK,
      accounts: [ACCOUNT, SECOND].map((openKfId) => ({ openKfId, name: 'Shop' })),
    },
    robots: [],
  })
  house = await openTestRelay({
    adapters: [
      webChannel,
      createWeChatAdapter({ ...OURS, ...GZH, channel: 'gzh', api: wechat.url }),
      createWeComKfAdapter({ ...OURS, ...CORP, channel: 'kf', apiBase: wecom.url, openKfIds: [ACCOUNT, SECOND] }),
    ],
  })
  http = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  const origin = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}`
  wechat.callback(`${origin}/channels/gzh/callback`)
  wecom.kf.callback(`${origin}/channels/kf/callback`)
})
afterEach(async () => {
  await closeServer(http, 100)
  await house.close()
  await wechat.close()
  await wecom.close()
})

const visit = () =>
  house.relay.receive('web', {
    from: { address: 'visitor', verified: 'token' },
    site: 'shop',
    key: 'visit',
    body: textBody('hello from the page'),
  })

/** Invites the visitor and gives the link that the visitor is shown. */
async function invited(conversation: string, channel: string): Promise<string> {
  await house.relay.act(anna, conversation, { key: `to-${channel}`, actions: [{ kind: 'invite', channel }] })
  const { body } = (await house.log(conversation)).at(-1) ?? {}
  const [part] = body?.kind === 'message' ? body.parts : []
  return /https?:\S+$/.exec(part?.kind === 'text' ? part.text : '')?.[0] ?? ''
}

const answer = (conversation: string, text: string) =>
  house.relay.act(anna, conversation, {
    key: text.replaceAll(' ', '-'),
    actions: [{ kind: 'reply', parts: [{ kind: 'text', text, format: 'plain' }] }],
  })

const texts = async (conversation: string) =>
  (await house.log(conversation)).flatMap(({ from, body }) =>
    body.kind === 'message' && from.kind !== 'system'
      ? body.parts.flatMap((one) => (one.kind === 'text' ? [`${from.kind}: ${one.text}`] : []))
      : [],
  )

describe('a visitor who goes on in WeChat', () => {
  it('scans the code, writes in the same conversation and is answered there, until the platform closes the window', async () => {
    const { conversation } = await visit()
    const phone = wechat.phone('oLin')
    await phone.scan(await invited(conversation, 'gzh'))
    await phone.say('and from my phone')
    await expect.poll(() => texts(conversation)).toEqual(['contact: hello from the page', 'contact: and from my phone'])
    await answer(conversation, 'we have it')
    await expect.poll(() => JSON.stringify(phone.sees())).toContain('we have it')
    wechat.advance(49 * HOUR)
    await answer(conversation, 'too late')
    const told = async () =>
      (await house.log(conversation)).flatMap(({ body }) => (body.kind === 'delivery' ? [body] : []))
    await expect
      .poll(told, { timeout: 5_000 })
      .toMatchObject([{ channel: 'gzh', state: 'failed', reason: expect.stringMatching(/\S/), next: 'web' }])
    expect(JSON.stringify(phone.sees())).not.toContain('too late')
    const now = await house.store.conversation(conversation)
    expect(now && (await house.relay.ways(now))).toMatchObject({
      open: [{ channel: 'web' }],
      closed: [{ channel: 'gzh', code: 'window_closed' }],
    })
  })

  it('follows the link to customer service, and an answer that an agent takes back disappears from the phone', async () => {
    const { conversation } = await visit()
    const phone = wecom.customer('wmLin')
    await phone.enter({ url: await invited(conversation, 'kf') })
    await phone.say('and from my phone')
    await expect.poll(() => texts(conversation)).toEqual(['contact: hello from the page', 'contact: and from my phone'])
    await answer(conversation, 'the wrong price')
    await expect.poll(() => JSON.stringify(phone.sees())).toContain('the wrong price')
    const wrong = (await house.log(conversation)).findLast(({ from }) => from.kind === 'agent')?.seq ?? 0
    const sent = () => house.store.deliveriesOf({ conversation, seq: wrong, limit: 1 })
    await expect.poll(sent).toMatchObject([{ state: 'done' }])
    await house.relay.act(anna, conversation, { key: 'recall', actions: [{ kind: 'recall', of: wrong }] })
    await expect.poll(() => JSON.stringify(phone.sees())).not.toContain('the wrong price')
    await phone.say('never mind')
    await expect.poll(async () => (await texts(conversation)).at(-1)).toBe('contact: never mind')
    await phone.recall()
    await expect.poll(async () => (await house.store.recalled(conversation)).size).toBe(2)
  })

  it('reads on the phone that the website reads along, before anything written there', async () => {
    const { conversation } = await visit()
    const [scanning, entering] = [wechat.phone('oLin'), wecom.customer('wmLin')]
    await scanning.scan(await invited(conversation, 'gzh'))
    await entering.enter({ url: await invited(conversation, 'kf') })
    const told = expect.stringMatching(/reads what you write here.*可以看到您在这里写的内容/)
    await expect.poll(() => JSON.stringify(scanning.sees()), { timeout: 5_000 }).toEqual(told)
    await expect.poll(() => JSON.stringify(entering.sees()), { timeout: 5_000 }).toEqual(told)
  })
})

describe('a customer who is made to scan a stranger’s code', () => {
  it('keeps the conversation of her own in the 公众号 until she picks to go on from the website', async () => {
    const phone = wechat.phone('oVictim')
    await phone.follow()
    await phone.say('my old secret')
    const { conversation } = await visit()
    await phone.scan(await invited(conversation, 'gzh'))
    const menu = () => phone.sees().findLast((one) => one.kind === 'menu')
    await expect.poll(menu, { timeout: 5_000 }).toBeDefined()
    await phone.say('my new secret')
    expect(await texts(conversation)).toEqual(['contact: hello from the page'])
    await phone.clickMsgMenu(menu()?.items[0]?.id ?? '')
    await expect.poll(() => JSON.stringify(phone.sees()), { timeout: 5_000 }).toContain('reads what you write here')
    await phone.say('here I am')
    expect(await texts(conversation)).toEqual(['contact: hello from the page', 'contact: here I am'])
  })

  it('keeps it in 微信客服 too', async () => {
    const phone = wecom.customer('wmVictim')
    await phone.say('my old secret')
    const own = () => house.store.find('shop', 'kf', `wmVictim@${ACCOUNT}`)
    await expect.poll(own).toBeDefined()
    const { conversation } = await visit()
    await phone.enter({ url: await invited(conversation, 'kf') })
    const menu = () => phone.sees().findLast((one) => one.kind === 'menu')
    await expect.poll(menu, { timeout: 5_000 }).toBeDefined()
    await phone.say('my new secret')
    const shown = menu()
    await phone.pick(shown?.kind === 'menu' ? (shown.items[1]?.id ?? '') : '')
    await expect.poll(() => JSON.stringify(phone.sees()), { timeout: 5_000 }).toContain('Nothing changes')
    await phone.say('my last secret')
    const secrets = ['my old secret', 'my new secret', 'my last secret']
    await expect
      .poll(async () => texts((await own())?.id ?? ''))
      .toEqual(expect.arrayContaining(secrets.map((one) => `contact: ${one}`)))
    expect(await texts(conversation)).toEqual(['contact: hello from the page'])
  })

  it('is brought by a link alone, when two follow the same one at once on two accounts', async () => {
    const { conversation } = await visit()
    const sceneParam = new URL(await invited(conversation, 'kf')).searchParams.get('scene_param') ?? ''
    const both = [wecom.customer('wmA'), wecom.customer('wmB', SECOND)]
    await Promise.all(both.map((one) => one.enter({ sceneParam })))
    await Promise.all(both.map((one) => one.say('here I am')))
    const wrote = async () => (await texts(conversation)).filter((one) => one === 'contact: here I am')
    const places = () =>
      Promise.all([house.store.find('shop', 'kf', `wmA@${ACCOUNT}`), house.store.find('shop', 'kf', `wmB@${SECOND}`)])
    await expect
      .poll(async () => (await places()).every((one) => one !== undefined && one.last > 0), { timeout: 5_000 })
      .toBe(true)
    await expect.poll(wrote, { timeout: 5_000 }).toHaveLength(1)
    expect(new Set((await places()).map((one) => one?.id)).size).toBe(2)
  })
})
