import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat, openStage, type Stage, say, shows, WAITS } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

interface Listed {
  items: { conversation: { id: string; floor: object } }[]
}

/** Gives the list so many of each conversation, every third of them the agent's. */
async function multiply(desk: Page, times: number, agent: string): Promise<void> {
  const holders = [undefined, { kind: 'queue' }, { kind: 'agent', id: agent }]
  await desk.route('**/v1/conversations?*', async (route) => {
    const response = await route.fetch()
    const { items, ...rest } = (await response.json()) as Listed
    const copies = items.flatMap((one) =>
      Array.from({ length: times * 3 }, (_, at) => {
        const { id, floor } = one.conversation
        const holder = holders[at % 3]
        return {
          ...one,
          conversation: { ...one.conversation, id: `${id}${at}`, floor: holder ? { term: 1, holder } : floor },
        }
      }),
    )
    await route.fulfill({ response, json: { ...rest, items: copies } })
  })
}

describe('the desk', () => {
  it('asks for the session before anybody signs in without one refused request', async () => {
    const browser = (await stage.customer()).browser()
    const page = await browser?.newPage()
    const refused: string[] = []
    page?.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`)
    })
    await page?.goto(stage.demo.desk)
    await page?.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(refused).toEqual([])
    await page?.close()
  })

  it('has room for every part of the list with its count, in both languages', async () => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'How long is delivery?')
    await shows(shop, '2 to 4 working days')
    const desk = await stage.desk()
    const { id } = await desk.evaluate(async () => (await fetch('/v1/me')).json())
    await multiply(desk, 12, id)
    for (const [language, calling] of [
      ['en', 'Waiting12'],
      ['zh-CN', '等待中12'],
    ] as const) {
      await desk.evaluate((tag) => localStorage.setItem('hutong-desk:language', JSON.stringify(tag)), language)
      await desk.reload()
      const filters = desk.locator('.filter')
      await filters.filter({ hasText: calling }).waitFor()
      const boxes = await filters.evaluateAll((all) =>
        all.map((one) => one.getBoundingClientRect()).map(({ top, right }) => ({ top, right })),
      )
      expect(new Set(boxes.map(({ top }) => top)).size, language).toBe(1)
      expect(Math.max(...boxes.map(({ right }) => right)), language).toBeLessThanOrEqual(320)
    }
    await Promise.all([desk.context().close(), customer.close()])
  })

  it.each([
    ['on a desktop', { width: 1280, height: 800 }],
    ['on a phone', { width: 375, height: 740 }],
  ])('says what was done without covering anything %s', async (_, viewport) => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'agent please')
    await shows(shop, WAITS)
    const desk = await stage.desk(0, { viewport })
    await desk.locator('.row').first().click()
    await desk.getByRole('button', { name: 'Close', exact: true }).click()
    await desk.getByText('Conversation closed.').waitFor()
    const covered = await desk.evaluate(() => {
      const notice = document.querySelector('.notice')?.getBoundingClientRect() ?? new DOMRect()
      return [...document.querySelectorAll('.inbox, .log, .composer, .person')]
        .filter((one) => {
          const { top, bottom, left, right, width } = one.getBoundingClientRect()
          return width > 0 && top < notice.bottom && bottom > notice.top && left < notice.right && right > notice.left
        })
        .map((one) => one.className)
    })
    expect(covered).toEqual([])
    await Promise.all([desk.context().close(), customer.close()])
  })
})
