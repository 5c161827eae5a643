import { createFakeEnvelope } from '../../adapters/tencent/fake-envelope.ts'
import type { Random } from './random.ts'
import { CALLBACK } from './test-tencent-stand.ts'

/** A callback as it goes over the wire. */
export interface Request {
  query: string
  body: string | Uint8Array<ArrayBuffer>
  method?: 'GET' | 'POST'
}

/** What mutants of one channel are made of. */
export interface Ground {
  format: 'xml' | 'json'
  /** Whose callbacks they are: the end of what is encrypted. */
  receiveId: string
  /** Signed and encrypted by the platform, never sent. */
  fresh(): { query: string; body: string }
  /** Taken before. */
  taken: { query: string; body: string }
  /** A message in plain text. */
  plain(): string
}

type Make = (ground: Ground, random: Random) => Request

const SIGNED = ['msg_signature', 'timestamp', 'nonce'] as const
const ODD = ['\0', '<', '>', '&', '"', ']]>', '<!--', '%00', '\u{1f600}', ' ', '\r\n', '-1', '=']
const MINUTE = 60_000
const BOMB =
  '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
const FILE = '<!DOCTYPE xml [<!ENTITY c SYSTEM "file:///etc/passwd">]>'

/** The ways in which what comes is not what the platform sent. Each gives something else every time. */
export const MUTATIONS: Readonly<Record<string, Make>> = {
  'bytes of the ciphertext': ({ fresh }, random) => {
    const push = fresh()
    const [from, to] = ciphertextIn(push.body)
    return { ...push, body: bent(push.body, random, [from, to - 1]) }
  },
  'bytes of a body that was taken': ({ taken }, random) => ({
    ...taken,
    body: bent(taken.body, random, [0, taken.body.length - 1]),
  }),
  'a changed parameter': ({ fresh }, random) => {
    const push = fresh()
    const query = new URLSearchParams(push.query)
    const name = one(SIGNED, random)
    query.set(name, bent(query.get(name) ?? '', random, [0, (query.get(name) ?? '').length - 1]))
    return { ...push, query: query.toString() }
  },
  'a parameter too few or too many': ({ fresh }, random) => {
    const push = fresh()
    const query = new URLSearchParams(push.query)
    const name = one(SIGNED, random)
    if (random.between(0, 1) === 0) query.delete(name)
    else query.append(name, one([query.get(name) ?? '', '', '0'], random))
    return { ...push, query: query.toString() }
  },
  "another request's signature": ({ fresh, taken }, random) => {
    const other = random.between(0, 1) === 0 ? fresh() : taken
    return { ...fresh(), query: other.query }
  },
  'plain text in its place': (ground, random) => ({ query: plainQuery(ground, random), body: ground.plain() }),
  'plain text beside an empty or foreign ciphertext': (ground, random) => {
    const encrypted = one(['', 'AAAA', noise(random, 64).toString('base64')], random)
    return { query: plainQuery(ground, random), body: beside(ground, encrypted) }
  },
  'too old or from the future': (ground, random) => {
    const away = random.between(5 * 60_000 + 2_000, 10 * 24 * 60 * MINUTE) * (random.between(0, 1) === 0 ? 1 : -1)
    return sealed(ground, random, { at: Date.now() + away })
  },
  'another token, key or account': (ground, random) => {
    const wrong = one([{ token: 'othertoken' }, { encodingAesKey: 'Z'.repeat(43) }, { receiveId: 'wx9999' }], random)
    return sealed(ground, random, { as: wrong })
  },
  'noise that is signed rightly': (ground, random) =>
    signedOver(ground, random, noise(random, 32 * random.between(1, 20)).toString('base64')),
  'what cannot be read, encrypted rightly': (ground, random) =>
    sealed(ground, random, { text: unreadable(ground, random) }),
  'entity bombs and floods around the ciphertext': ({ fresh, format }, random) => {
    const push = fresh()
    const depth = random.between(200, 5_000)
    const deep = format === 'xml' ? '<a>'.repeat(depth) : `{"a":${'['.repeat(depth)}${']'.repeat(depth)},`
    const flood = format === 'xml' ? `${deep}${'</a>'.repeat(depth)}</xml>` : deep
    if (format === 'json') return { ...push, body: push.body.replace('{', flood) }
    const heads = [one([BOMB, FILE], random) + push.body, push.body.replace('</xml>', flood)]
    return { ...push, body: one(heads, random) }
  },
  'no text at all': ({ fresh }, random) => ({ ...fresh(), body: noise(random, random.between(0, 400)) }),
  'more than a body may have': ({ fresh }, random) => {
    const push = fresh()
    return { ...push, body: push.body + ' '.repeat(random.between(256 * 1_024, 300_000)) }
  },
  'a check of the address': ({ fresh }, random) => {
    const query = new URLSearchParams(fresh().query)
    query.set('echostr', one([String(random.between(1, 1e9)), noise(random, 64).toString('base64')], random))
    if (random.between(0, 1) === 0) query.delete('msg_signature')
    query.set('signature', noise(random, 20).toString('hex'))
    return { method: 'GET', query: query.toString(), body: '' }
  },
}

/** A callback that is right in everything, unless it is said otherwise: that one must be taken. */
export function sealed(
  ground: Ground,
  random: Random,
  { text = ground.plain(), at = Date.now(), as = {} }: { text?: string; at?: number; as?: Partial<Keys> } = {},
): Request {
  const keys = { ...CALLBACK, receiveId: ground.receiveId, ...as }
  return signedOver(ground, random, createFakeEnvelope(keys).encrypt(text), { at, keys })
}

interface Keys {
  token: string
  encodingAesKey: string
  receiveId: string
}

function signedOver(
  ground: Ground,
  random: Random,
  encrypted: string,
  { at, keys }: { at: number; keys: Keys } = { at: Date.now(), keys: { ...CALLBACK, receiveId: ground.receiveId } },
): Request {
  const [timestamp, nonce] = [String(Math.floor(at / 1_000)), String(random.between(1, 1e9))]
  const { sign } = createFakeEnvelope(keys)
  const signatures = { signature: sign(timestamp, nonce), msg_signature: sign(timestamp, nonce, encrypted) }
  const query = new URLSearchParams({ ...signatures, timestamp, nonce, encrypt_type: 'aes' }).toString()
  return { query, body: outside(ground, encrypted) }
}

function outside({ format }: Ground, encrypted: string): string {
  return format === 'json' ? JSON.stringify({ Encrypt: encrypted }) : `<xml><Encrypt>${encrypted}</Encrypt></xml>`
}

function beside({ format, plain }: Ground, encrypted: string): string {
  if (format === 'json') return plain().replace('{', `{"Encrypt":"${encrypted}",`)
  return plain().replace('<xml>', `<xml><Encrypt>${encrypted}</Encrypt>`)
}

/** The query of a request in plain text: its own signature is right, that of an encrypted one is left out or of another. */
function plainQuery({ fresh, receiveId }: Ground, random: Random): string {
  const query = new URLSearchParams(fresh().query)
  const { sign } = createFakeEnvelope({ ...CALLBACK, receiveId })
  query.set('signature', sign(query.get('timestamp') ?? '', query.get('nonce') ?? ''))
  for (const name of ['msg_signature', 'encrypt_type']) if (random.between(0, 1) === 0) query.delete(name)
  if (random.between(0, 3) === 0) query.set('msg_signature', query.get('signature') ?? '')
  return query.toString()
}

function unreadable({ format, plain }: Ground, random: Random): string {
  const text = plain()
  const depth = random.between(200, 5_000)
  const deep = format === 'xml' ? `<xml>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</xml>` : '['.repeat(depth)
  const bombs = [BOMB + text.replace('<MsgType>', '<c>&c;</c><MsgType>'), FILE + text]
  return one(['', deep, text.slice(0, random.between(1, text.length - 1)), ...bombs], random)
}

/** Where the ciphertext stands in a body. */
function ciphertextIn(body: string): [from: number, to: number] {
  const found = /[A-Za-z\d+/]{80,}={0,2}/.exec(body)
  if (!found) throw new Error('there is no ciphertext')
  return [found.index, found.index + found[0].length]
}

/** One to four changes between two places: characters changed, put in, taken out, and what follows cut off. */
function bent(text: string, random: Random, [from, to]: readonly [number, number]): string {
  let changed = text
  for (let left = random.between(1, 4); left > 0 || changed === text; left--) {
    const at = random.between(from, Math.min(to, changed.length))
    const put = one([String.fromCharCode(random.between(1, 255)), one(ODD, random), ''], random)
    const cut = random.between(0, 9) === 0 ? changed.length : at + random.between(0, 2)
    changed = changed.slice(0, at) + put + changed.slice(cut)
  }
  return changed
}

function noise(random: Random, bytes: number): Buffer<ArrayBuffer> {
  return Buffer.from(Uint8Array.from({ length: bytes }, () => random.between(0, 255)))
}

function one<T>(some: readonly [T, ...T[]] | readonly T[], random: Random): T {
  return some[random.between(0, some.length - 1)] as T
}
