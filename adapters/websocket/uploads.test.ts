import type { Refused } from '@hutong/core/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentities } from './identity.ts'
import { type Bench, ORIGIN, openBench, SECRET, SHOP } from './test-bench.ts'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
const identities = createIdentities({ secret: SECRET, now: Date.now })
const token = identities.fresh(SHOP)
const HEADERS = { origin: ORIGIN, 'x-hutong-site': 'shop', 'x-hutong-token': token, 'content-type': 'image/png' }

let bench: Bench
beforeAll(async () => {
  bench = await openBench({ adapter: { limits: { uploads: { perMinute: 1, burst: 8 } } } })
})
afterAll(() => bench.close())

async function upload(headers: object = {}, body: Uint8Array<ArrayBuffer> | string = PNG) {
  const response = await bench.upload({ headers: { ...HEADERS, ...headers }, body })
  return { status: response.status, headers: response.headers, answer: await response.json() }
}

describe('an upload', () => {
  it('answers a part that can be sent as it is', async () => {
    const { status, answer, headers } = await upload({ 'x-hutong-name': encodeURIComponent('茶壶 1.png') })
    expect(status).toBe(201)
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(answer.part).toEqual({
      kind: 'image',
      file: answer.part.file,
      name: '茶壶 1.png',
      type: 'image/png',
      bytes: 7,
    })
    const visitor = bench.client({ token })
    await visitor.ready()
    const sent = await visitor.ask<{ seq: number }>('send', {
      key: 'picture',
      body: { kind: 'message', parts: [answer.part] },
    })
    expect(sent.seq).toBe(1)
    const page = await visitor.ask<{ entries: { body: { parts: object[] } }[] }>('after', { after: 0 })
    expect(page.entries[0]?.body.parts[0]).toMatchObject({ kind: 'image', url: answer.url })
  })

  it('has a name without folders', async () => {
    const { answer } = await upload({ 'x-hutong-name': encodeURIComponent('../../etc/cat\u0000.png') })
    expect(answer.part.name).toBe('cat.png')
  })

  it('of an SVG becomes a file, never a picture that could run', async () => {
    const { answer } = await upload({ 'content-type': 'image/svg+xml' }, '<svg/>')
    expect(answer.part.kind).toBe('file')
  })

  it.each<[string, object, Uint8Array<ArrayBuffer> | string, number, string]>([
    ['of a stranger', { 'x-hutong-token': 'nonsense' }, PNG, 401, 'unauthorized'],
    ['from another page', { origin: 'https://evil.example' }, PNG, 403, 'forbidden'],
    ['for an unknown site', { 'x-hutong-site': 'nowhere' }, PNG, 403, 'forbidden'],
    ['above the site’s limit', {}, 'x'.repeat(1_001), 413, 'too_large'],
    ['that claims to be a page', { 'content-type': 'text/html' }, '<p>', 415, 'unsupported_type'],
    ['with a broken name', { 'x-hutong-name': '%E0%A4%A' }, PNG, 400, 'invalid'],
  ])('%s is answered as the table of errors says', async (_what, headers, body, status, code) => {
    const result = await upload(headers, body)
    expect([result.status, result.answer.error?.code]).toEqual([status, code])
    if (status === 403) expect(result.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('is refused for a while after too many', async () => {
    const tries = await Promise.all(Array.from({ length: 9 }, () => upload()))
    const refused = tries.find(({ status }) => status === 429)
    expect(refused?.answer.error).toMatchObject({ code: 'throttled', retryable: true })
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('that its visitor breaks off is no error of the relay, one that the disk refuses is told with its cause', async () => {
    const fresh = await openBench()
    const send = (problem: Error, signal: AbortSignal) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(PNG)
        },
        pull: (controller) => controller.error(problem),
      })
      const init: RequestInit & { duplex: 'half' } = { headers: HEADERS, body, signal, duplex: 'half' }
      return fresh.upload(init)
    }
    const broken = await send(new Error('aborted'), AbortSignal.abort())
    expect(((await broken.json()) as Refused).error).toMatchObject({ code: 'invalid', field: 'body' })
    expect(fresh.host.logged).toEqual([])
    const full = new Error('ENOSPC')
    expect((await send(full, new AbortController().signal)).status).toBe(500)
    expect(fresh.host.logged).toEqual([{ level: 'error', message: 'an upload failed', fields: { err: full } }])
    await fresh.close()
  })

  it('may be asked for from any page, because the file itself is held against the site', async () => {
    const preflight = await bench.upload({ method: 'OPTIONS', headers: { origin: ORIGIN } })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-hutong-token')
  })
})

describe('a picture of elsewhere', () => {
  it('is refused, so that visitors cannot make agents’ browsers call home', async () => {
    const visitor = bench.client()
    await visitor.ready()
    const parts = [{ kind: 'image', url: 'https://evil.example/pixel.png' }]
    expect(await visitor.ask('send', { key: 'pixel', body: { kind: 'message', parts } })).toMatchObject({
      error: { code: 'invalid', field: 'body.parts.0.file' },
    })
  })
})
