import { afterEach, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { createFakeFaults } from './fake-faults.ts'
import { createFakePhone } from './fake-phone.ts'
import { PHONE_WORDS } from './fake-phone-words.ts'
import { type FakeServer, startFakeServer } from './fake-server.ts'
import type { FakePhoneAction, FakeShown } from './fake-shown.ts'

const open: FakeServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start() {
  const shown: FakeShown[] = []
  const done: [string, FakePhoneAction][] = []
  const clock = createFakeClock(() => 1_000)
  const phone = createFakePhone({
    account: '<b>Tea & "Co"</b>',
    person: 'o_lin',
    accept: 'image/*',
    follows: true,
    clock,
    state: () => ({ following: true, typing: false, shown, bar: [] }),
    async act(person, action) {
      if (action.do === 'unfollow') throw new Error('not today')
      done.push([person, action])
    },
    send: async () => undefined,
    medium: () => undefined,
  })
  const server = await startFakeServer({ faults: createFakeFaults(), answer: (asked) => phone.answer(asked) })
  open.push(server)
  const act = (action: object, type = 'application/json') =>
    fetch(`${server.url}/phone/act?person=o_max`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(action),
    })
  return { server, phone, shown, done, clock, act }
}

test('the page comes in the language of the browser, with nothing that could break out of it', async () => {
  const { server } = await start()
  const page = async (language: string) =>
    (await fetch(`${server.url}/phone?person="><script>`, { headers: { 'accept-language': language } })).text()
  expect(await page('zh-CN,zh;q=0.9,en;q=0.8')).toContain('<html lang="zh-CN">')
  const english = await page('en-GB')
  expect(english).toContain('<html lang="en">')
  expect(english).not.toMatch(/<b>|"><script>/)
})

test('both languages say everything', () => {
  expect(Object.keys(PHONE_WORDS['zh-CN'])).toEqual(Object.keys(PHONE_WORDS.en))
})

test('the page learns of what is new without asking again and again', async () => {
  const { server, phone, shown } = await start()
  const state = async (after: string) => (await fetch(`${server.url}/phone/state?after=${after}`)).json()
  const { version } = await state('')
  const waiting = state(version)
  shown.push({ id: '1', from: 'account', at: 1, kind: 'text', text: 'hello' })
  phone.changed()
  expect((await waiting).shown).toEqual(shown)
})

test('what the person does reaches the platform, and what went wrong comes back', async () => {
  const { act, done, clock } = await start()
  expect((await act({ do: 'say', text: 'hi' })).status).toBe(200)
  expect(done).toEqual([['o_max', { do: 'say', text: 'hi' }]])
  expect((await act({ do: 'advance', ms: 3_600_000 })).status).toBe(200)
  expect(clock.now()).toBe(3_601_000)
  const refused = await act({ do: 'unfollow' })
  expect([refused.status, await refused.text()]).toEqual([422, 'not today'])
  expect((await act({ do: 'fly' })).status).toBe(400)
})

test('a form of another page cannot act for the person', async () => {
  const { act, done } = await start()
  expect((await act({ do: 'say', text: 'hi' }, 'text/plain')).status).toBe(415)
  expect(done).toEqual([])
})
