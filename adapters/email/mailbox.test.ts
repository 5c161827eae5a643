import { randomBytes } from 'node:crypto'
import { createServer, connect as dial, type Socket } from 'node:net'
import type { Adapter } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { readable } from '@hutong/core/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEmailAdapter, type EmailOptions } from './index.ts'
import { letter, openPostOffice, type PostOffice } from './test-post-office.ts'

let office: PostOffice
let host: MemoryHost
let support: string
const opened: Adapter[] = []

beforeAll(async () => {
  office = await openPostOffice()
})
afterAll(() => office.close())
beforeEach(() => {
  host = createMemoryHost({ channel: 'mail' })
  support = office.fresh('support')
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function open(more: Partial<EmailOptions> = {}): Promise<Adapter> {
  const adapter = createEmailAdapter({ ...office.options(support), ...more })
  opened.push(adapter)
  await adapter.open(host)
  return adapter
}

function put(id: string, text = id, from = 'lin@people.test'): Promise<void> {
  return office.dovecot.deliver(support, letter({ from, to: support, id, text }))
}

function source(id: string, { name, bytes }: { name: string; bytes: Uint8Array }): string {
  const file = { name, type: 'application/octet-stream', bytes }
  return letter({ from: 'lin@people.test', to: support, id, text: id, file })
}

function texts(): string[] {
  return host.arrivals.map(({ body }) => (body.kind === 'message' ? readable(body.parts) : body.kind))
}

async function arrive(...expected: string[]): Promise<void> {
  await expect.poll(texts, { timeout: 4_000, interval: 10 }).toEqual(expected)
}

it('begins with the mail that comes after the first start', async () => {
  await put('old')
  await open()
  await put('young')
  await arrive('young')
})

it('takes the mail of the stated days before the first start too', async () => {
  await put('old')
  await open({ backlogDays: 2 })
  await arrive('old')
})

it('takes everything that came while it was closed', async () => {
  const adapter = await open()
  await adapter.close()
  const names = Array.from({ length: 120 }, (_, index) => `mail ${index}`)
  for (const name of names) await put(name.replace(' ', '-'), name)
  await open()
  await arrive(...names)
})

it('reads a mailbox that was numbered anew without doubling or losing a mail', async () => {
  const adapter = await open()
  for (const name of ['one', 'two']) await put(name)
  await arrive('one', 'two')
  await adapter.close()
  const before = await host.state.get('cursor')
  await office.dovecot.renumber(support)
  await put('three')
  await open()
  await arrive('one', 'two', 'three')
  await put('four')
  await arrive('one', 'two', 'three', 'four')
  const { uidValidity } = before as { uidValidity: string }
  expect(await host.state.get('cursor')).not.toMatchObject({ uidValidity })
})

it('knows the mails of a mailbox that was numbered anew before it reads their attachments again', async () => {
  const sizes: number[] = []
  const { put: store } = host.files
  host.files.put = async (content, meta) => {
    const file = await store(content, meta)
    sizes.push(file.bytes)
    return file
  }
  const withFile = (id: string, bytes: number) =>
    office.dovecot.deliver(support, source(id, { name: `${id}.bin`, bytes: randomBytes(bytes) }))
  const adapter = await open()
  await withFile('one', 100_000)
  await withFile('two', 200_000)
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(2)
  await adapter.close()
  await office.dovecot.renumber(support)
  await withFile('three', 300_000)
  await open()
  await expect.poll(() => host.arrivals.length, { timeout: 4_000 }).toBe(3)
  expect(sizes).toEqual([100_000, 200_000, 300_000])
})

it('takes an attachment whole although the connection broke in the middle of it', async () => {
  const wire = await startWire(office.options(support).imap.port)
  const bytes = randomBytes(2_000_000)
  try {
    await open({ imap: { host: '127.0.0.1', port: wire.port, security: 'none' } })
    wire.cutAfter(1_000_000)
    await office.dovecot.deliver(support, source('film', { name: 'film.bin', bytes }))
    await expect.poll(() => host.arrivals.length, { timeout: 6_000 }).toBe(1)
  } finally {
    await wire.close()
  }
  const { body } = host.arrivals[0] ?? {}
  const file = body?.kind === 'message' ? body.parts.find((one) => one.kind === 'file')?.file : undefined
  const kept = await host.files.get(file ?? '')
  expect(kept && Buffer.from(await new Response(kept.content).arrayBuffer()).equals(bytes)).toBe(true)
  expect(await host.state.get('aside')).toBeUndefined()
  expect(wire.cuts()).toBe(1)
}, 12_000)

it('sets a mail aside that the relay refuses, with the reason, and goes on with the rest', async () => {
  await open()
  host.failNext(new HutongError('invalid', 'parts.0.text: too odd'))
  await put('poison')
  await put('fine')
  await arrive('fine')
  expect(await host.state.get('aside')).toEqual([
    expect.objectContaining({ uid: 1, from: 'lin@people.test', reason: 'parts.0.text: too odd' }),
  ])
  expect(host.logged).toContainEqual(
    expect.objectContaining({ level: 'error', fields: { uid: 1, reason: 'parts.0.text: too odd' } }),
  )
})

it('waits with a mail for a relay that is overloaded, and keeps the order', async () => {
  await open()
  host.failNext(new HutongError('unavailable', 'the relay is draining'))
  await put('first')
  await put('second')
  await arrive('first', 'second')
})

it('comes back when the mail server is started again', async () => {
  await open()
  await put('before')
  await arrive('before')
  await office.dovecot.kill()
  await office.dovecot.start()
  await put('after')
  await arrive('before', 'after')
})

it('notices a connection that is dead without a word, and makes another', async () => {
  const wire = await startWire(office.options(support).imap.port)
  try {
    await open({ imap: { host: '127.0.0.1', port: wire.port, security: 'none' } })
    await put('before')
    await arrive('before')
    wire.freeze()
    await put('after')
    await arrive('before', 'after')
  } finally {
    await wire.close()
  }
})

it('leaves the mailbox to one of two nodes, and the other takes over when that one closes', async () => {
  const first = await open()
  await open()
  await put('one')
  await arrive('one')
  await first.close()
  await put('two')
  await expect.poll(texts, { timeout: 8_000 }).toEqual(['one', 'two'])
}, 15_000)

it('says at once that the login is wrong', async () => {
  await open({ login: { user: support, password: 'a guess' } })
  expect(host.problem).toMatchObject({ code: 'misconfigured', field: 'login' })
}, 10_000)

it('goes on sending while the folder it reads is missing', async () => {
  const channel = await open({ folder: 'Nowhere' })
  expect(host.problem).toMatchObject({ code: 'misconfigured', field: 'folder' })
  const lin = office.fresh('lin')
  const body = { kind: 'message' as const, parts: [{ kind: 'text' as const, text: 'hello', format: 'plain' as const }] }
  const { conversation } = await host.receive({ from: { address: lin }, key: 'first', body })
  expect(await channel.transcript?.({ conversation, address: lin }, 't1')).toMatchObject({ state: 'sent' })
}, 10_000)

it('says so when the mail server goes down, and when it is back', async () => {
  const { port } = office.options(support).imap
  const wire = await startWire(port)
  await open({ imap: { host: '127.0.0.1', port: wire.port, security: 'none' } })
  expect(host.problem).toBeUndefined()
  await wire.close()
  await expect.poll(() => host.problem?.code, { timeout: 4_000 }).toBe('unreachable')
  const again = await startWire(port, wire.port)
  await expect.poll(() => host.problem, { timeout: 8_000 }).toBeUndefined()
  await again.close()
}, 15_000)

it('is open although the mail server is down, and takes what waits there once it is up', async () => {
  await open().then((one) => one.close())
  await office.dovecot.kill()
  await open()
  await office.dovecot.start()
  await put('hello')
  await arrive('hello')
})

it('opens and closes in time although the mail server never says a word', async () => {
  const mute = createServer()
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const address = mute.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const began = Date.now()
  const adapter = await open({ imap: { host: '127.0.0.1', port, security: 'none' }, pace: { open: 100 } })
  await adapter.close()
  expect(Date.now() - began).toBeLessThan(2_000)
  mute.close()
})

it('names every wrong option at once, each with what to do', async () => {
  const refused = await open({
    address: 'support',
    imap: { host: '', port: 0, security: 'tls' },
    smtp: { host: 'mail.example', port: 70_000, security: 'ssl' as 'tls' },
    login: { user: '', password: '' },
    secret: 'short',
    backlogDays: -1,
  }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'misconfigured', field: 'address' })
  const lines = (refused as Error).message.split('\n')
  expect(lines.map((line) => line.split(':')[0])).toEqual([
    'address',
    'imap.host',
    'imap.port',
    'smtp.port',
    'smtp.security',
    'login.user',
    'login.password',
    'secret',
    'backlogDays',
  ])
  expect(lines.every((line) => /: (must be|use) /.test(line))).toBe(true)
})

it('refuses to carry passwords in the open to another machine', async () => {
  const imap = { host: 'mail.example', port: 143, security: 'none' as const }
  const smtp = { host: 'mail.example', port: 25, security: 'none' as const }
  await expect(open({ imap, smtp })).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringMatching(/^imap\.security: use tls.*\nsmtp\.security: use tls/),
  })
})

/** A wire to a port that can be cut, or go silent as a broken line does: nothing is closed, nothing passes. */
async function startWire(port: number, own = 0) {
  const lines = new Set<[Socket, Socket]>()
  let left = Number.POSITIVE_INFINITY
  let cuts = 0
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    for (const one of [near, far]) one.on('error', () => one.destroy())
    near.pipe(far)
    far.pipe(near)
    far.on('data', (data) => {
      left -= data.length
      if (left > 0) return
      left = Number.POSITIVE_INFINITY
      cuts += 1
      for (const one of [near, far]) one.destroy()
    })
    lines.add([near, far])
  })
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    freeze() {
      for (const [near, far] of lines) {
        near.unpipe(far)
        far.unpipe(near)
      }
    },
    /** Cuts the line, once, after so many bytes more. */
    cutAfter(bytes: number) {
      left = bytes
    },
    cuts: () => cuts,
    close() {
      for (const line of lines) for (const one of line) one.destroy()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
