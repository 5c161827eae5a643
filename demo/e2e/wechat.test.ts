import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import {
  bubbles,
  conversations,
  count,
  openChat,
  openStage,
  reply,
  type Stage,
  say,
  shows,
  violations,
} from './stage.ts'
import { mailChannel, mailSaying } from './test-mailbox.ts'

let stage: Stage | undefined
let office: PostOffice | undefined
afterEach(async () => {
  await stage?.close()
  await office?.close()
})

/** Follows the link of the invitation in the shop, which opens the phone. */
async function follow(customer: BrowserContext, shop: Page, part: RegExp): Promise<Page> {
  const opened = customer.waitForEvent('page')
  await shop.getByRole('log').getByRole('link', { name: part }).click()
  const phone = await opened
  await phone.setViewportSize({ width: 390, height: 844 })
  return phone
}

/** Two days pass by the button on the phone, for both platforms and the relay; then the agent comes back to the desk. */
async function twoDaysLater(stage: Stage, phone: Page, desk: Page): Promise<void> {
  await phone.getByRole('button', { name: '+48 h' }).click()
  await expect.poll(() => (stage.demo.wechat?.clock.now() ?? 0) - Date.now()).toBeGreaterThan(47 * 3_600_000)
  // All pages of this browser have the focus at once, so that none is told when it is looked at again.
  await desk.evaluate(() => dispatchEvent(new Event('focus')))
}

const route = (desk: Page) => desk.locator('#composer-route')

describe('a visitor who goes on in WeChat', () => {
  it('follows the code to the 公众号, is answered on the phone, and by mail once WeChat lets nobody answer there', async () => {
    office = await openPostOffice()
    const address = office.fresh('lin')
    const mail = { ...mailChannel(office, office.fresh('help')), gatherMs: 200 }
    stage = await openStage({ channels: [mail], reach: { afterMs: 500 } }, { beside: 'wechat' })
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'agent please, is the Longjing in stock?')
    await shows(shop, 'Or go on in WeChat')
    await shop.getByRole('img', { name: 'QR code to go on in WeChat' }).waitFor()
    expect(await violations(shop)).toEqual([])
    const log = shop.getByRole('log')
    await log.getByLabel('E-mail').fill(address)
    await log.getByRole('button', { name: 'Send' }).click()
    const { text: proof } = await mailSaying({ office, address }, /\d{6}/)
    await log.getByRole('textbox', { name: 'Code' }).fill(/\d{6}/.exec(proof)?.[0] ?? '')
    await log.getByRole('button', { name: 'Confirm' }).click()
    await shows(shop, `Answers that you do not read here go to ${address}`)

    const phone = await follow(customer, shop, /\/q\//)
    await phone.getByRole('button', { name: 'Follow' }).click()
    await shows(phone, 'You go on here with the conversation from our website.')
    await say(phone, 'and from my phone')
    await shows(shop, 'and from my phone')
    await shop.close()
    const desk = await stage.desk()
    await conversations(desk).first().click()
    await shows(desk, 'and from my phone')
    const said = ['agent please, is the Longjing in stock?', 'and from my phone']
    expect((await bubbles(desk)).filter((text) => said.includes(text))).toEqual(said)
    expect(await count(desk)).toBe(1)
    await reply(desk, 'Three tins are left.')
    await shows(phone, 'Three tins are left.')

    await twoDaysLater(stage, phone, desk)
    await route(desk).getByText('WeChat takes no reply now.').waitFor()
    await route(desk).getByText('It goes out by e-mail instead.').waitFor()
    await route(desk).getByText('48 hours').waitFor()
    expect(await violations(desk)).toEqual([])
    await reply(desk, 'One more tin has come.')
    await mailSaying({ office, address }, 'One more tin has come.')
    expect(await bubbles(phone)).not.toContain('One more tin has come.')
    expect(stage.complaints).toEqual([])
  })

  it('follows an agent’s link to 微信客服, is answered on the phone, and reads in the shop what WeChat did not take', async () => {
    stage = await openStage({ reach: { afterMs: 500 } }, { beside: 'wechat' })
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    const desk = await stage.desk()
    await openChat(shop)
    await say(shop, 'agent please, is the Longjing in stock?')
    await conversations(desk).first().click()
    await shows(desk, 'is the Longjing in stock?')
    await desk.getByRole('button', { name: 'Continue on another channel' }).click()
    const dialog = desk.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'WeChat Customer Service' }).check()
    await dialog.getByRole('button', { name: 'Send invitation' }).click()

    const phone = await follow(customer, shop, /scene_param=/)
    await shows(phone, 'You go on here with the conversation from our website.')
    await say(phone, 'and from my phone')
    await shows(desk, 'and from my phone')
    expect(await count(desk)).toBe(1)
    await reply(desk, 'Three tins are left.')
    await shows(phone, 'Three tins are left.')
    await shows(shop, 'Three tins are left.')
    await shop.close()

    await twoDaysLater(stage, phone, desk)
    await route(desk).getByText('WeChat Customer Service takes no reply now.').waitFor()
    await route(desk).getByText('The reply stays here, marked as not delivered.').waitFor()
    await reply(desk, 'One more tin has come.')
    await shows(desk, 'WeChat takes an answer when they write again')
    expect(await bubbles(phone)).not.toContain('One more tin has come.')
    const back = await stage.shop(customer)
    await openChat(back)
    await shows(back, 'One more tin has come.')
    expect(stage.complaints).toEqual([])
  })
})
