import { type AddressInfo, connect } from 'node:net'
import { createClientAddress } from '@hutong/core/client-address'
import { HutongError } from '@hutong/core/errors'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { closeServer, createHttpServer, listen } from './http-server.ts'
import { type IngressEnv, installIngress } from './ingress.ts'
import { createLogger } from './logger.ts'

const { limits } = parseConfig({
  secret: 'a secret that is long enough for everything',
  limits: {
    bodyBytes: 1_024,
    uploadBytes: 4_096,
    requests: { perMinute: 60, burst: 12 },
    signIns: { perMinute: 6, burst: 2 },
  },
})

const TOKENS = new Map(['busy', 'calm'].map((name) => [`Bearer ${name}-token`, name]))
let now = 0
let url: string
let close: () => Promise<void>
let refused: string[]
let log: string[]

beforeEach(async () => {
  now = 0
  refused = []
  log = []
  const app = new Hono<IngressEnv>()
  installIngress(app, {
    limits,
    addressOf: createClientAddress(['127.0.0.1']),
    publicUrl: 'https://chat.example',
    tokenOf: async (authorization) => TOKENS.get(authorization),
    metrics: { refused: (code) => refused.push(code) },
    logger: createLogger({ level: 'error', to: { write: (line) => log.push(line) } }),
    now: () => now,
    uploadedPerDay: 5_000,
    pushedWithinMs: 300,
  })
  app.get('/who', (c) => c.text(c.var.clientAddress))
  app.get('/own', (c) => c.text('', 200, { 'content-security-policy': 'sandbox' }))
  app.get('/broken', () => {
    throw new Error('the password is hunter2')
  })
  app.get('/late', () => {
    throw new HutongError('unavailable', 'come back later', { retryAfter: 1_500 })
  })
  app.post('/echo', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  app.post('/v1/session', (c) => c.text('in'))
  app.post('/channels/web/files', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  app.post('/channels/gzh/callback', async (c) => {
    const pushed = await c.req.text()
    return c.body(null, pushed === 'signed' ? 200 : 401)
  })
  app.post('/v1/files', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  app.post('/v1/knowledge/faq/import', async (c) => {
    if (c.req.query('as') !== 'admin') throw new HutongError('unauthorized', 'who are you?')
    return c.text(String((await c.req.arrayBuffer()).byteLength))
  })
  const server = createHttpServer(app)
  url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`
  close = () => closeServer(server, 0)
})
afterEach(() => close())

const get = (path: string, forwarded = '203.0.113.9') =>
  fetch(url + path, { headers: { 'x-forwarded-for': forwarded } })
const getAs = (token: string, forwarded = '203.0.113.9') =>
  fetch(`${url}/who`, { headers: { 'x-forwarded-for': forwarded, authorization: `Bearer ${token}` } })
const post = (path: string, body: BodyInit) => fetch(url + path, { method: 'POST', body, ...{ duplex: 'half' } })

function streamOf(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(left, 100)
      if (size === 0) return controller.close()
      controller.enqueue(new Uint8Array(size))
      left -= size
    },
  })
}

describe('every answer', () => {
  it('carries an id and headers that keep browsers from guessing, framing and leaking', async () => {
    const { headers } = await get('/who')
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d+/)
  })

  it('keeps the stricter policy of a route that has its own', async () => {
    expect((await get('/own')).headers.get('content-security-policy')).toBe('sandbox')
  })
})

describe('refusals', () => {
  it('answers an error of ours with its status, its code and when to try again', async () => {
    const answer = await get('/late')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await answer.json()).toEqual({
      error: { code: 'unavailable', message: 'come back later', retryable: true, retryAfter: 1_500 },
    })
  })

  it('tells the client nothing of a fault inside, and the operator everything', async () => {
    const answer = await get('/broken')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('hunter2')
    expect(log.join('')).toContain(answer.headers.get('x-request-id'))
    expect(refused).toEqual(['internal'])
  })

  it('answers an unknown path in the same form', async () => {
    const answer = await get('/nowhere')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } })
  })
})

describe('sizes', () => {
  it('takes bodies up to the limit and files up to their own', async () => {
    expect(await (await post('/echo', new Uint8Array(1_024))).text()).toBe('1024')
    expect(await (await post('/v1/files', new Uint8Array(4_096))).text()).toBe('4096')
  })

  it('takes articles to import up to their own, and reads none of them for who may not', async () => {
    const path = '/v1/knowledge/faq/import'
    const take = async (query: string, bytes: number) => {
      const answer = await post(`${path}${query}`, new Uint8Array(bytes))
      return [answer.status, answer.ok && (await answer.text())]
    }
    expect(await take('?as=admin', 5_000_000)).toEqual([200, '5000000'])
    expect(await take('?as=admin', 11_000_000)).toEqual([413, false])
    expect(await take('', 1_000)).toEqual([401, false])
  })

  it('refuses a body whose stated length is too large', async () => {
    const answer = await post('/echo', new Uint8Array(1_025))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'too_large' } })
  })

  it('refuses a body that grows too large without having stated its length', async () => {
    expect(await (await post('/echo', streamOf(1_000))).text()).toBe('1000')
    expect((await post('/echo', streamOf(50_000))).status).toBe(413)
  })

  it('lets the page read why a file was refused', async () => {
    const answer = await post('/channels/web/files', new Uint8Array(5_000))
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([413, '*'])
  })

  it('has one network upload no more than its share of a day, whoever it says it is', async () => {
    const upload = (client: string, body: BodyInit = new Uint8Array(2_400), path = '/channels/web/files') =>
      fetch(url + path, { method: 'POST', body, headers: { 'x-forwarded-for': client }, ...{ duplex: 'half' } })
    expect(await (await upload('2001:db8::1')).text()).toBe('2400')
    expect((await upload('2001:db8::2', streamOf(2_400))).status).toBe(200)
    now += 3_600_000
    const refused = await upload('2001:db8::3')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(23 * 3_600)])
    expect((await upload('2001:db9::1')).status).toBe(200)
    expect((await upload('2001:db8::1', new Uint8Array(2_400), '/v1/files')).status).toBe(200)
    now += 23 * 3_600_000
    expect((await upload('2001:db8::3')).status).toBe(200)
  })

  it('refuses headers of more than 16 KiB', async () => {
    expect((await fetch(url, { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431)
  })
})

describe('rates', () => {
  it('slows down one client and nobody else, until time has passed', async () => {
    for (let count = 0; count < 12; count++) expect((await get('/who')).status).toBe(200)
    const answer = await get('/who')
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { code: 'throttled', retryAfter: 1_000 } })
    expect((await get('/who', '203.0.113.10')).status).toBe(200)
    now += 1_000
    expect((await get('/who')).status).toBe(200)
  })

  it('counts a whole IPv6 network of a customer as one client', async () => {
    for (let count = 0; count < 12; count++) await get('/who', `2001:db8:1:2::${count + 1}`)
    expect((await get('/who', '2001:db8:1:2:ffff::1')).status).toBe(429)
    expect((await get('/who', '2001:db8:1:3::1')).status).toBe(200)
  })

  it('counts what a program with a token asks apart from everybody else at its address', async () => {
    const busy = []
    for (let count = 0; count < 30; count++) busy.push((await getAs('busy-token')).status)
    expect([busy.indexOf(429), busy.lastIndexOf(200)]).toEqual([13, 12])
    expect([(await getAs('calm-token')).status, (await get('/who')).status]).toEqual([200, 200])
    now += 1_000
    expect((await getAs('busy-token')).status).toBe(200)
  })

  it('counts wrong tokens as requests of their network, and tells nobody who guesses whether one was right', async () => {
    expect((await getAs('calm-token')).status).toBe(200)
    for (let guess = 0; guess < 20; guess++) await getAs(`guess-${guess}`)
    expect((await getAs('guess-20')).status).toBe(429)
    expect((await getAs('busy-token')).status).toBe(429)
    expect((await getAs('calm-token')).status).toBe(200)
    expect((await getAs('busy-token', '203.0.113.10')).status).toBe(200)
  })

  it('is no less strict with signing in for whoever has a token', async () => {
    const signIn = () =>
      fetch(`${url}/v1/session`, { method: 'POST', body: '{}', headers: { authorization: 'Bearer calm-token' } })
    const answers = []
    for (let count = 0; count < 3; count++) answers.push((await signIn()).status)
    expect(answers).toEqual([200, 200, 429])
  })

  it('is stricter with signing in', async () => {
    const answers = []
    for (let count = 0; count < 3; count++) answers.push((await post('/v1/session', '{}')).status)
    expect(answers).toEqual([200, 200, 429])
  })
})

describe('the client address', () => {
  it('is the last one that no trusted proxy wrote, whatever the client claims', async () => {
    expect(await (await get('/who', '1.2.3.4, 203.0.113.9, 127.0.0.1')).text()).toBe('203.0.113.9')
  })

  it('is the connection itself when what the proxy says is no address', async () => {
    expect(await (await get('/who', 'nonsense')).text()).toBe('127.0.0.1')
  })

  it('believes no header from anybody who is not trusted', () => {
    const request = { headers: { 'x-forwarded-for': '1.2.3.4' }, socket: { remoteAddress: '::ffff:198.51.100.7' } }
    expect(createClientAddress(['10.0.0.0/8'])(request)).toBe('198.51.100.7')
  })
})

it('hangs up on a client that never finishes its headers', async () => {
  const server = createHttpServer({ fetch: () => new Response() })
  server.headersTimeout = 100
  await listen(server, { host: '127.0.0.1', port: 0 })
  expect(server.requestTimeout).toBeGreaterThan(0)
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n'),
  )
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += String(chunk)
    })
    socket.on('close', () => resolve(text))
  })
  expect(answer).toContain('408')
  await closeServer(server, 0)
}, 10_000)

describe('what a platform pushes', () => {
  const push = (body: BodyInit = 'signed', path = '/channels/gzh/callback') =>
    fetch(url + path, { method: 'POST', body, headers: { 'x-forwarded-for': '198.51.100.1' }, ...{ duplex: 'half' } })

  it('is taken in however many customers come at once from its one address', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => push()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await get('/who', '198.51.100.1')).status).toBe(200)
  })

  it('is turned away for a while when its network sends too many that are not signed, elsewhere not', async () => {
    const answers: number[] = []
    for (let sent = 0; sent < 15; sent++) answers.push((await push('forged')).status)
    expect(answers).toEqual([...Array(13).fill(401), 429, 429])
    expect((await push()).status).toBe(429)
    expect((await fetch(`${url}/channels/gzh/callback`, { method: 'POST', body: 'signed' })).status).toBe(200)
    now += 1_000
    expect((await push()).status).toBe(200)
  })

  it('is bounded in size, and cut off when it does not come to an end', async () => {
    expect((await push('x'.repeat(2_000))).status).toBe(413)
    expect((await push(streamOf(2_000))).status).toBe(413)
    const stuck = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) })
    await expect(push(stuck)).rejects.toThrow()
  })
})
