import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '@hutong/server/config'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Demo, type DemoOptions, startDemo } from '../start.ts'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The whole demonstration on free ports with a fresh store, and a browser to look at it. */
export interface Stage {
  demo: Demo
  /** A customer's browser profile; its pages share storage. */
  customer(options?: BrowserContextOptions): Promise<BrowserContext>
  /** The shop in a new tab of that profile. */
  shop(context: BrowserContext, path?: string): Promise<Page>
  /** Any other page in a new tab of that profile. */
  open(context: BrowserContext, url: string): Promise<Page>
  /** The desk with the nth agent signed in. */
  desk(agent?: number, options?: BrowserContextOptions): Promise<Page>
  /** What pages complained about, in the console or by throwing, since the start. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** `over`: settings of the relay over the demonstration's own; then what is simulated beside and who answers. */
export async function openStage(
  over: Partial<ConfigInput> = {},
  { beside, model }: Pick<DemoOptions, 'beside' | 'model'> = {},
): Promise<Stage> {
  const data = await mkdtemp(join(tmpdir(), 'hutong-e2e-'))
  const demo = await startDemo({ data, port: 0, shopPort: 0, over, ...(beside && { beside }), ...(model && { model }) })
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const complaints: string[] = []

  async function open(context: BrowserContext, url: string): Promise<Page> {
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => complaints.push(`${url}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(message.text()))
        complaints.push(`${url}: ${message.text()}`)
    })
    await page.goto(url)
    return page
  }

  return {
    demo,
    complaints,
    open,
    customer: (options = {}) => browser.newContext({ locale: 'en-GB', ...options }),
    shop: (context, path = '/') => open(context, demo.shop + path),
    async desk(agent = 0, options = {}) {
      const { email, password } = demo.agents[agent] ?? { email: '', password: '' }
      const page = await open(
        await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options }),
        demo.desk,
      )
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Conversations' }).waitFor()
      return page
    },
    async close() {
      await browser.close()
      await demo.close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

export async function openChat(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /chat|聊天|客服/i })
    .first()
    .click()
  await page.getByRole('textbox').waitFor()
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text)
  await page.keyboard.press('Enter')
}

/** Waits until the log shows this text. */
export async function shows(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('log').getByText(text).first().waitFor()
}

/** The texts of the bubbles, in the order of the log. */
export async function bubbles(page: Page): Promise<string[]> {
  return page.getByRole('log').locator('.bubble').allInnerTexts()
}

/** An agent's answer, once it stands in the log. */
export async function reply(desk: Page, text: string): Promise<void> {
  await desk.getByRole('textbox', { name: /reply/i }).fill(text)
  await desk.keyboard.press('Enter')
  await shows(desk, text)
}

export const conversations = (desk: Page) => desk.getByRole('navigation', { name: 'Conversations' }).getByRole('link')

/** What customers read who have come to wait, whether somebody is at the desk or nobody. */
export const WAITS = /A colleague will answer you here|Nobody is here right now|人工客服会在这里回复您|现在没有客服在线/

/**
 * Opens the conversation that came last to that part of the list. A customer may read that she waits before the desk has read of her, and
 * where all conversations are listed, another stands first until then.
 */
export async function openFrom(desk: Page, part: 'Waiting' | 'Mine'): Promise<void> {
  await desk.getByRole('radio', { name: new RegExp(`^${part}`) }).check()
  await conversations(desk).last().click()
  await desk.getByRole('textbox', { name: /reply/i }).waitFor()
}

/** How many conversations there are, whatever list the desk shows. */
export const count = (desk: Page) =>
  desk.evaluate(async () => (await (await fetch('/v1/conversations')).json()).items.length as number)

/** What axe finds wrong on the page as it stands, best practices included. */
export async function violations(page: Page): Promise<string[]> {
  // The page's own policy forbids injected scripts; the debugger is not bound by it.
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
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
