import type { Server } from 'node:http'
import { createWeChatAdapter } from '@hutong/adapter-wechat'
import { createFakeWeChat, type FakeWeChat } from '@hutong/adapter-wechat/fake'
import type { Backend } from '@hutong/core/backend'
import { afterEach, expect, it } from 'vitest'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const ACCOUNT = { appId: 'wx0123456789abcdef', secret: 'app-secret', token: 'callbacktoken' }

let wechat: FakeWeChat
let house: TestRelay
let http: Server
let url: string
afterEach(async () => {
  await closeServer(http, 100)
  await house.close()
  await wechat.close()
})

/** A relay with an Official Account, whose customers this backend answers. */
async function open(backend: Backend, passiveReplyMs = 0): Promise<void> {
  wechat = await createFakeWeChat({ ...ACCOUNT, encodingAesKey: KEY, format: 'xml', mode: 'safe' })
  const account = { ...ACCOUNT, encodingAesKeys: [KEY], site: 'shop', channel: 'gzh', api: wechat.url, passiveReplyMs }
  house = await openTestRelay({
    adapters: [createWeChatAdapter(account)],
    backends: [backend],
    routing: [backend.name, 'desk'],
  })
  http = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  url = `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}/channels/gzh/callback`
  wechat.callback(url)
}

const echo: Backend = {
  name: 'echo',
  handle: async ({ entry: { body } }) => {
    const [part] = body.kind === 'message' ? body.parts : []
    if (part?.kind !== 'text') return
    return { kind: 'reply', parts: [{ kind: 'text', text: `you said ${part.text}`, format: 'plain' }] }
  },
}

/** Asks for a rating once the customer says goodbye. */
const asks: Backend = {
  name: 'asks',
  handle: async ({ entry: { body } }) =>
    body.kind === 'message'
      ? { kind: 'ask', part: { kind: 'rating', scale: 'csat', question: 'How was it?' } }
      : undefined,
}

/** The messages that are stored of this customer. */
async function stored(openid: string): Promise<string[]> {
  const conversation = await house.store.find('shop', 'gzh', openid)
  const log = conversation ? await house.log(conversation.id) : []
  return log.flatMap(({ from, body }) =>
    from.kind === 'contact' && body.kind === 'message'
      ? body.parts.flatMap((one) => (one.kind === 'text' ? [one.text] : []))
      : [],
  )
}

it('makes one message of the platform’s repeats, three at once and three after each other', async () => {
  await open(echo)
  const phone = wechat.phone('o_lin')
  await phone.follow()
  await phone.say('first')
  const fields = { MsgType: 'text', Content: 'once', MsgId: 7n }
  const same = () => wechat.deliver(wechat.compose('o_lin', fields), 1)
  await Promise.all([same(), same(), same()])
  for (let time = 0; time < 3; time += 1) await same()
  expect(await stored('o_lin')).toEqual(['first', 'once'])
  const answers = () => phone.sees().flatMap((one) => (one.from === 'account' && one.kind === 'text' ? [one.text] : []))
  await expect.poll(answers, { timeout: 5_000 }).toEqual(['you said first', 'you said once'])
})

it('answers within the push when the backend is quick enough, and shows nothing twice', async () => {
  await open(echo, 4_000)
  const phone = wechat.phone('o_lin')
  await phone.follow()
  expect(await phone.say('hi')).toMatchObject({ outcome: 'reply' })
  const answers = () => phone.sees().filter(({ from }) => from === 'account')
  expect(answers()).toMatchObject([{ kind: 'text', text: 'you said hi' }])
  expect(wechat.calls.filter(({ path }) => path.endsWith('custom/send'))).toEqual([])
})

it.each(['tapped', 'typed'])('keeps a score that the customer %s as the rating', async (how) => {
  await open(asks)
  const phone = wechat.phone('o_lin')
  await phone.follow()
  await phone.say('bye')
  const menu = () => phone.sees().findLast((one) => one.kind === 'menu')
  await expect.poll(menu, { timeout: 5_000 }).toBeDefined()
  const conversation = (await house.store.find('shop', 'gzh', 'o_lin'))?.id ?? ''
  await expect.poll(() => house.store.get('prompts', conversation)).toBeDefined()
  const shown = menu()
  const item = shown?.kind === 'menu' ? shown.items.find(({ text }) => text === '5') : undefined
  await (how === 'tapped' ? phone.clickMsgMenu(item?.id ?? '') : phone.say('5'))
  const bodies = (await house.log(conversation)).map(({ body }) => body)
  expect(bodies.at(-1)).toEqual({ kind: 'rating', of: 2, scale: 'csat', score: 5 })
})

it('shows that nobody knows whether an answer arrived, and sends it once', async () => {
  await open(echo)
  const phone = wechat.phone('o_lin')
  await phone.follow()
  wechat.faults.next('/cgi-bin/message/custom/send', 'reset-after-accept')
  await phone.say('hi')
  const told = async () => {
    const conversation = await house.store.find('shop', 'gzh', 'o_lin')
    const log = conversation ? await house.log(conversation.id) : []
    return log.flatMap(({ body }) => (body.kind === 'delivery' ? [body.state] : []))
  }
  await expect.poll(told, { timeout: 5_000 }).toEqual(['unsure'])
  expect(phone.sees().filter(({ from }) => from === 'account')).toHaveLength(1)
})
