import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WeChatAdapter } from './index.ts'
import { openStand, type Stand } from './test-bench.ts'

const MENU = [
  { name: '订单', key: 'ORDERS' },
  {
    name: '更多',
    buttons: [
      { name: '商店', url: 'https://shop.example/' },
      { name: '客服', key: 'HELP' },
    ],
  },
]

let stand: Stand
let adapter: WeChatAdapter | undefined
beforeEach(async () => {
  stand = await openStand()
})
afterEach(async () => {
  await adapter?.close()
  await stand.close()
})

const put = () => stand.fake.calls.filter(({ path }) => path === '/cgi-bin/menu/create').length

async function open(menu: typeof MENU | undefined): Promise<void> {
  await adapter?.close()
  adapter = stand.adapter(menu === undefined ? {} : { menu })
  await adapter.open(stand.host)
}

test('the menu is put up where another one is there, and left alone where it is the same or none is wanted', async () => {
  await open(undefined)
  expect(put()).toBe(0)
  await open(MENU)
  await open(MENU)
  expect(put()).toBe(1)
  await open(MENU.slice(0, 1))
  expect(put()).toBe(2)
})

test('a press of a button inside is said by its name', async () => {
  await open(MENU)
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  await phone.clickMenu('HELP')
  expect(stand.host.arrivals.map(({ body }) => body)).toMatchObject([{ parts: [{ text: '客服' }] }])
})

test('what the platform says no to names the reason, and messages are taken in all the same', async () => {
  await open([{ name: 'far too long for a button', key: 'A' }])
  expect(stand.host.problem).toMatchObject({ code: 'rejected', message: expect.stringContaining('40018') })
  const phone = stand.fake.phone('o_lin')
  await phone.follow()
  expect(await phone.say('hi')).toMatchObject({ outcome: 'success' })
})
