import { afterAll, beforeAll, expect, it } from 'vitest'
import { openChat, openStage, type Stage, say, shows, violations } from './stage.ts'

/** What answers in the shop is away. */
const AWAY = { kind: 'webhook', url: 'http://127.0.0.1:9/', secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`] }

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ backends: { knowledge: { ...AWAY, answerWithin: 1_000 } } })
})
afterAll(() => stage.close())

it.each([
  ['on a desktop', { width: 1280, height: 800 }],
  ['on a phone', { width: 375, height: 740 }],
])(
  'an agent who reads Chinese sees %s why a bot lost a customer, what was said, and one rating',
  async (_, viewport) => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    const desk = await stage.desk(0, { viewport, colorScheme: 'dark' })
    await say(shop, 'I would like:\n- two tins of Longjing\n- one pot')
    await shows(shop, 'A colleague will answer you here')
    await desk.evaluate(() => localStorage.setItem('hutong-desk:language', JSON.stringify('zh-CN')))
    await desk.reload()
    await desk.getByRole('radio', { name: /^等待中/ }).check()
    await desk.getByRole('navigation', { name: '会话' }).getByRole('link').last().click()

    const log = desk.getByRole('log')
    await log.getByText('原因：knowledge 在1秒钟内没有回答').waitFor()
    await log.getByText('Courtyard Tea · 自动通知').waitFor()
    const said = log.getByRole('list', { name: '给接待人员的摘要' }).getByRole('listitem')
    expect(await said.allInnerTexts()).toEqual([
      expect.stringMatching(/I would like:\n- two tins of Longjing\n- one pot$/),
    ])
    expect(await violations(desk)).toEqual([])

    await desk.getByRole('textbox', { name: '回复' }).fill('We have all of that.')
    await desk.keyboard.press('Enter')
    await shows(shop, 'We have all of that.')
    await say(shop, 'Thank you')
    await shows(desk, 'Thank you')
    await desk.getByRole('button', { name: '结束', exact: true }).click()
    await shop.getByRole('log').getByRole('button', { name: 'Very good' }).click()
    await log.getByText('评价：5 / 5').waitFor()
    await shows(shop, 'Thank you for your feedback')
    expect(await log.getByText('5 / 5').count()).toBe(1)
    await Promise.all([desk.context().close(), customer.close()])
  },
)
