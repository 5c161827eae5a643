import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat, openStage, type Stage, say, shows } from './stage.ts'

const PHONE = { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true }

let stage: Stage
let axe: string
beforeAll(async () => {
  stage = await openStage()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
})
afterAll(() => stage.close())

/** What axe finds wrong on the page as it stands, best practices included. */
async function violations(page: Page): Promise<string[]> {
  // The page's own policy forbids injected scripts; the debugger is not bound by it.
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
    awaitPromise: true,
    returnByValue: true,
  })
  if (exceptionDetails) throw new Error(exceptionDetails.text)
  return result.value
}

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
    await shows(shop, 'You are in the queue')
    expect(await violations(shop)).toEqual([])
    await customer.close()
  })

  it('with the desk, list and thread', async () => {
    const customer = await stage.customer()
    const shop = await stage.shop(customer)
    await openChat(shop)
    await say(shop, 'agent please')
    await shows(shop, 'You are in the queue')
    const desk = await stage.desk(0, options)
    expect(await violations(desk)).toEqual([])
    await desk.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first().click()
    await desk.getByRole('textbox', { name: /reply/i }).waitFor()
    expect(await violations(desk)).toEqual([])
    await desk.context().close()
    await customer.close()
  })
})
