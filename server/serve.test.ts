import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import type { EntriesPacket, GoawayPacket, Ready } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { letter, openPostOffice, type PostOffice } from '../adapters/email/test-post-office.ts'
import { type ConfigInput, parseConfig } from './config.ts'
import { type Running, type ServeExtras, serve } from './serve.ts'
import { VERSION } from './version.ts'

const ORIGIN = 'https://shop.example'
const MIB = 1024 * 1024
const ADMIN = 'hutong_admin-token'
const hash = (token: string) => createHash('sha256').update(token).digest('hex')

let data: string
let running: Running[]
let sockets: Socket[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-serve-'))
  running = []
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.disconnect()
  await Promise.all(running.map((one) => one.close()))
  await rm(data, { recursive: true })
})

const echo: Backend = {
  name: 'echo',
  async handle({ entry }) {
    if (entry.body.kind !== 'message') return
    return [{ kind: 'reply', parts: entry.body.parts }]
  },
}

async function start(
  settings: Partial<ConfigInput> = {},
  extras: ServeExtras = { backends: [echo] },
): Promise<Running> {
  const config = parseConfig({
    secret: 'a secret that is long enough for everything',
    data,
    listen: { port: 0 },
    sites: [{ key: 'shop', name: 'Shop', origins: [ORIGIN], routing: ['echo', 'desk'] }],
    tokens: [
      { name: 'ops', hash: hash(ADMIN), role: 'admin' },
      { name: 'bot', hash: hash('bot-token') },
    ],
    drain: { spreadMs: 0 },
    log: { level: 'silent' },
    ...settings,
  })
  const one = await serve(config, extras)
  running.push(one)
  return one
}

async function visit(url: string, auth: object = {}): Promise<{ socket: Socket; ready: Ready; entries: Entry[] }> {
  const socket = io(`${url}?site=shop`, {
    auth: { site: 'shop', ...auth },
    transports: ['websocket'],
    reconnection: false,
    extraHeaders: { origin: ORIGIN },
  })
  sockets.push(socket)
  const entries: Entry[] = []
  socket.on('entries', (packet: EntriesPacket) => entries.push(...packet.entries))
  const ready = await new Promise<Ready>((resolve, reject) => {
    socket.once('ready', resolve)
    socket.once('connect_error', reject)
  })
  return { socket, ready, entries }
}

const say = (text: string, key = crypto.randomUUID()) => ({
  key,
  body: { kind: 'message', parts: [{ kind: 'text', text }] },
})
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('a running relay', () => {
  it('takes a message from a web page and brings the answer of its backend', async () => {
    const { url } = await start()
    const { socket, entries } = await visit(url)
    expect(await socket.emitWithAck('send', say('hello'))).toMatchObject({ seq: 1 })
    await expect
      .poll(() => entries.map(({ seq, from, body }) => [seq, from.kind, body.kind]))
      .toEqual([
        [1, 'contact', 'message'],
        [2, 'bot', 'message'],
      ])
  })

  it('keeps everything over a restart on the same folder', async () => {
    const first = await start()
    const { socket, ready } = await visit(first.url)
    await socket.emitWithAck('send', say('hello'))
    await first.close()
    const second = await start()
    const { entries } = await visit(second.url, { token: ready.token, after: 0 })
    await expect.poll(() => entries.slice(0, 2).map((entry) => entry.seq)).toEqual([1, 2])
  })

  it('keeps a file that a visitor uploads and gives it back under a signed link only', async () => {
    const { url } = await start()
    const { socket, ready, entries } = await visit(url)
    await socket.emitWithAck('send', say('a file follows'))
    const uploaded = await fetch(`${url}/channels/web/files`, {
      method: 'POST',
      headers: {
        origin: ORIGIN,
        'x-hutong-site': 'shop',
        'x-hutong-token': ready.token ?? '',
        'x-hutong-name': 'notes.txt',
        'content-type': 'text/plain',
      },
      body: 'tea for two',
    })
    expect([uploaded.status, uploaded.headers.get('access-control-allow-origin')]).toEqual([201, ORIGIN])
    const { part } = await uploaded.json()
    expect(part).toMatchObject({ kind: 'file', name: 'notes.txt', bytes: 11 })
    await socket.emitWithAck('send', { key: 'file', body: { kind: 'message', parts: [part] } })
    const links = () =>
      entries.flatMap(({ body }) => (body.kind === 'message' ? body.parts : [])).filter((one) => one.kind === 'file')
    await expect.poll(() => links().length).toBeGreaterThan(0)
    const link = new URL(links()[0]?.url ?? '', url)
    const file = await fetch(link)
    expect(await file.text()).toBe('tea for two')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect((await fetch(`${link.origin}${link.pathname}`)).status).toBeGreaterThanOrEqual(400)
  })

  it('says that it is well, ready, and which version it is', async () => {
    const { url } = await start()
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ready',
      problems: [],
      channels: {},
    })
    expect(await (await fetch(`${url}/version`)).json()).toMatchObject({ name: 'hutong', version: VERSION })
  })

  it('describes its REST interface and wants credentials for it', async () => {
    const { url } = await start()
    expect(await (await fetch(`${url}/v1/openapi.json`)).json()).toMatchObject({ openapi: '3.1.0' })
    expect((await fetch(`${url}/v1/conversations`)).status).toBe(401)
    expect((await fetch(`${url}/v1/conversations`, bearer('bot-token'))).status).toBe(200)
  })

  it('lets no page of a foreign origin connect', async () => {
    const { url } = await start()
    const socket = io(`${url}?site=shop`, {
      auth: { site: 'shop' },
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: { origin: 'https://evil.example' },
    })
    sockets.push(socket)
    await expect(
      new Promise((resolve, reject) => {
        socket.once('connect', () => resolve('connected'))
        socket.once('connect_error', reject)
      }),
    ).rejects.toThrow()
  })
})

describe('metrics', () => {
  it('counts messages, clients and commits, for an admin token only', async () => {
    const { url } = await start()
    const { socket } = await visit(url)
    const twice = say('hello')
    await socket.emitWithAck('send', twice)
    await socket.emitWithAck('send', twice)
    const { items } = await (await fetch(`${url}/v1/conversations`, bearer(ADMIN))).json()
    const late = { key: 'late', term: 0, actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'late' }] }] }
    const refusal = await fetch(`${url}/v1/conversations/${items[0].conversation.id}/actions`, {
      method: 'POST',
      headers: { ...bearer('bot-token').headers, 'content-type': 'application/json' },
      body: JSON.stringify(late),
    })
    expect(refusal.status).toBe(409)
    expect((await fetch(`${url}/metrics`)).status).toBe(401)
    expect((await fetch(`${url}/metrics`, bearer('bot-token'))).status).toBe(403)
    await expect
      .poll(async () => (await fetch(`${url}/metrics`, bearer(ADMIN))).text())
      .toContain('hutong_backend_seconds_count{backend="echo",ended="answered"} 1')
    const text = await (await fetch(`${url}/metrics`, bearer(ADMIN))).text()
    for (const line of [
      'hutong_arrivals_acked_total{channel="web"} 1',
      'hutong_arrivals_duplicate_total{channel="web"} 1',
      'hutong_connections{namespace="visitors"} 1',
      'hutong_refused_total{code="unauthorized"} 1',
      'hutong_deliveries_total{state="done"} 1',
      'hutong_floor_conflicts_total 1',
    ])
      expect(text).toContain(line)
    expect(text).toMatch(/hutong_commit_seconds_count [1-9]/)
    expect(text).toMatch(/hutong_rss_bytes [1-9]/)
  })

  it('shows them without credentials on a port of their own, and then not on the main one', async () => {
    const probe = await start()
    await probe.close()
    const { url } = await start({ metrics: { port: probe.port } })
    expect((await fetch(`http://127.0.0.1:${probe.port}/metrics`)).status).toBe(200)
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })
})

describe('the bare address', () => {
  it('leads a person to the desk', async () => {
    const { url } = await start()
    const answer = await fetch(url, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'desk/'])
  })
})

describe('the end', () => {
  it('asks clients to come back, and leaves nothing listening', async () => {
    const relay = await start()
    const { socket } = await visit(relay.url)
    const goaway = new Promise<GoawayPacket>((resolve) => socket.once('goaway', resolve))
    const gone = new Promise((resolve) => socket.once('disconnect', resolve))
    await relay.close()
    expect((await goaway).in).toBeGreaterThanOrEqual(0)
    await gone
    await expect(fetch(`${relay.url}/healthz`)).rejects.toThrow()
  })

  it('loses nothing it acknowledged and doubles nothing that is sent again, even in the middle of work', async () => {
    const rate = { perMinute: 100_000, burst: 1_000 }
    const websocket = { limits: { messages: rate, messagesPerIp: rate } }
    const first = await start({ websocket })
    const { socket, ready } = await visit(first.url)
    const sent = Array.from({ length: 300 }, (_, at) => say(`message ${at}`))
    await socket.emitWithAck('send', sent[0])
    const acked = sent.map((packet) => socket.timeout(5_000).emitWithAck('send', packet))
    await acked[20]
    await first.close()
    socket.disconnect()
    const answers = (await Promise.allSettled(acked)).map((one) => (one.status === 'fulfilled' ? one.value : undefined))

    const second = await start({ websocket })
    const again = await visit(second.url, { token: ready.token, after: 0 })
    const repeated = await Promise.all(sent.map((packet) => again.socket.emitWithAck('send', packet)))
    const seqs = repeated.map(({ seq }) => seq)
    expect(new Set(seqs).size).toBe(sent.length)
    for (const [at, answer] of answers.entries()) if (answer?.seq !== undefined) expect(answer.seq).toBe(seqs[at])
    expect(answers.filter((answer) => answer?.seq !== undefined).length).toBeGreaterThan(20)
  }, 20_000)

  it('can be asked for twice', async () => {
    const relay = await start()
    expect(await Promise.all([relay.close(), relay.close()])).toEqual([undefined, undefined])
  })
})

describe('a mailbox', { timeout: 20_000 }, () => {
  let office: PostOffice
  beforeEach(async () => {
    office = await openPostOffice()
  })
  afterEach(() => office.close())

  function mailbox(id: string, password?: string) {
    const from = office.fresh(id)
    const { imap, smtp, login } = office.options(from)
    const right = 'password' in login ? login.password : ''
    return { kind: 'email' as const, id, site: 'shop', from, imap, smtp, password: password ?? right }
  }

  it('whose password is wrong stops neither the widget nor another mailbox, and is named in the log, in /readyz and in the metrics', async () => {
    const lines: object[] = []
    const keep = (fields: object, message: string) => void lines.push({ ...fields, message })
    const logger = { debug() {}, info() {}, warn: keep, error: keep }
    const sound = mailbox('support')
    const { url } = await start({ channels: [mailbox('sales', 'a guess'), sound] }, { backends: [echo], logger })
    const { socket } = await visit(url)
    expect(await socket.emitWithAck('send', say('hello'))).toMatchObject({ seq: 1 })
    await office.dovecot.deliver(
      sound.from,
      letter({ from: 'lin@people.test', to: sound.from, id: 'm1', text: 'by mail' }),
    )
    await expect
      .poll(async () => (await (await fetch(`${url}/v1/conversations`, bearer(ADMIN))).json()).items.length)
      .toBe(2)
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
      status: 'ready',
      channels: { sales: 'misconfigured' },
    })
    const metrics = await (await fetch(`${url}/metrics`, bearer(ADMIN))).text()
    expect(metrics).toContain('hutong_channel_up{channel="sales"} 0')
    expect(metrics).toContain('hutong_channel_up{channel="support"} 1')
    expect(lines).toContainEqual(
      expect.objectContaining({ channel: 'sales', message: 'channel sales does not work; the others go on' }),
    )
    expect(JSON.stringify(lines)).not.toContain('a guess')
  })

  it('takes the documents that people send, whatever the widget takes, and hands out what is dangerous as downloads alone', async () => {
    const support = mailbox('support')
    const { url } = await start({ channels: [support] })
    const doc = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(3_000)])
    const files = [
      {
        name: 'offer.pdf',
        type: 'application/pdf',
        bytes: Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(12 * MIB, 'x')]),
      },
      { name: 'contract.doc', type: 'application/msword', bytes: doc },
      { name: 'visit.ics', type: 'text/calendar', bytes: Buffer.from('BEGIN:VCALENDAR\nEND:VCALENDAR\n') },
      { name: 'plan.svg', type: 'image/svg+xml', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
    ]
    const kept = async () => {
      const { items } = await (await fetch(`${url}/v1/conversations`, bearer(ADMIN))).json()
      const logs = await Promise.all(
        items.map(async ({ conversation }: { conversation: { id: string } }) =>
          (await fetch(`${url}/v1/conversations/${conversation.id}/entries`, bearer(ADMIN))).json(),
        ),
      )
      return logs
        .flatMap((log) => log.items)
        .flatMap(({ from, body }: Entry) => (from.kind === 'contact' && body.kind === 'message' ? body.parts : []))
        .filter((one) => one.kind === 'file' || one.kind === 'image')
    }
    for (const [at, file] of files.entries())
      await office.dovecot.deliver(
        support.from,
        letter({ from: `lin${at}@people.test`, to: support.from, id: `m${at}`, text: 'here', file }),
      )
    await expect.poll(async () => (await kept()).length, { timeout: 15_000, interval: 250 }).toBe(files.length)
    expect((await kept()).map(({ kind, name, type, bytes }) => ({ kind, name, type, bytes }))).toEqual(
      expect.arrayContaining(files.map(({ name, type, bytes }) => ({ kind: 'file', name, type, bytes: bytes.length }))),
    )
    const drawing = (await kept()).find(({ name }) => name === 'plan.svg')
    const handed = await fetch(new URL(drawing?.url ?? '', url))
    expect([handed.headers.get('content-type'), handed.headers.get('content-disposition')]).toEqual([
      'application/octet-stream',
      expect.stringMatching(/^attachment/),
    ])
  })

  it('leaves nothing open when the relay cannot start for another reason', async () => {
    const first = await start()
    const other = join(data, 'other')
    const channels = [mailbox('support')]
    await expect(start({ data: other, listen: { port: first.port }, channels })).rejects.toThrow(/used by another/)
    await start({ data: other, channels })
  })
})

describe('a relay that cannot start', () => {
  it('says which routing step nobody answers to', async () => {
    await expect(start({}, {})).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/^sites\.0\.routing: there is no backend "echo"; there are .*keyword.* and desk$/),
    })
  })

  it('says that the port is taken, and lets go of the folder', async () => {
    const first = await start({ data: join(data, 'other') })
    await expect(start({ listen: { port: first.port } })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('is used by another program'),
    })
    await start()
  })

  it('names the setting of a backend that is wrong', async () => {
    await expect(start({ backends: { keyword: { patience: 99 } } })).rejects.toThrow(/backends\.keyword\.patience/)
    await expect(start({ backends: { oracle: {} } })).rejects.toThrow(/backends\.oracle: there is none of that name/)
  })
})
