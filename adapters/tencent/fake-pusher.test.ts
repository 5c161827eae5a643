import { afterEach, describe, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { createFakeEnvelope } from './fake-envelope.ts'
import { createFakeFaults } from './fake-faults.ts'
import { fakeElement, fakeJson, fakeXml } from './fake-payload.ts'
import { createFakePusher, type FakePushMode } from './fake-pusher.ts'
import { type FakeAnswer, type FakeRequest, startFakeServer } from './fake-server.ts'

/** The published example of the platform: token, key and app id of its documentation. */
const envelope = createFakeEnvelope({ token: 'AAAAA', encodingAesKey: 'A'.repeat(43), receiveId: 'wxba5fad812f8e6fb9' })
const TEXT = {
  ToUserName: 'gh_1',
  FromUserName: 'o_1',
  MsgType: 'text',
  Content: '1 < 2 ]]> &',
  MsgId: 4561255354251345929n,
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function stand(mode: FakePushMode, answer: (asked: FakeRequest) => FakeAnswer | Promise<FakeAnswer>) {
  const clock = createFakeClock(() => 1_714_037_059_000)
  const server = await startFakeServer({ faults: createFakeFaults(), answer })
  closing.push(() => server.close())
  const pusher = createFakePusher({
    callbackUrl: () => server.url,
    envelope,
    format: 'xml',
    mode,
    dialect: 'wechat',
    clock,
  })
  return { clock, pusher, server }
}

describe('envelope', () => {
  test('signs as the platform documents it', () => {
    expect(envelope.sign('1714037059', '486452656')).toBe('899cf89e464efb63f54ddac96b0a0a235f53aa78')
  })

  test('what was encrypted is read by its own key and receiver only', () => {
    const encrypted = envelope.encrypt('你好')
    expect(envelope.decrypt(encrypted)).toBe('你好')
    const other = createFakeEnvelope({ token: 'AAAAA', encodingAesKey: 'A'.repeat(43), receiveId: 'wx_other' })
    expect(other.decrypt(encrypted)).toBeUndefined()
    expect(envelope.decrypt('bm90aGluZyBvZiB0aGUga2luZCBhdCBhbGwgISEhISE=')).toBeUndefined()
  })
})

describe('payload', () => {
  test('64-bit ids are written exactly, and no text breaks out of its element', () => {
    expect(fakeJson(TEXT)).toContain('"MsgId":4561255354251345929')
    expect(fakeXml(TEXT)).toContain('<Content><![CDATA[1 < 2 ]]]]><![CDATA[> &]]></Content>')
    expect(fakeXml({ a: [1, 2] })).toBe('<xml><a>1</a><a>2</a></xml>')
    expect(fakeElement('<xml><Encrypt><![CDATA[abc]]></Encrypt><N>7</N></xml>', 'Encrypt')).toBe('abc')
  })
})

describe('pusher', () => {
  test('in the safe mode only the encryption goes over the wire', async () => {
    const { pusher } = await stand('safe', ({ query, body }) => {
      const text = new TextDecoder().decode(body)
      const encrypted = fakeElement(text, 'Encrypt') ?? ''
      const signature = envelope.sign(query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted)
      const right = signature === query.get('msg_signature') && envelope.decrypt(encrypted)?.includes('1 < 2')
      return { body: right && !text.includes('1 < 2') ? 'success' : 'wrong' }
    })
    expect(await pusher.deliver(pusher.compose(TEXT))).toEqual({ attempts: 1, outcome: 'success' })
  })

  test('asks three times, five seconds each, and then gives up', async () => {
    let asked = 0
    const { pusher, clock } = await stand('plain', () => {
      asked += 1
      return { status: 500, body: '' }
    })
    const pushed = pusher.deliver(pusher.compose(TEXT))
    for (const attempt of [1, 2, 3]) {
      await expect.poll(() => asked).toBe(attempt)
      clock.advance(5_000)
    }
    expect(await pushed).toEqual({ attempts: 3, outcome: 'failed' })
  })

  test('an answer that comes too late does not count, and the repeat is the same request', async () => {
    const seen: string[] = []
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const { pusher, clock } = await stand('plain', async ({ query }) => {
      seen.push(query.toString())
      if (seen.length === 1) await late
      return { body: 'success' }
    })
    const pushed = pusher.deliver(pusher.compose(TEXT))
    await expect.poll(() => seen.length).toBe(1)
    clock.advance(5_000)
    expect(await pushed).toEqual({ attempts: 2, outcome: 'success' })
    expect(seen[0]).toBe(seen[1])
    resolve()
  })

  test('a reply in the safe mode must be encrypted and signed', async () => {
    const encrypted = envelope.encrypt('<xml>hello</xml>')
    const reply = { Encrypt: encrypted, MsgSignature: envelope.sign('1', '2', encrypted), TimeStamp: 1, Nonce: '2' }
    const answers = [fakeXml(reply), fakeXml({ ...reply, MsgSignature: 'f'.repeat(40) }), '<xml>hello</xml>']
    const { pusher } = await stand('safe', () => ({ body: answers.shift() ?? '' }))
    const push = pusher.compose(TEXT)
    expect(await pusher.deliver(push)).toMatchObject({ outcome: 'reply', text: '<xml>hello</xml>' })
    expect(await pusher.deliver(push)).toMatchObject({ outcome: 'wrong', why: expect.stringContaining('signature') })
    expect(await pusher.deliver(push)).toMatchObject({
      outcome: 'wrong',
      why: expect.stringContaining('not encrypted'),
    })
  })

  test('the address is in order when it gives the text of the check back exactly', async () => {
    const { pusher } = await stand('safe', ({ query }) => ({ body: query.get('echostr') ?? '' }))
    expect(await pusher.check()).toBe(true)
    const { pusher: other } = await stand('safe', ({ query }) => ({ body: `"${query.get('echostr')}"` }))
    expect(await other.check()).toBe(false)
  })
})
