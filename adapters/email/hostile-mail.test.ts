import { connect, createServer } from 'node:net'
import { Readable } from 'node:stream'
import type { Adapter } from '@hutong/core/adapter'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Part } from '@hutong/core/parts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEmailAdapter, type EmailOptions } from './index.ts'
import { letter, openPostOffice, type PostOffice } from './test-post-office.ts'

const MIB = 1024 * 1024
let office: PostOffice
let host: MemoryHost
let support: string
let adapter: Adapter | undefined

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())
beforeEach(() => {
  host = createMemoryHost({ channel: 'mail' })
  support = office.fresh('support')
})
afterEach(() => adapter?.close())

async function open(more: Partial<EmailOptions> = {}): Promise<void> {
  adapter = createEmailAdapter({ ...office.options(support), backlogDays: 1, ...more })
  await adapter.open(host)
}

/** The parts of everything that came from the hostile sender, once the mail behind it has come too. */
async function taken(source: string | Readable): Promise<Part[]> {
  await office.dovecot.deliver(support, source)
  await office.dovecot.deliver(support, letter({ from: 'lin@people.test', to: support, id: 'behind', text: 'behind' }))
  await open()
  const last = () => host.arrivals.at(-1)?.from.address
  await expect.poll(last, { timeout: 20_000, interval: 20 }).toBe('lin@people.test')
  expect(await host.state.get('aside')).toBeUndefined()
  const theirs = host.arrivals.slice(0, -1)
  expect(theirs.length).toBeLessThanOrEqual(5)
  expect(Math.max(...theirs.map(({ raw }) => raw?.length ?? 0))).toBeLessThan(1.5 * MIB)
  return theirs.flatMap(({ body }) => (body.kind === 'message' ? (body.parts as Part[]) : []))
}

const head = (type = 'text/plain') =>
  `From: eve@people.test\r\nTo: ${support}\r\nSubject: read me\r\nMessage-ID: <hostile@people.test>\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n`

it('takes forwards within forwards, deeper than the server tells, as the file they are', async () => {
  const forwards = Array.from(
    { length: 12 },
    (_, depth) =>
      `${depth === 0 ? '' : `--b${depth - 1}\r\nContent-Type: message/rfc822\r\n\r\n`}${head(`multipart/mixed; boundary=b${depth}`)}\r\n--b${depth}\r\n\r\nwords ${depth}\r\n`,
  )
  const parts = await taken(`${forwards.join('')}--b11--\r\n`)
  expect(parts.some((one) => one.kind === 'text' && one.text.includes('words 0'))).toBe(true)
  const [file] = parts.filter((one) => one.kind === 'file')
  const stored = await host.files.get(file?.file ?? '')
  expect(await new Response(stored?.content).text()).toContain('words 11')
}, 30_000)

it('takes a mail of a thousand nested parts as the file it is', async () => {
  const open = (depth: number) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`
  const nested = Array.from({ length: 1_000 }, (_, depth) => open(depth)).join('')
  const parts = await taken(`${head('multipart/mixed; boundary=c')}\r\n--c\r\n${nested}\r\ndeep words\r\n`)
  expect(parts).toMatchObject([{ kind: 'file', name: 'message.eml' }])
}, 30_000)

it('takes a mail of a hundred thousand parts as the file it is, and the next one', async () => {
  const many = '--c\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n'.repeat(100_000)
  const parts = await taken(`${head('multipart/mixed; boundary=c')}\r\n${many}--c--\r\n`)
  expect(parts).toMatchObject([{ kind: 'file', name: 'message.eml' }])
}, 30_000)

it('reads a megabyte of forty texts of a megabyte, and keeps the others as files', async () => {
  const line = `${'abcdefg '.repeat(9)}\r\n`
  const text = line.repeat(Math.floor(MIB / line.length))
  function* source() {
    yield `${head('multipart/mixed; boundary=c')}\r\n`
    for (let part = 0; part < 40; part += 1) yield `--c\r\nContent-Type: text/plain\r\n\r\n${text}`
    yield '\r\n--c--\r\n'
  }
  const parts = await taken(Readable.from(source()))
  expect(parts.filter(({ kind }) => kind === 'text').length).toBeGreaterThan(10)
  expect(parts.filter(({ kind }) => kind === 'file').length).toBeGreaterThan(10)
}, 40_000)

it('reads the words behind headers without an end', async () => {
  function* source() {
    yield head()
    for (let index = 0; index < 10_000; index += 1) yield `X-Fill-${index}: ${'a'.repeat(950)}\r\n`
    yield '\r\nwhat I have to say\r\n'
  }
  const parts = await taken(Readable.from(source()))
  expect(parts.some((one) => one.kind === 'text' && one.text === 'what I have to say')).toBe(true)
}, 30_000)

type Mangle = (answer: Buffer, connection: number) => Buffer | undefined

/** What the IMAP server says, changed on its way; undefined is never delivered. */
async function between(mangle: Mangle) {
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const connection = connections
    const upstream = connect(office.options(support).imap.port, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      const said = mangle(data, connection)
      if (said) client.write(said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    imap: {
      host: '127.0.0.1',
      port: typeof address === 'object' && address ? address.port : 0,
      security: 'none' as const,
    },
    close: () => server.close(),
  }
}

const said = () => host.arrivals.map(({ body }) => JSON.stringify(body))

it('gives up a connection that falls silent in the middle of an answer, and takes the mail by the next', async () => {
  await office.dovecot.deliver(support, letter({ from: 'lin@people.test', to: support, id: 'one', text: 'the words' }))
  let silent = false
  const wire = await between((answer, connection) => {
    silent ||= answer.includes('FETCH')
    return silent && connection === 1 ? undefined : answer
  })
  try {
    await open({ imap: wire.imap })
    await expect.poll(said, { timeout: 10_000 }).toEqual([expect.stringContaining('the words')])
    expect(silent).toBe(true)
  } finally {
    wire.close()
  }
}, 20_000)

it('never takes a mail without its words for one that has none, and names it when it is set aside', async () => {
  await office.dovecot.deliver(support, letter({ from: 'lin@people.test', to: support, id: 'one', text: 'the words' }))
  const wire = await between((answer) => {
    const text = answer.toString('latin1')
    return Buffer.from(text.replace(/(BODY\[(?:TEXT|1)\]<0>) \{\d+\}\r\n[\s\S]*?\)\r\n/g, '$1 NIL)\r\n'), 'latin1')
  })
  try {
    await open({ imap: wire.imap })
    const aside = { from: expect.stringContaining('lin@people.test'), reason: expect.stringContaining('hand it over') }
    await expect.poll(() => host.state.get('aside'), { timeout: 20_000 }).toMatchObject([aside])
    expect(host.arrivals).toEqual([])
  } finally {
    wire.close()
  }
}, 30_000)
