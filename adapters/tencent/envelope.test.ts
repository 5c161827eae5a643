import { HutongError } from '@hutong/core/errors'
import { describe, expect, test } from 'vitest'
import { createEnvelope, type Envelope, type Opened } from './envelope.ts'
import { createFakeEnvelope } from './fake-envelope.ts'
import { parseJson } from './json.ts'
import { parseXml } from './xml.ts'

const NOW = 1_750_000_000
const TOKEN = 'a token'
const APP = 'wx0123456789abcdef'
const [KEY, PREVIOUS, FOREIGN] = [...'kpf'].map((letter) => `${letter.repeat(42)}A`)
const clock = { now: () => NOW * 1000 }
const bytes = (text: string) => new TextEncoder().encode(text)

interface Push {
  key?: string | undefined
  receiveId?: string
  timestamp?: number
  nonce?: string
  format?: 'xml' | 'json'
  text?: string
}

interface Signed {
  query: URLSearchParams
  body: Uint8Array
}

let pushes = 0

/** A message with an id of its own, as the platform would encrypt and sign it. */
function sealed(push: Push = {}): Signed {
  const { key = KEY, receiveId = APP, timestamp = NOW, nonce = String(1_000_000_000 + pushes), format = 'xml' } = push
  const fake = createFakeEnvelope({ token: TOKEN, encodingAesKey: key, receiveId })
  return around(fake.encrypt(push.text ?? message(format)), { timestamp, nonce, format })
}

function message(format: 'xml' | 'json'): string {
  pushes += 1
  return format === 'xml'
    ? `<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好 <${pushes}>]]></Content><MsgId>${pushes}</MsgId></xml>`
    : `{"MsgType":"text","Content":"你好 <${pushes}>","MsgId":${pushes}}`
}

function around(
  encrypted: string,
  { timestamp, nonce, format }: { timestamp: number; nonce: string; format: string },
): Signed {
  const fake = createFakeEnvelope({ token: TOKEN, receiveId: APP })
  const query = new URLSearchParams({
    signature: fake.sign(String(timestamp), nonce),
    timestamp: String(timestamp),
    nonce,
    encrypt_type: 'aes',
    msg_signature: fake.sign(String(timestamp), nonce, encrypted),
  })
  const outside =
    format === 'xml'
      ? `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
      : JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypted })
  return { query, body: bytes(outside) }
}

function plain(text = message('xml'), timestamp = NOW): Signed {
  const nonce = String(1_000_000_000 + pushes)
  const signature = createFakeEnvelope({ token: TOKEN, receiveId: APP }).sign(String(timestamp), nonce)
  return { query: new URLSearchParams({ signature, timestamp: String(timestamp), nonce }), body: bytes(text) }
}

const safe = () =>
  createEnvelope({ token: TOKEN, receiveIds: [APP], encodingAesKeys: [KEY ?? '', PREVIOUS ?? ''], clock })
const open = (envelope: Envelope, { query, body }: Signed): Opened => envelope.open(query, body)

/** What an envelope said to a request: the code of its refusal, or `opened`. Anything but a HutongError fails the test. */
function verdict(envelope: Envelope, signed: Signed): string {
  try {
    open(envelope, signed)
    return 'opened'
  } catch (thrown) {
    if (thrown instanceof HutongError) return thrown.code
    throw thrown
  }
}

describe('what the platform sends', () => {
  test.each(['xml', 'json'] as const)('is opened with the current key and with the one before, in %s', (format) => {
    const envelope = safe()
    for (const key of [KEY, PREVIOUS]) expect(verdict(envelope, sealed({ key, format }))).toBe('opened')
  })

  test.each(['xml', 'json'] as const)('is answered with the key that opened it, in %s', (format) => {
    const envelope = safe()
    const opened = open(envelope, sealed({ key: PREVIOUS, format }))
    const reply = envelope.seal('the reply', opened)
    const fake = createFakeEnvelope({ token: TOKEN, encodingAesKey: PREVIOUS, receiveId: APP })
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = format === 'xml' ? parseXml(reply) : parseJson(reply)
    expect(fake.decrypt(String(Encrypt))).toBe('the reply')
    expect(MsgSignature).toBe(fake.sign(String(TimeStamp), String(Nonce), String(Encrypt)))
  })

  test('in compatible mode, is read from what is encrypted alone', () => {
    const { query, body } = sealed({ text: '<xml><Content>true</Content></xml>' })
    const both = new TextDecoder().decode(body).replace('<xml>', '<xml><Content>forged</Content>')
    expect(safe().open(query, bytes(both)).payload).toEqual({ Content: 'true' })
  })

  test('without a key, is opened and answered in plain text', () => {
    const envelope = createEnvelope({ token: TOKEN, receiveIds: [APP], clock })
    const opened = open(envelope, plain('<xml><MsgType>text</MsgType></xml>'))
    expect(opened.payload).toEqual({ MsgType: 'text' })
    expect(envelope.seal('<xml>reply</xml>', opened)).toBe('<xml>reply</xml>')
  })

  test('encrypted, but to a channel without a key, says what is missing', () => {
    const envelope = createEnvelope({ token: TOKEN, receiveIds: [APP], clock })
    expect(() => open(envelope, sealed())).toThrow('EncodingAESKey')
  })

  test('a second time is a repeat only once it was kept, and forgotten after ten minutes', () => {
    let now = NOW
    const envelope = createEnvelope({ token: TOKEN, receiveIds: [APP], clock: { now: () => now * 1000 } })
    const push = plain()
    const first = open(envelope, push)
    expect([first.repeat, open(envelope, push).repeat]).toEqual([false, false])
    first.keep()
    expect(open(envelope, push)).toMatchObject({ repeat: true, id: first.id })
    now += 601
    expect(verdict(envelope, push)).toBe('unauthorized')
  })
})

describe('a channel', () => {
  test.each([
    ['a key that is too short', { encodingAesKeys: ['abc'] }],
    ['an empty token', { token: '' }],
  ])('with %s does not start', (_, wrong) => {
    expect(() => createEnvelope({ token: TOKEN, receiveIds: [APP], clock, ...wrong })).toThrow(HutongError)
  })

  test('echoes nothing that a browser could run', () => {
    const { query } = plain()
    query.set('echostr', '<script>alert(1)</script>')
    expect(() => safe().echo(query)).toThrow('echostr')
  })
})

/** Random numbers that are the same in every run. */
function createDice(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: <T>(list: readonly T[]): T | undefined => list[below(list.length)] }
}
type Dice = ReturnType<typeof createDice>

/** One byte changed, left out, put in, or everything from there on cut off. */
function damage(body: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(body.length)
  const [before, after] = [body.subarray(0, at), body.subarray(at + 1)]
  const kinds = [
    () => [...before, (body[at] ?? 0) ^ (1 << dice.below(8)), ...after],
    () => [...before, ...after],
    () => [...before, dice.below(256), ...body.subarray(at)],
    () => [...before],
  ]
  return new Uint8Array(dice.pick(kinds)?.() ?? [])
}

function damageText(text: string, dice: Dice): string {
  const at = dice.below(text.length)
  const other = String.fromCharCode(33 + dice.below(94))
  return text.slice(0, at) + (other === text[at] ? '' : other) + text.slice(at + 1)
}

const ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
const nested = (levels: number) => `<xml>${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}</xml>`
const nestedJson = (levels: number) => `${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`

/** Ways to forge a request that an envelope has kept before, or to make one of its own. Each must be refused. */
const FORGERIES: Readonly<Record<string, (kept: Signed, dice: Dice) => Signed>> = {
  'changed bytes': ({ query, body }, dice) => ({ query, body: damage(body, dice) }),
  'a changed parameter': ({ query, body }, dice) => {
    const changed = new URLSearchParams(query)
    const name = dice.pick([query.has('msg_signature') ? 'msg_signature' : 'signature', 'timestamp', 'nonce']) ?? ''
    changed.set(name, damageText(query.get(name) ?? '', dice))
    return { query: changed, body }
  },
  'a missing parameter': ({ query, body }, dice) => {
    const changed = new URLSearchParams(query)
    changed.delete(dice.pick([query.has('msg_signature') ? 'msg_signature' : 'signature', 'timestamp', 'nonce']) ?? '')
    return { query: changed, body }
  },
  'a parameter twice': ({ query, body }, dice) => {
    const name = dice.pick([...query.keys()]) ?? ''
    return { query: new URLSearchParams([...query, [name, query.get(name) ?? '']]), body }
  },
  'a signature in capitals': ({ query, body }) => {
    const changed = new URLSearchParams(query)
    for (const name of ['signature', 'msg_signature'])
      if (query.has(name)) changed.set(name, `${query.get(name)?.toUpperCase()}`)
    return { query: changed, body }
  },
  'another body with a signature that was used': ({ query, body }, dice) => ({
    query,
    body: new Uint8Array([...body, ...bytes(' '.repeat(1 + dice.below(5)))]),
  }),
  'plain text where everything is encrypted': (_, dice) => {
    const { query, body } = plain(message(dice.pick(['xml', 'json']) ?? 'xml'))
    if (dice.below(2) === 0) query.set('msg_signature', query.get('signature') ?? '')
    return { query, body }
  },
  'an old or future time': (_, dice) =>
    sealed({ timestamp: NOW + (dice.below(2) === 0 ? -1 : 1) * (301 + dice.below(100_000)) }),
  'another receiver': (_, dice) => sealed({ receiveId: dice.pick([`${APP}0`, 'wx', '', APP.toUpperCase()]) ?? '' }),
  'an unknown key': () => sealed({ key: FOREIGN }),
  'encrypted nonsense': (_, dice) => {
    const length = dice.pick([16, 32, 64, 1_024, 1 + dice.below(200)]) ?? 16
    const nonsense = Buffer.from(Array.from({ length }, () => dice.below(256))).toString('base64')
    return around(nonsense, { timestamp: NOW, nonce: String(dice.below(1e9)), format: 'xml' })
  },
  'entities inside or outside': (_, dice) =>
    dice.below(2) === 0 ? sealed({ text: ENTITIES }) : { ...sealed(), body: bytes(ENTITIES) },
  'deep nesting inside or outside': (_, dice) => {
    const deep = dice.pick([nested(20), nested(5_000), nestedJson(40), nestedJson(20_000)]) ?? ''
    return dice.below(2) === 0 ? sealed({ text: deep }) : { ...sealed(), body: bytes(deep) }
  },
  'nothing that was ever a message': (_, dice) => ({
    ...sealed(),
    body: new Uint8Array(Array.from({ length: dice.below(400) }, () => dice.below(256))),
  }),
}

describe('forged requests', () => {
  const kinds = Object.keys(FORGERIES)

  test('none of 10,000 is accepted, and none fails in another way than by being refused', () => {
    const dice = createDice(4)
    const envelope = safe()
    const verdicts: Record<string, number> = {}
    for (let count = 0; count < 10_000; count += 1) {
      const genuine = sealed({ format: dice.pick(['xml', 'json']) ?? 'xml', key: dice.pick([KEY, PREVIOUS]) })
      open(envelope, genuine).keep()
      const kind = kinds[count % kinds.length] ?? ''
      const given = verdict(envelope, FORGERIES[kind]?.(genuine, dice) ?? genuine)
      verdicts[`${kind}: ${given}`] = (verdicts[`${kind}: ${given}`] ?? 0) + 1
    }
    expect(Object.keys(verdicts).filter((one) => one.endsWith('opened'))).toEqual([])
    expect(Object.keys(verdicts).filter((one) => one.startsWith('encrypted nonsense'))).toEqual([
      'encrypted nonsense: unauthorized',
    ])
    expect(Object.values(verdicts).reduce((sum, one) => sum + one, 0)).toBe(10_000)
  })

  test('a plain request that was kept is never accepted with anything else', () => {
    const dice = createDice(5)
    const envelope = createEnvelope({ token: TOKEN, receiveIds: [APP], clock })
    for (const kind of [
      'changed bytes',
      'a changed parameter',
      'a missing parameter',
      'a parameter twice',
      'another body with a signature that was used',
    ])
      for (let count = 0; count < 200; count += 1) {
        const genuine = plain()
        open(envelope, genuine).keep()
        expect(verdict(envelope, FORGERIES[kind]?.(genuine, dice) ?? genuine)).not.toBe('opened')
      }
  })

  test('none can be made of a check of the address, which itself may come again', () => {
    const envelope = createEnvelope({ token: TOKEN, receiveIds: [APP], clock })
    const { query } = plain()
    query.set('echostr', '4375120948345356249')
    expect([envelope.echo(query), envelope.echo(query)]).toEqual(Array(2).fill('4375120948345356249'))
    expect(verdict(envelope, { query, body: bytes(message('xml')) })).toBe('unauthorized')
    const push = plain()
    open(envelope, push)
    push.query.set('echostr', '1')
    expect(() => envelope.echo(push.query)).toThrow('used before')
  })

  test('a body of one byte more than a MiB is too large before anything of it is read', () => {
    expect(verdict(safe(), { ...sealed(), body: new Uint8Array(1024 * 1024 + 1) })).toBe('too_large')
  })
})
