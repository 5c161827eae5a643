import type { Server } from 'node:http'
import { createWeComAppAdapter } from '@hutong/adapter-wecom'
import { createFakeWeCom, type FakeWeCom } from '@hutong/adapter-wecom/fake'
import type { Backend } from '@hutong/core/backend'
import type { Part } from '@hutong/core/parts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const COMPANY = { corpId: 'ww0123456789abcdef', secret: 'app-secret', token: 'callbacktoken', agentId: 1_000_002 }
const SEND = '/cgi-bin/message/send'

let wecom: FakeWeCom
let house: TestRelay
let http: Server

const MENU: Part = {
  kind: 'choices',
  text: 'Which pot?',
  options: [
    { id: 'pot-blue', label: 'Blue' },
    { id: 'pot-red', label: 'Red' },
  ],
}

/** Answers words with words, "menu" with options and "rate" with a question for a score. */
const echo: Backend = {
  name: 'echo',
  handle: async ({ entry: { body } }) => {
    if (body.kind !== 'message') return
    const [part] = body.parts
    const words = part?.kind === 'text' ? part.text : part?.kind
    if (words === 'menu') return { kind: 'reply', parts: [MENU] }
    if (words === 'rate') return { kind: 'reply', parts: [{ kind: 'rating', scale: 'csat' }] }
    return { kind: 'reply', parts: [{ kind: 'text', text: `you said ${body.choice?.id ?? words}`, format: 'plain' }] }
  },
}

beforeEach(async () => {
  const { token, secret } = COMPANY
  wecom = await createFakeWeCom({
    corpId: COMPANY.corpId,
    app: { token, secret, encodingAesKey: KEY, agentId: COMPANY.agentId },
    kf: { token, secret: 'kf-secret', encodingAesKey: KEY, accounts: [] },
    robots: [],
  })
  const place = { channel: 'helpdesk', site: 'shop', apiBase: wecom.url, encodingAesKeys: [KEY] }
  house = await openTestRelay({
    adapters: [createWeComAppAdapter({ ...COMPANY, ...place })],
    backends: [echo],
    routing: ['echo', 'desk'],
  })
  http = createHttpServer({ fetch: (request) => house.relay.fetch(request) })
  wecom.app.callback(
    `http://127.0.0.1:${await listen(http, { host: '127.0.0.1', port: 0 })}/channels/helpdesk/callback`,
  )
})
afterEach(async () => {
  await closeServer(http, 100)
  await house.close()
  await wecom.close()
})

function answers(): string[] {
  const shown = wecom.member('Lin').sees()
  return shown.flatMap((one) => (one.from === 'account' && one.kind === 'text' ? [one.text] : []))
}

/** Presses a button of the card that was sent last. */
async function press(option: string): Promise<void> {
  const sent = () => wecom.calls.filter(({ path }) => path === SEND).at(-1)?.json
  await expect.poll(sent, { timeout: 5_000 }).toMatchObject({ msgtype: 'template_card' })
  const text = JSON.stringify(sent())
  const [, key = ''] = new RegExp(`"key":"(hutong:[^"]*:${option})"`).exec(text) ?? []
  const [, task = ''] = /"task_id":"([^"]*)"/.exec(text) ?? []
  await wecom.member('Lin').press(task, key)
}

it('answers a member once, whose answer was lost on the way', async () => {
  wecom.faults.next(SEND, 'reset-after-accept')
  await wecom.member('Lin').say('hello')
  await expect.poll(answers, { timeout: 10_000 }).toEqual(['you said hello'])
  const tries = () => wecom.calls.filter(({ path }) => path === SEND).length
  await expect.poll(tries, { timeout: 10_000 }).toBe(2)
  expect(answers()).toEqual(['you said hello'])
}, 20_000)

it('knows which button a member pressed, and shows it on the card', async () => {
  await wecom.member('Lin').say('menu')
  await press('pot-red')
  await expect.poll(answers, { timeout: 5_000 }).toEqual(['you said pot-red'])
  const card = () =>
    wecom
      .member('Lin')
      .sees()
      .find((one) => one.kind === 'menu')
  await expect.poll(card, { timeout: 5_000 }).toMatchObject({ items: [], tail: '✓ Red' })
})

it('keeps the score that a member pressed', async () => {
  await wecom.member('Lin').say('rate')
  await press('5')
  const conversation = await house.store.find('shop', 'helpdesk', 'Lin')
  const kept = conversation ? await house.log(conversation.id) : []
  expect(kept.map(({ body }) => body).filter(({ kind }) => kind === 'rating')).toMatchObject([
    { scale: 'csat', score: 5 },
  ])
})

it('brings every word of a backend that says the same three times', async () => {
  for (let time = 0; time < 3; time += 1) await wecom.member('Lin').say('ok')
  await expect.poll(answers, { timeout: 5_000 }).toEqual(['you said ok', 'you said ok', 'you said ok'])
})
