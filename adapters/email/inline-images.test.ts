import { createMemoryHost } from '@hutong/core/memory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmailAdapter } from './index.ts'
import { originalOf } from './original.ts'
import { openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice
beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

function pictured(from: string, to: string): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: Broken tin',
    'Message-ID: <pictured@people.test>',
    'Date: Sat, 21 Nov 2026 02:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=cut',
    '',
    '--cut',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>See:</p><img src="cid:tin@1"><img src="cid:unknown"><img src="https://tracker.test/p.gif">',
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
}

it('shows a picture inside a mail where its writer put it, from the file it became', async () => {
  const host = createMemoryHost({ channel: 'mail' })
  const support = office.fresh('support')
  const adapter = createEmailAdapter(office.options(support))
  await adapter.open(host)
  try {
    await office.dovecot.deliver(support, pictured('lin@people.test', support))
    await expect.poll(() => host.arrivals.length, { timeout: 4_000, interval: 10 }).toBe(1)
  } finally {
    await adapter.close()
  }
  const [{ body, raw = '' } = { body: undefined }] = host.arrivals
  const parts = body?.kind === 'message' ? body.parts : []
  const file = parts.flatMap((part) => (part.kind === 'image' ? [part.file] : []))[0]
  const asked: string[] = []
  const link = (one: string) => {
    asked.push(one)
    return `/files/${one}`
  }
  const { html, remote } = originalOf(raw, { remote: false, link })
  expect(html).toContain(`<img src="/files/${file}" />`)
  expect(new Set(asked)).toEqual(new Set([file]))
  expect(html?.match(/ src=/g)).toHaveLength(1)
  expect(remote).toBe(true)
  expect(originalOf(raw, { remote: false, link: () => undefined }).html).not.toContain(' src=')
})
