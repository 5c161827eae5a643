import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat, openStage, type Stage, say, shows, violations, WAITS } from './stage.ts'

const PHONE = { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true }

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

describe.each([
  ['on a desktop, light', { colorScheme: 'light' as const }],
  ['on a desktop, dark', { colorScheme: 'dark' as const }],
  ['on a phone, light', { ...PHONE, colorScheme: 'light' as const }],
  ['on a phone, dark', { ...PHONE, colorScheme: 'dark' as const }],
])('axe finds nothing wrong %s', (_, options) => {
  it('with the widget, closed, open and in conversation', async () => {
    const customer = await stage.customer(options)
    const shop = await stage.shop(customer)
    expect(await violations(shop)).toEqual([])
    await openChat(shop)
    expect(await violations(shop)).toEqual([])
    await say(shop, 'Which tea do you recommend?')
    await shows(shop, 'What do you like best in a cup?')
    await say(shop, 'agent please')
    await shows(shop, WAITS)
    expect(await violations(shop)).toEqual([])
    await customer.close()
  })

  it('with the desk, list and thread', async () => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'agent please')
    await shows(shop, WAITS)
    const desk = await stage.desk(0, options)
    expect(await violations(desk)).toEqual([])
    await desk.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first().click()
    await desk.getByRole('textbox', { name: /reply/i }).waitFor()
    expect(await violations(desk)).toEqual([])
    await desk.context().close()
    await customer.close()
  })
})
