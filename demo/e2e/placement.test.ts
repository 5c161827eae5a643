import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SITE } from '../demo-config.ts'
import { openChat, openFrom, openStage, type Stage, say, shows, WAITS } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

/** Pixels of the log that are hidden below. */
function below(page: Page): Promise<number> {
  return page.getByRole('log').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)
}

const SCREENS: [string, BrowserContextOptions][] = [
  ['desktop', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true }],
]

describe('the log', () => {
  it.each(SCREENS)('keeps its end in sight on a %s whatever appears above the field', async (_screen, options) => {
    const desk = await stage.desk()
    const customer = await stage.customer(options)
    const shop = await stage.shop(customer)
    await openChat(shop)
    const atEnd = () => expect.poll(() => below(shop), { timeout: 2_000 }).toBeLessThanOrEqual(2)
    await say(shop, 'Which tea should I choose?')
    await shows(shop, 'Bold')
    await atEnd()
    await shop.getByRole('log').getByRole('button', { name: 'Bold' }).click()
    await shop.waitForTimeout(500)
    await atEnd()
    await say(shop, 'agent')
    await shows(shop, WAITS)
    await atEnd()
    await openFrom(desk, 'Waiting')
    await desk.getByRole('textbox', { name: /reply/i }).fill('Anna here')
    await desk.keyboard.press('Enter')
    await shows(shop, 'Anna here')
    await atEnd()
    await customer.close()
    await desk.context().close()
  })
})

describe('a page that is not set up', () => {
  it.each([
    ['names no site of the relay', 'wrong-key', /no site "wrong-key".*data-site/],
    ['stands on an origin the site does not list', SITE, /Add "http:\/\/127\.0\.0\.1:\d+" to the site's "origins"/],
  ])('that %s says so in the panel and to its developer', async (_what, site, remedy) => {
    const stranger = await serve(
      `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><h1>Elsewhere</h1>
       <script src="${stage.demo.relay}/hutong.js" data-site="${site}"></script></html>`,
    )
    const customer = await stage.customer()
    const page = await customer.newPage()
    const warned: string[] = []
    const fetched: string[] = []
    page.on('console', (line) => line.type() === 'warning' && warned.push(line.text()))
    page.on('request', (one) => fetched.push(one.url()))
    await page.goto(stranger.url)
    await page.getByRole('button', { name: 'Open chat' }).click()
    await page.getByText('This chat is not set up for this page.').waitFor()
    expect(warned.join()).toMatch(remedy)
    expect(warned).toHaveLength(1)
    expect(await page.getByText('Connecting').count()).toBe(0)
    expect(fetched.filter((one) => one.includes('/stock.'))).toEqual([])
    await customer.close()
    stranger.close()
  })
})

async function serve(html: string): Promise<{ url: string; close(): void }> {
  const http = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close: () => void http.close() }
}
