import type { Server } from 'node:http'
import { createEmailAdapter } from '@hutong/adapter-email'
import { createWeChatAdapter } from '@hutong/adapter-wechat'
import { createFakeWeChat } from '@hutong/adapter-wechat/fake'
import { createWeComKfAdapter } from '@hutong/adapter-wecom'
import { createFakeWeCom } from '@hutong/adapter-wecom/fake'
import type { Adapter } from '@hutong/core/adapter'
import type { Backend } from '@hutong/core/backend'
import type { Body } from '@hutong/core/entry'
import { afterEach, expect, it } from 'vitest'
import { letter, openPostOffice } from '../adapters/email/test-post-office.ts'
import { type RatingSettings, ratingSettings } from './ask-rating-settings.ts'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay, webChannel } from './test-relay.ts'

/** A customer of each platform is asked by a relay whose bot answers and closes; no bot knows the channel. */
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'

const bot: Backend = {
  name: 'bot',
  handle: async () => [
    { kind: 'reply', parts: [{ kind: 'text', text: 'Here it is.', format: 'plain' }] },
    { kind: 'close' },
  ],
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function open(adapter: Adapter, ask: RatingSettings['ask']): Promise<TestRelay> {
  const house = await openTestRelay({
    adapters: [webChannel, adapter],
    backends: [bot],
    routing: ['bot', 'desk'],
    ratings: ratingSettings.parse({ ask }),
  })
  closing.push(() => house.close())
  return house
}

async function reachable(house: TestRelay, channel: string): Promise<string> {
  const http: Server = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  closing.push(() => closeServer(http, 100))
  return `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}/channels/${channel}/callback`
}

async function given(house: TestRelay, channel: string, address: string): Promise<Body[]> {
  const conversation = await house.store.find('shop', channel, address)
  const log = conversation ? await house.log(conversation.id) : []
  return log.flatMap(({ body }) => (body.kind === 'rating' ? [body] : []))
}

async function statusOf(house: TestRelay, channel: string, address: string) {
  return (await house.store.find('shop', channel, address))?.status
}

const ACCOUNT = { appId: 'wx0123456789abcdef', secret: 'app-secret', token: 'callbacktoken' }

async function onWeChat(ask: RatingSettings['ask']) {
  const wechat = await createFakeWeChat({ ...ACCOUNT, encodingAesKey: KEY, format: 'xml', mode: 'safe' })
  closing.push(() => wechat.close())
  const place = { encodingAesKeys: [KEY], site: 'shop', channel: 'gzh', api: wechat.url, passiveReplyMs: 0 }
  const house = await open(createWeChatAdapter({ ...ACCOUNT, ...place }), ask)
  wechat.callback(await reachable(house, 'gzh'))
  const phone = wechat.phone('o_lin')
  await phone.follow()
  await phone.say('hi')
  return { house, phone, seen: () => phone.sees().filter(({ from }) => from === 'account') }
}

it.each([
  ['很满意', 5],
  ['4分', 4],
  ['不太满意', 2],
])('a customer in WeChat who types “%s” has given %i', async (text, score) => {
  const { house, phone, seen } = await onWeChat('csat')
  await expect.poll(seen, { timeout: 5_000 }).toMatchObject([{ kind: 'text' }, { kind: 'menu' }])
  await phone.say(text)
  await expect.poll(() => given(house, 'gzh', 'o_lin'), { timeout: 5_000 }).toMatchObject([{ scale: 'csat', score }])
  expect(await statusOf(house, 'gzh', 'o_lin')).toBe('closed')
})

it('a customer in WeChat is asked in text what has too many scores for a menu', async () => {
  const { house, phone, seen } = await onWeChat('nps')
  const text = { kind: 'text', text: 'How likely are you to recommend us to a friend?\n0 👎 – 10 👍' }
  await expect.poll(seen, { timeout: 5_000 }).toMatchObject([{ kind: 'text' }, text])
  await phone.say('十分')
  await expect.poll(() => given(house, 'gzh', 'o_lin'), { timeout: 5_000 }).toMatchObject([{ scale: 'nps', score: 10 }])
})

it('a customer of WeChat customer service taps whether it is solved and types how content she is', async () => {
  const account = 'wkAJ2GCAAASSm4FhToWMFea0xAFfd3Q'
  const company = { corpId: 'ww0123456789abcdef', secret: 'kf-secret', token: 'callbacktoken' }
  const secrets = { secret: company.secret, token: company.token, encodingAesKey: KEY }
  const wecom = await createFakeWeCom({
    corpId: company.corpId,
    app: { ...secrets, agentId: 1, secret: 'app-secret' },
    kf: { ...secrets, accounts: [{ openKfId: account, name: 'Shop', servicers: ['zhangsan'] }] },
    robots: [],
  })
  closing.push(() => wecom.close())
  const place = { channel: 'kf', site: 'shop', apiBase: wecom.url, openKfIds: [account], encodingAesKeys: [KEY] }
  const house = await open(createWeComKfAdapter({ ...company, ...place }), ['solved', 'csat'])
  wecom.kf.callback(await reachable(house, 'kf'))
  const lin = wecom.customer('wmlin')
  await lin.say('hi')
  const menus = () => lin.sees().filter((one) => one.kind === 'menu')
  await expect.poll(() => menus().length, { timeout: 5_000 }).toBe(1)
  const [shown] = menus()
  const solved = shown?.kind === 'menu' ? shown.items.find(({ text }) => text === '1 👍') : undefined
  await lin.pick(solved?.id ?? '')
  await expect.poll(() => menus().length, { timeout: 5_000 }).toBe(2)
  await lin.say('满意，就是慢了点')
  const address = `wmlin@${account}`
  await expect
    .poll(() => given(house, 'kf', address), { timeout: 5_000 })
    .toMatchObject([
      { scale: 'solved', score: 1 },
      { scale: 'csat', score: 4, comment: '就是慢了点' },
    ])
  expect(await statusOf(house, 'kf', address)).toBe('closed')
})

it('a customer who answers the mail has given the score above what her program quotes', async () => {
  const office = await openPostOffice()
  closing.push(() => office.close())
  const [support, lin] = [office.fresh('support'), office.fresh('lin')]
  const house = await open(createEmailAdapter({ ...office.options(support), site: 'shop' }), 'csat')
  const mail = { from: lin, to: support, subject: 'Where is my parcel?' }
  await office.dovecot.deliver(support, letter({ ...mail, id: 'first', text: 'It should have come.' }))
  const asked = async () => (await office.inbox(lin)).find(({ text }) => text.includes('1 👎 – 5 👍'))
  await expect.poll(asked, { timeout: 10_000 }).toBeDefined()
  const question = await asked()
  const text = `4, but slow\n\nOn Sat, Nov 21, 2026 at 3:00 AM Shop <${support}> wrote:\n\n> How satisfied are you?\n> 1 – 5`
  const headers = { 'In-Reply-To': question?.headers.get('message-id') ?? '' }
  await office.dovecot.deliver(
    support,
    letter({ ...mail, id: 'second', subject: 'Re: Where is my parcel?', text, headers }),
  )
  await expect
    .poll(() => given(house, 'mail', lin), { timeout: 10_000 })
    .toMatchObject([{ scale: 'csat', score: 4, comment: 'but slow' }])
  expect(await statusOf(house, 'mail', lin)).toBe('closed')
}, 40_000)
