import type { Server } from 'node:http'
import { createWeComKfAdapter } from '@hutong/adapter-wecom'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import type { Backend } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const ACCOUNT = 'wkAJ2GCAAASSm4FhToWMFea0xAFfd3Q'
const COMPANY = { corpId: 'ww0123456789abcdef', secret: 'kf-secret', token: 'callbacktoken' }
const SEND = '/cgi-bin/kf/send_msg'

let wecom: FakeWeCom
let house: TestRelay
let http: Server

/** Answers words with words and "menu" with options. */
const echo: Backend = {
  name: 'echo',
  handle: async ({ entry: { body } }) => {
    if (body.kind !== 'message') return
    const [part] = body.parts
    const words = part?.kind === 'text' ? part.text : part?.kind
    if (words === 'menu') return { kind: 'reply', parts: [choices] }
    return { kind: 'reply', parts: [{ kind: 'text', text: `you said ${body.choice?.id ?? words}`, format: 'plain' }] }
  },
}
const choices: Part = {
  kind: 'choices',
  text: 'Which pot?',
  options: [
    { id: 'pot-blue', label: 'Blue' },
    { id: 'pot-red', label: 'Red' },
  ],
}

beforeEach(async () => {
  const secrets = { secret: COMPANY.secret, token: COMPANY.token, encodingAesKey: KEY }
  wecom = await createFakeWeCom({
    corpId: COMPANY.corpId,
    app: { ...secrets, agentId: 1, secret: 'app-secret' },
    kf: { ...secrets, accounts: [{ openKfId: ACCOUNT, name: 'Shop', servicers: ['zhangsan'] }] },
    robots: [],
  })
  const place = { channel: 'kf', site: 'shop', apiBase: wecom.url, openKfIds: [ACCOUNT], encodingAesKeys: [KEY] }
  house = await openTestRelay({
    adapters: [createWeComKfAdapter({ ...COMPANY, ...place })],
    backends: [echo],
    routing: ['echo', 'desk'],
  })
  http = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  wecom.kf.callback(`http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}/channels/kf/callback`)
})
afterEach(async () => {
  await closeServer(http, 100)
  await house.close()
  await wecom.close()
})

async function log(): Promise<Entry[]> {
  const conversation = await house.store.find('shop', 'kf', `wmlin@${ACCOUNT}`)
  return conversation ? house.log(conversation.id) : []
}

function answers(): string[] {
  const texts = wecom.customer('wmlin').sees()
  return texts.flatMap((one) => (one.from === 'account' && one.kind === 'text' ? [one.text] : []))
}

it('answers a customer once, whose answer was lost on the way', async () => {
  const lin = wecom.customer('wmlin')
  wecom.faults.next(SEND, 'reset-after-accept')
  await lin.say('hello')
  await expect.poll(answers, { timeout: 10_000 }).toEqual(['you said hello'])
  const tries = () => wecom.calls.filter(({ path }) => path === SEND).length
  await expect.poll(tries, { timeout: 10_000 }).toBe(2)
  expect(answers()).toEqual(['you said hello'])
  expect((await log()).filter(({ body }) => body.kind === 'delivery')).toEqual([])
}, 20_000)

it('knows what a customer tapped', async () => {
  const lin = wecom.customer('wmlin')
  await lin.say('menu')
  const menu = () => lin.sees().findLast((one) => one.kind === 'menu')
  await expect.poll(menu, { timeout: 5_000 }).toBeDefined()
  const shown = menu()
  await lin.pick(shown?.kind === 'menu' ? (shown.items[1]?.id ?? '') : '')
  await expect.poll(answers, { timeout: 5_000 }).toEqual(['you said pot-red'])
})

it('keeps what a colleague writes in WeCom as an agent’s, sends it to nobody, and takes back what is taken back', async () => {
  const lin = wecom.customer('wmlin')
  await lin.say('hello')
  await expect.poll(answers, { timeout: 5_000 }).toEqual(['you said hello'])
  const servicer = wecom.servicer('zhangsan')
  await servicer.say(lin, 'I am at it')
  await servicer.recall(lin)
  await lin.recall()
  const kept = (await log()).map(({ from, body }) => `${from.kind} ${body.kind}`)
  expect(kept.filter((one) => /message|recall/.test(one))).toEqual([
    'contact message',
    'bot message',
    'agent message',
    'agent recall',
    'contact recall',
  ])
  expect(wecom.calls.filter(({ path }) => path === SEND)).toHaveLength(1)
})

it('says that a message did not arrive which WeChat had taken, and why', async () => {
  wecom.kf.failNext(10)
  await wecom.customer('wmlin').say('hello')
  const failed = async () => (await log()).flatMap(({ body }) => (body.kind === 'delivery' ? [body.reason] : []))
  await expect.poll(failed, { timeout: 5_000 }).toEqual([expect.stringContaining('refuses messages')])
})
