import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccountStand, PNG, startAccount } from './test-account.ts'

const PERSON = 'oHutongFakeCustomer000000001'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let stand: AccountStand
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  stand = await startAccount({ name: '互通茶铺' })
}, 30_000)
afterAll(async () => {
  await browser.close()
  await stand.close()
})

async function openPhone(url: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  page.on('pageerror', (thrown) => {
    throw thrown
  })
  await page.goto(url)
  return page
}

async function accessible(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }
    return (await axe.run()).violations.map(({ id }) => id)
  })
}

test('a person follows by a code, writes, sends a picture, taps an item and puts the clock forward', async () => {
  const scene = { action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: 'web-1' } }, expire_seconds: 600 }
  const { url } = await stand.ask('qrcode/create', scene)
  const page = await openPhone(String(url))
  await page.getByRole('button', { name: '关注' }).click()
  await expect.poll(() => stand.callbacks[0]?.body).toContain('qrscene_web-1')

  const field = page.getByRole('textbox', { name: '输入消息' })
  await field.fill('<b>你好</b>')
  await page.keyboard.press('Enter')
  await page.getByText('<b>你好</b>').waitFor()
  const send = (message: object) => stand.ask('message/custom/send', { touser: PERSON, ...message })
  const list = [{ id: '1', content: '满意' }]
  await send({ msgtype: 'msgmenu', msgmenu: { head_content: '满意吗？', list, tail_content: '' } })
  await send({ msgtype: 'text', text: { content: '见 https://shop.example/ <a href="javascript:alert(1)">小店</a>' } })
  await page.getByRole('link', { name: 'https://shop.example/' }).waitFor()
  expect(await page.getByRole('link', { name: '小店' }).count()).toBe(0)
  await page.setInputFiles('#file', { name: '照片.png', mimeType: 'image/png', buffer: Buffer.from(PNG) })
  await page.getByRole('img', { name: '照片.png' }).waitFor()
  await page.getByRole('button', { name: '满意', exact: true }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => stand.callbacks.at(-1)?.body).toContain('bizmsgmenuid')

  expect(await accessible(page)).toEqual([])
  await page.getByRole('button', { name: '+48 小时' }).click()
  await expect.poll(async () => (await send({ msgtype: 'text', text: { content: 'late' } })).errcode).toBe(45015)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
}, 30_000)

test('what the phone would not do is said to the person', async () => {
  const page = await openPhone(`${stand.fake.phoneUrl}?person=o_max`)
  await page.getByRole('button', { name: '扫一扫' }).click()
  await page.getByRole('textbox', { name: '二维码对应的链接' }).fill('https://shop.example/')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('操作没有成功').waitFor()
  expect(await accessible(page)).toEqual([])
}, 30_000)
