import { Readable } from 'node:stream'
import { createMemoryHost } from '@hutong/core/memory'
import { expect, it } from 'vitest'
import { decode } from './codec.ts'
import { contentOf } from './content.ts'
import { readMail } from './mime.ts'

const LIMITS = { attachments: 20, attachmentBytes: 1_000_000, mailBytes: 10_000_000 }

/** What a mail becomes whose attachments all have these bytes. */
async function taken(source: string, bytes: Uint8Array = Buffer.from('bytes')) {
  const host = createMemoryHost({ channel: 'mail' })
  const letter = decode(readMail(Buffer.from(source)), { own: [], authservIds: [] })
  const download = async () => Readable.from([bytes], { objectMode: false })
  return { host, ...(await contentOf({ host, site: 'site', limits: LIMITS }, letter, download)) }
}

function attached(count: number): string {
  const one = (name: string) => `--c\r\nContent-Type: image/png; name=${name}\r\n\r\nx\r\n`
  const parts = Array.from({ length: count }, (_, index) => one(`picture-${index}.png`))
  return `Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nplease read this\r\n${parts.join('')}--c--\r\n`
}

it('keeps the words of a mail whose attachment is empty, and names it', async () => {
  const { content } = await taken(attached(1), Buffer.alloc(0))
  expect(content).toMatchObject([
    { kind: 'text', text: 'please read this' },
    { kind: 'unsupported', text: 'picture-0.png: file: is empty' },
  ])
})

it('shows a text without an end in five messages at most, and keeps it whole as a file', async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${index} of what I have to say`).join('\n')
  const { host, content } = await taken(`From: a@b.test\r\n\r\n${text}`)
  expect(content.length).toBeLessThan(50)
  expect(content[0]).toMatchObject({ kind: 'text', text: expect.stringMatching(/^line 0 of/) })
  const file = content.find(({ kind }) => kind === 'file')
  const stored = await host.files.get(file?.kind === 'file' ? (file.file ?? '') : '')
  expect(await new Response(stored?.content).text()).toBe(text)
})

it('names what it cannot keep in one line each, and counts the rest', async () => {
  const { content } = await taken(attached(190))
  const [said] = content.filter(({ kind }) => kind === 'unsupported')
  expect(content).toHaveLength(22)
  expect(said).toMatchObject({ text: expect.stringMatching(/^picture-20\.png: too many[\s\S]*… \d+ more$/) })
})
