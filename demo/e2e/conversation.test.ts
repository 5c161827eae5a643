import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bubbles, openChat, openFrom, openStage, type Stage, say, shows, WAITS } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

async function reply(desk: Page, text: string): Promise<void> {
  await desk.getByRole('textbox', { name: /reply/i }).fill(text)
  await desk.keyboard.press('Enter')
}

/** A customer who has asked for a person, and an agent who looks at the conversation. */
async function waiting() {
  const customer = await stage.customer()
  const shop = await stage.shop(customer)
  const desk = await stage.desk()
  await openChat(shop)
  await say(shop, 'agent please')
  await shows(shop, WAITS)
  await openFrom(desk, 'Waiting')
  return { customer, shop, desk }
}

describe('a customer in the shop', () => {
  it('asks, is answered by the bot, asks for a person, gets one, and rates', async () => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    const desk = await stage.desk()
    await openChat(shop)
    await say(shop, 'How long is delivery?')
    await shows(shop, '2 to 4 working days')
    await say(shop, 'I would like to talk to an agent')
    await shows(shop, WAITS)

    await openFrom(desk, 'Waiting')
    await desk.getByRole('button', { name: 'Take over' }).click()
    await shows(shop, 'Anna joined')
    await reply(desk, 'Anna here, what may I do for you?')
    await shows(shop, 'Anna here')
    await say(shop, 'Thank you, all is clear')
    await shows(desk, 'Thank you, all is clear')

    await desk.getByRole('button', { name: 'Close', exact: true }).click()
    await shop.getByRole('log').getByRole('button', { name: 'Very good' }).click()
    await shows(shop, 'Thank you for your feedback')
    await desk
      .getByText(/Rated 5/)
      .first()
      .waitFor()
    expect(await bubbles(shop)).toEqual(
      expect.arrayContaining(['How long is delivery?', 'Anna here, what may I do for you?', 'Thank you, all is clear']),
    )
    await customer.close()
    await desk.context().close()
  })

  it('never sees what agents note for one another', async () => {
    const { customer, shop, desk } = await waiting()
    await desk.getByRole('radio', { name: 'Internal note' }).check()
    await desk.getByRole('textbox', { name: /note/i }).fill('a secret among colleagues')
    await desk.keyboard.press('Enter')
    await shows(desk, 'a secret among colleagues')
    await desk.getByRole('radio', { name: 'Reply' }).check()
    await reply(desk, 'good morning')
    await shows(shop, 'good morning')
    expect(await shop.content()).not.toContain('secret among')
    expect((await bubbles(shop)).join(' ')).not.toContain('secret')
    await customer.close()
    await desk.context().close()
  })

  it('sees that the agent writes, and the agent sees what the customer writes before it is sent', async () => {
    const { customer, shop, desk } = await waiting()
    await desk.getByRole('button', { name: 'Take over' }).click()
    await shop.getByRole('textbox').pressSequentially('I am just thinking about it')
    await desk.getByText('thinking about it').first().waitFor()
    await desk.getByRole('textbox', { name: /reply/i }).pressSequentially('Take your')
    await shop
      .getByText(/Anna is writing/)
      .first()
      .waitFor({ state: 'attached' })
    await customer.close()
    await desk.context().close()
  })

  it('is handed from one agent to another with a word to the colleague', async () => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    const [anna, ben] = await Promise.all([stage.desk(0), stage.desk(1)])
    await openChat(shop)
    await say(shop, 'agent please')
    await shows(shop, WAITS)
    await openFrom(anna, 'Waiting')
    await reply(anna, 'hello from Anna')
    await shows(shop, 'Anna joined')
    await anna.getByRole('button', { name: 'Transfer' }).click()
    await anna.getByRole('dialog').getByRole('textbox').fill('likes it sweet')
    await anna.getByRole('dialog').getByRole('button', { name: /Ben/ }).click()
    await shows(shop, 'Ben joined')
    await openFrom(ben, 'Mine')
    await shows(ben, 'likes it sweet')
    expect((await bubbles(shop)).join(' ')).not.toContain('likes it sweet')
    await reply(ben, 'hello from Ben')
    await shows(shop, 'hello from Ben')
    await customer.close()
    await Promise.all([anna.context().close(), ben.context().close()])
  })

  it('writes and is answered in Chinese from the first word to the rating', async () => {
    const customer = await stage.customer({ locale: 'zh-CN' })
    const shop = await stage.shop(customer, '/zh/')
    const desk = await stage.desk()
    await openChat(shop)
    await say(shop, '配送要几天？')
    await shows(shop, '二至四个工作日')
    await say(shop, '转人工')
    await shows(shop, WAITS)
    await openFrom(desk, 'Waiting')
    await reply(desk, '您好，我是安娜，请问有什么可以帮您？')
    await shows(shop, '请问有什么可以帮您')
    await say(shop, '谢谢，没有问题了')
    await shows(desk, '谢谢，没有问题了')
    await desk.getByRole('button', { name: 'Close', exact: true }).click()
    await shop.getByRole('log').getByRole('button', { name: '非常满意' }).click()
    await desk
      .getByText(/Rated 5/)
      .first()
      .waitFor()
    await customer.close()
    await desk.context().close()
  })

  it('leaves nothing to complain about in any page’s console', () => {
    expect(stage.complaints).toEqual([])
  })
})
