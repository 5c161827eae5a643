import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice } from '../../adapters/email/test-post-office.ts'
import { openStage, type Stage, shows, violations } from './stage.ts'
import { mailChannel } from './test-mailbox.ts'

let office: PostOffice
let shopAddress: string
let stage: Stage
let desk: Page
beforeAll(async () => {
  office = await openPostOffice()
  shopAddress = office.fresh('help')
  stage = await openStage({ channels: [mailChannel(office, shopAddress)] })
  desk = await stage.desk()
})
afterAll(async () => {
  await stage?.close()
  await office?.close()
})

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function writes(name: string, html: string): Promise<void> {
  const address = office.fresh(name.toLowerCase())
  const source = [
    `From: ${name} <${address}>`,
    `To: ${shopAddress}`,
    'Subject: Broken tin',
    `Message-ID: <${name}@people.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=cut',
    '',
    '--cut',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
    '--cut',
    'Content-Type: image/png; name="tin.png"',
    'Content-ID: <tin@1>',
    'Content-Disposition: inline; filename="tin.png"',
    'Content-Transfer-Encoding: base64',
    '',
    PIXEL,
    '--cut--',
    '',
  ].join('\r\n')
  await office.dovecot.deliver(shopAddress, source)
  await open(name)
}

async function writesPlainly(name: string): Promise<string> {
  const address = office.fresh(name.toLowerCase())
  const from = `${name} <${address}>`
  await office.dovecot.deliver(shopAddress, letter({ from, to: shopAddress, id: name, text: 'This is how it came.' }))
  await open(name)
  return address
}

async function open(name: string): Promise<void> {
  const row = desk.getByRole('link', { name: new RegExp(name) })
  await row.first().click()
  await shows(desk, 'This is how it came')
}

describe('around a conversation, an agent', () => {
  it('sees the pictures of a mail where its writer put them, in a frame that can do nothing', async () => {
    await writes('Wei', '<p>This is how it came:</p><img src="cid:tin@1" alt="the tin">')
    await desk.getByRole('button', { name: 'Show whole message' }).click()
    const picture = desk.frameLocator('iframe').getByAltText('the tin')
    await picture.waitFor()
    await expect.poll(() => picture.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(1)
    expect(await desk.locator('iframe').getAttribute('sandbox')).not.toMatch(/scripts|same-origin/)
  })

  it('sends the customer what was said, to the address they write from', async () => {
    const address = await writesPlainly('Mei')
    await desk.keyboard.press('Escape')
    await desk.getByRole('log').focus()
    await desk.keyboard.press('s')
    await desk.getByRole('dialog').getByText(address).waitFor()
    expect(await violations(desk)).toEqual([])
    await desk.getByRole('button', { name: 'Send', exact: true }).last().click()
    await desk.getByText(`The transcript went to ${address}.`).waitFor()
    expect((await office.inbox(address)).at(-1)?.text).toContain('This is how it came.')
  })

  it('merges two customers and undoes it', async () => {
    await desk.getByRole('button', { name: 'Merge with another customer' }).click()
    const dialog = desk.getByRole('dialog')
    await dialog.getByRole('searchbox').fill('Wei')
    await dialog.getByRole('button', { name: /Wei/ }).click()
    await dialog.getByText('Mei and Wei will count as one person').waitFor()
    expect(await violations(desk)).toEqual([])
    await dialog.getByRole('button', { name: 'Merge' }).click()
    await desk.getByText('Mei and Wei are one person now.').waitFor()
    await desk.getByRole('link', { name: /Wei.*Another conversation/ }).waitFor()
    expect(await violations(desk)).toEqual([])
    await desk.getByRole('button', { name: 'Undo merge' }).click()
    await desk.getByText('They are two customers again.').waitFor()
    await desk.getByRole('button', { name: 'Undo merge' }).waitFor({ state: 'detached' })
  })

  it('is shown a mail that could not be taken, and tries it again or discards it', async () => {
    const nobody = letter({ from: '', to: shopAddress, id: 'nobody', subject: 'Who am I', text: 'guess' })
    await office.dovecot.deliver(shopAddress, nobody)
    await expect
      .poll(() => desk.evaluate(async () => (await (await fetch('/v1/aside')).json()).items.length), {
        timeout: 20_000,
      })
      .toBe(1)
    await desk.reload()
    await desk.getByRole('button', { name: '1 mail set aside' }).click()
    const dialog = desk.getByRole('dialog')
    await dialog.getByText('Who am I').waitFor()
    expect(await violations(desk)).toEqual([])
    await dialog.getByRole('button', { name: 'Try again' }).click()
    await dialog.getByText(/That did not work: .*names no sender/).waitFor()
    await dialog.getByRole('button', { name: 'Discard' }).click()
    await dialog.getByText('Nothing is set aside any more.').waitFor()
  })

  it('leaves no page with anything to complain about', () => {
    expect(stage.complaints).toEqual([])
  })
})
