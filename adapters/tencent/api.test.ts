import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Api, createApi, platformCode } from './api.ts'

/** A real server that answers each test as it says. */
let answer: (request: IncomingMessage & { body: Buffer }, response: ServerResponse) => void
let asked: string[]
let refused: string[]
let token: string
let host: MemoryHost
let base: string
let api: Api
let close: () => Promise<void>

const SECRET = 'secret-token-1'
const id = z.object({ id: z.string() })
const ERRORS = {
  45015: 'window_closed',
  45011: { code: 'throttled', retryAfter: 5_000 },
  40001: 'misconfigured',
} as const

beforeEach(async () => {
  asked = []
  refused = []
  token = SECRET
  host = createMemoryHost()
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    answer(Object.assign(request, { body: Buffer.concat(chunks) }), response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  api = apiAt(base)
})

afterEach(() => close())

const tokens = {
  current: async () => token,
  async refused(one: string) {
    refused.push(one)
    token = 'secret-token-2'
    return token
  },
}
const apiAt = (url: string) =>
  createApi({ base: url, token: tokens, errors: ERRORS, timeoutMs: 200, logger: host.logger })
const json = (response: ServerResponse, value: unknown) =>
  void response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
const says = (value: unknown) => {
  answer = (_, response) => json(response, value)
}

/** The error of a call that must fail; no secret stands anywhere in it. */
async function failure(call: Promise<unknown>): Promise<HutongError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof HutongError)) throw new Error(`expected a HutongError, not ${thrown}`)
  for (let error: unknown = thrown; error instanceof Error; error = error.cause)
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret')
  expect(JSON.stringify(host.logged)).not.toContain('secret')
  return thrown
}

const stream = (...chunks: Uint8Array[]) => new Blob(chunks.map((one) => new Uint8Array(one))).stream()

async function read(content: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a call', () => {
  test('carries the access token and its JSON, and its answer is read', async () => {
    answer = (request, response) => json(response, { errcode: 0, id: request.body.toString() })
    expect(await api.post('/cgi-bin/send?debug=1', { text: '你好' }, id)).toEqual({ id: '{"text":"你好"}' })
    expect(asked).toEqual([`POST /cgi-bin/send?debug=1&access_token=${SECRET}`])
  })

  test('without a token goes out without one', async () => {
    says({ id: 'x' })
    const bare = createApi({ base, errors: {}, timeoutMs: 200, logger: host.logger })
    expect(await bare.get('/cgi-bin/token?secret=s', id)).toEqual({ id: 'x' })
    expect(asked).toEqual(['GET /cgi-bin/token?secret=s'])
  })

  test.each([
    [45015, 'window_closed', undefined],
    [45011, 'throttled', 5_000],
    [-1, 'throttled', 2_000],
    [99999, 'rejected', undefined],
  ])('that the platform answers with %i is %s', async (errcode, code, retryAfter) => {
    says({ errcode, errmsg: 'why' })
    const error = await failure(api.post('/x', {}, id))
    expect(error).toMatchObject({ code, retryAfter })
    expect(platformCode(error)).toBe(errcode)
  })

  test.each([40001, 40014, 42001])('that is refused with %i is repeated once with another token', async (errcode) => {
    answer = (request, response) =>
      json(response, request.url?.includes('secret-token-2') ? { id: 'x' } : { errcode, errmsg: `invalid ${SECRET}` })
    expect(await api.post('/x', {}, id)).toEqual({ id: 'x' })
    expect(refused).toEqual([SECRET])
  })

  test('that is refused with every token ends, without naming one', async () => {
    answer = (request, response) =>
      json(response, {
        errcode: 40001,
        errmsg: `invalid ${new URL(request.url ?? '', base).searchParams.get('access_token')}`,
      })
    const error = await failure(api.post('/x', {}, id))
    expect([error.code, platformCode(error), asked.length]).toEqual(['misconfigured', 40001, 2])
  })
})

describe('a call that the platform may have acted on ends with timeout', () => {
  const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'the connection is reset after the request': (response) => response.socket?.resetAndDestroy(),
    'the connection is closed after the request': (response) => response.socket?.destroy(),
    'no answer comes': () => undefined,
    'the answer stops half-way': (response) => void response.writeHead(200).write('{"id":'),
    'the answer is cut off': (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"access_token":"secret', () => response.destroy())
    },
    'a gateway answers 502': (response) => void response.writeHead(502).end('<html>Bad Gateway'),
    'the platform answers 500': (response) => void response.writeHead(500).end('{"id":"x"}'),
    'HTML comes in place of JSON': (response) => void response.end('<html>secret</html>'),
    'a JSON answer is not whole': (response) => void response.end('{"access_token":"secret-tok'),
    'the answer lacks what was asked for': (response) => json(response, { errcode: 0, other: 'secret' }),
    'the answer is no object': (response) => json(response, ['secret']),
  }
  test.each(Object.keys(ways))('when %s', async (way) => {
    answer = (_, response) => ways[way]?.(response)
    expect((await failure(api.post('/x', {}, id))).code).toBe('timeout')
    expect(asked).toHaveLength(1)
  })

  test('and says so in words before it names the call', async () => {
    answer = (_, response) => response.socket?.resetAndDestroy()
    expect((await failure(api.post('/x', {}, id))).message).toMatch(/^the platform gave no answer \(\/x: \w+\)$/)
    answer = (_, response) => void response.writeHead(502).end()
    expect((await failure(api.post('/x', {}, id))).message).toBe('the platform is out of order (/x: HTTP 502)')
  })

  test('when the answer is huge, of which little is read', async () => {
    let sent = 0
    answer = (_, response) => {
      const more = () => {
        while (sent < 200_000_000 && !response.destroyed) {
          sent += 1_000_000
          if (!response.write(Buffer.alloc(1_000_000, ' '))) break
        }
      }
      response.on('drain', more)
      more()
    }
    expect((await failure(api.post('/x', {}, id))).code).toBe('timeout')
    expect(sent).toBeLessThan(50_000_000)
  })
})

describe('a call that the platform has surely not acted on ends with unreachable', () => {
  test('when nobody listens', async () => {
    await close()
    expect((await failure(api.post('/x', {}, id))).code).toBe('unreachable')
    close = async () => undefined
  })

  test('when the name is unknown', async () => {
    expect((await failure(apiAt('http://nowhere.invalid').post('/x', {}, id))).code).toBe('unreachable')
  })

  test('when the other side speaks no TLS', async () => {
    expect((await failure(apiAt(base.replace('http:', 'https:')).post('/x', {}, id))).code).toBe('unreachable')
  })

  test('when a proxy leads elsewhere, where the token never goes', async () => {
    answer = (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end()
    expect((await failure(api.post('/x', {}, id))).code).toBe('unreachable')
    expect(asked).toHaveLength(1)
  })

  test('when a proxy refuses', async () => {
    answer = (_, response) => void response.writeHead(403).end('no')
    expect((await failure(api.post('/x', {}, id))).code).toBe('unreachable')
  })
})

test('a proxy that asks to slow down is obeyed', async () => {
  answer = (_, response) => void response.writeHead(429).end()
  expect((await failure(api.post('/x', {}, id))).code).toBe('throttled')
})

describe('an upload', () => {
  test('arrives whole, with its name and a length that was said beforehand', async () => {
    let form: FormData | undefined
    let length: string | undefined
    answer = async (request, response) => {
      length = request.headers['content-length']
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      form = await new Response(new Uint8Array(request.body), { headers }).formData()
      json(response, { id: 'media' })
    }
    const file = {
      content: stream(new Uint8Array([1, 2]), new Uint8Array([3])),
      name: '发票 "1".pdf',
      type: 'application/pdf',
    }
    expect(await api.upload('/media?type=file', file, id)).toEqual({ id: 'media' })
    const media = form?.get('media')
    expect(media).toBeInstanceOf(File)
    if (!(media instanceof File)) return
    expect([media.name, media.type, media.size]).toEqual(['发票 "1".pdf', 'application/pdf', 3])
    expect(Number(length)).toBeGreaterThan(3)
  })

  test('of more than 20 MiB is refused before it goes out', async () => {
    const file = { content: stream(new Uint8Array(20 * 1024 * 1024 + 1)), name: 'x', type: 'image/png' }
    expect((await failure(api.upload('/media', file, id))).code).toBe('too_large')
    expect(asked).toEqual([])
  })
})

describe('a download', () => {
  test('is a stream with a name and a type', async () => {
    answer = (_, response) => {
      const name = Buffer.from('../发票.pdf').toString('latin1')
      response.writeHead(200, {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename="${name}"`,
      })
      response.end('%PDF')
    }
    const { content, name, type } = await api.download('/media/get?media_id=1')
    expect([name, type, (await read(content)).toString()]).toEqual(['发票.pdf', 'application/pdf', '%PDF'])
  })

  test('of a text that a customer sent is a file, even of JSON', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename=a.json' })
      response.end('{"errcode":1}')
    }
    const { content, name } = await api.download('/media/get')
    expect([name, (await read(content)).toString()]).toEqual(['a.json', '{"errcode":1}'])
  })

  test.each(['application/json', 'text/plain'])('that fails says why, as %s', async (type) => {
    answer = (_, response) => void response.setHeader('content-type', type).end('{"errcode":45015,"errmsg":"late"}')
    expect((await failure(api.download('/media/get'))).code).toBe('window_closed')
  })

  test('of a video follows the address that comes in its place, without the token', async () => {
    answer = (request, response) => {
      if (request.url === '/video') response.setHeader('content-type', 'video/mp4').end('film')
      else json(response, { video_url: `${base}/video` })
    }
    expect((await read((await api.download('/media/get')).content)).toString()).toBe('film')
    expect(asked.at(-1)).toBe('GET /video')
  })

  test('of too much is refused, whether its size is said or not', async () => {
    answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'image/png', 'content-length': 1e9 }).flushHeaders()
    expect((await failure(api.download('/media/get'))).code).toBe('too_large')
    answer = (_, response) => {
      response.setHeader('content-type', 'image/png').write(Buffer.alloc(21 * 1024 * 1024))
      response.end()
    }
    const { content } = await api.download('/media/get')
    expect((await failure(read(content))).code).toBe('too_large')
  })

  test('that is cut off is no whole file', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': 1_000 })
      response.write('part', () => response.destroy())
    }
    const { content } = await api.download('/media/get')
    expect((await failure(read(content))).code).toBe('unreachable')
  })
})
