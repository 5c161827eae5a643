import { HutongError } from '@hutong/core/errors'
import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Callback, createCallback } from './callback.ts'
import { createEnvelope, type Opened } from './envelope.ts'
import { createFakeEnvelope } from './fake-envelope.ts'
import { parseXml } from './xml.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const APP = 'wx0123456789abcdef'
const NOW = 1_750_000_000
const fake = createFakeEnvelope({ token: 'a token', encodingAesKey: KEY, receiveId: APP })

let host: MemoryHost
let handed: Opened[]
let answer: () => Promise<string | undefined>
let callback: Callback

beforeEach(() => {
  host = createMemoryHost({ channel: 'wechat', now: NOW * 1000 })
  handed = []
  answer = async () => undefined
  const envelope = createEnvelope({ token: 'a token', encodingAesKeys: [KEY], receiveIds: [APP], clock: host.clock })
  const receive = (opened: Opened) => {
    handed.push(opened)
    return answer()
  }
  callback = createCallback({ envelope, logger: host.logger, receive, now: host.clock.now })
})

function push(text = '<xml><MsgId>1</MsgId></xml>', body?: BodyInit): Request {
  const encrypted = fake.encrypt(text)
  const query = new URLSearchParams({
    msg_signature: fake.sign(String(NOW), '12345', encrypted),
    timestamp: String(NOW),
    nonce: '12345',
  })
  const sealed = body ?? `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
  return new Request(`https://relay.example/channels/wechat/callback?${query}`, {
    method: 'POST',
    body: sealed,
    ...duplex,
  })
}
const duplex = { duplex: 'half' }

const said = async (response: Response) => [response.status, await response.text()]

describe('the check of the address', () => {
  test('is answered in plain text', async () => {
    const query = new URLSearchParams({
      signature: fake.sign(String(NOW), '1'),
      timestamp: String(NOW),
      nonce: '1',
      echostr: '4375120948345356249',
    })
    const response = await callback.get(new Request(`https://relay.example/callback?${query}`))
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await said(response)).toEqual([200, '4375120948345356249'])
  })

  test('is refused without a word when it is forged', async () => {
    expect(await said(await callback.get(new Request('https://relay.example/callback?echostr=1')))).toEqual([401, ''])
  })
})

describe('a push', () => {
  test('is answered once the message is durable, and not before', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    answer = () => promise
    let answered = false
    const answering = callback.post(push()).then((response) => {
      answered = true
      return response
    })
    await new Promise((done) => setTimeout(done))
    expect([handed.length, answered]).toEqual([1, false])
    resolve(undefined)
    expect(await said(await answering)).toEqual([200, 'success'])
  })

  test('that comes three times before it is answered is handed in once, and answered alike', async () => {
    const request = push()
    answer = async () => '<xml>a reply</xml>'
    const copies = [request.clone(), request.clone(), request]
    const answers = await Promise.all(copies.map(async (one) => said(await callback.post(one))))
    expect(handed).toHaveLength(1)
    expect(new Set(answers.map(String)).size).toBe(1)
    expect(fake.decrypt(String(parseXml(String(answers[0]?.[1])).Encrypt))).toBe('<xml>a reply</xml>')
  })

  test('that comes again after it was answered gets the same reply, and is not handed in', async () => {
    const request = push()
    answer = async () => '<xml>a reply</xml>'
    const again = request.clone()
    const first = await said(await callback.post(request))
    expect(await said(await callback.post(again))).toEqual(first)
    expect(handed).toHaveLength(1)
  })

  test('that could not be kept is answered with 503, and handed in when it comes again', async () => {
    const request = push()
    const again = request.clone()
    answer = () => Promise.reject(new HutongError('unavailable', 'draining'))
    expect(await said(await callback.post(request))).toEqual([503, ''])
    answer = async () => undefined
    expect(await said(await callback.post(again))).toEqual([200, 'success'])
    expect(handed).toHaveLength(2)
  })

  test('whose handling fails in an unknown way is answered with 503 and told to the operator', async () => {
    answer = () => Promise.reject(new Error('a bug'))
    expect(await said(await callback.post(push()))).toEqual([503, ''])
    expect(host.logged).toMatchObject([{ level: 'warn', fields: { code: 'internal', status: 503 } }])
  })

  test('can be accepted without a word, as WeCom documents it', async () => {
    const envelope = createEnvelope({ token: 'a token', encodingAesKeys: [KEY], receiveIds: [APP], clock: host.clock })
    const quiet = createCallback({ envelope, logger: host.logger, receive: async () => undefined, accepted: '' })
    expect(await said(await quiet.post(push()))).toEqual([200, ''])
  })
})

describe('what is no push', () => {
  test.each([
    ['nothing', '', 400],
    ['plain text', '<xml><MsgId>1</MsgId></xml>', 401],
    ['nonsense', '\u0000\u0001', 400],
    ['a DOCTYPE', '<!DOCTYPE x []><xml/>', 400],
    ['a byte more than a MiB', 'x'.repeat(1024 * 1024 + 1), 413],
  ])('is refused without a word: %s', async (_, body, status) => {
    expect(await said(await callback.post(push(undefined, body)))).toEqual([status, ''])
    expect(handed).toEqual([])
  })

  test('without an end is cut off after a MiB', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect(await said(await callback.post(push(undefined, endless)))).toEqual([413, ''])
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })

  test('that breaks off is no reason to throw', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) })
    expect(await said(await callback.post(push(undefined, broken)))).toEqual([503, ''])
  })

  test('in a flood does not flood the log', async () => {
    for (let count = 0; count < 500; count += 1) await callback.post(push(undefined, '<xml><a>1</a></xml>'))
    expect(host.logged.length).toBeLessThanOrEqual(6)
  })
})
