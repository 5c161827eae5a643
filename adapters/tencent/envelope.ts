import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import { parseJson } from './json.ts'
import type { Payload } from './payload.ts'
import { createReplayMemory } from './replay.ts'
import { parseXml, writeXml } from './xml.ts'

export interface EnvelopeOptions {
  /** The token that the operator has chosen for the callback. */
  token: string
  /** The current EncodingAESKey first, then the one before. Left out or empty, callbacks are plain. */
  encodingAesKeys?: readonly string[]
  /** The ids that may stand at the end of what is encrypted: the app's or the company's. */
  receiveIds: readonly string[]
  clock: Clock
  /** Bytes that a body may have, 1 MiB when left out. */
  maxBytes?: number
  random?(bytes: number): Buffer
}

/**
 * What proves that a callback comes from the platform: signatures and AES as in
 * https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html and
 * https://developer.work.weixin.qq.com/document/path/90968. Every refusal is a HutongError: `unauthorized` when somebody else may
 * have sent it, `invalid` when it cannot be read, `too_large`.
 *
 * A plain signature does not cover the body: without a key, whoever can read a request on its way can change it.
 */
export interface Envelope {
  /** What the check of the callback's address must be answered with. */
  echo(query: URLSearchParams): string
  open(query: URLSearchParams, body: Uint8Array): Opened
  /** A reply as the platform wants it, in the format and with the key of what it answers; plain stays plain. */
  seal(text: string, opened: Opened): string
}

export interface Opened {
  readonly payload: Payload
  /** The text that the payload was read from. */
  readonly raw: string
  readonly format: 'xml' | 'json'
  /** The same for the same signed request. */
  readonly id: string
  /** Whether the very same request was kept before, as when the platform repeats it. */
  readonly repeat: boolean
  /** To be called once the message is durable. */
  keep(): void
}

/** What a reply must be made with. */
interface Secured {
  readonly key: string
  readonly receiveId: string
  readonly nonce: string
}

const LARGEST = 1024 * 1024
const FRESH_MS = 5 * 60_000
const SIGNATURE = /^[\da-f]{40}$/
const TIMESTAMP = /^[1-9]\d{9}$/
// Short enough that no block of a ciphertext can be counted as part of it: the signed items are joined without a border.
const NONCE = /^[\w-]{1,32}$/
const ECHO = /^[\w-]{1,128}$/
const BASE64 = /^(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/

export function createEnvelope(options: EnvelopeOptions): Envelope {
  const { token, encodingAesKeys = [], receiveIds, clock, maxBytes = LARGEST, random = randomBytes } = options
  for (const key of encodingAesKeys)
    if (!/^[A-Za-z\d]{43}$/.test(key))
      throw new HutongError('misconfigured', 'an EncodingAESKey has 43 letters and digits', {
        field: 'encodingAesKeys',
      })
  if (token === '') throw new HutongError('misconfigured', 'the callback needs a token', { field: 'token' })
  const replays = createReplayMemory(clock)
  const answers = new WeakMap<Opened, Secured>()

  function check(query: URLSearchParams, name: 'signature' | 'msg_signature', encrypted: string): string {
    const signature = one(query, name, SIGNATURE)
    const timestamp = one(query, 'timestamp', TIMESTAMP)
    const expected = getSignature(token, timestamp, one(query, 'nonce', NONCE), encrypted)
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) throw refused('the signature is wrong')
    if (Math.abs(clock.now() - Number(timestamp) * 1000) > FRESH_MS)
      throw refused('it was signed more than five minutes ago or ahead: is the clock of this machine right?')
    return signature
  }

  function reveal(encrypted: string): { text: string; key: string; receiveId: string } {
    for (const key of encodingAesKeys) {
      const found = decrypted(key, encrypted)
      if (found !== undefined && receiveIds.includes(found.receiveId)) return { ...found, key }
    }
    throw refused('no EncodingAESKey opens it for this account')
  }

  /** A signature proves one thing alone. */
  function claim(signature: string, what: string | Uint8Array): 'new' | 'kept' {
    const seen = replays.see(signature, createHash('sha256').update(what).digest('base64'))
    if (seen === 'other') throw refused('the signature was used before for something else')
    return seen
  }

  function openSealed(query: URLSearchParams, text: string) {
    const outside = read(text)
    const { Encrypt: encrypted } = outside.payload
    if (typeof encrypted !== 'string' || !BASE64.test(encrypted)) throw refused('it is not encrypted')
    const signature = check(query, 'msg_signature', encrypted)
    const { text: raw, ...inside } = reveal(encrypted)
    const secured = { ...inside, nonce: one(query, 'nonce', NONCE) }
    return { signature, secured, said: { raw, format: outside.format, payload: read(raw).payload } }
  }

  function openPlain(query: URLSearchParams, text: string) {
    const signature = check(query, 'signature', '')
    const { payload, format } = read(text)
    if ('Encrypt' in payload && !('MsgType' in payload))
      throw new HutongError('invalid', 'the platform encrypts, but the channel has no EncodingAESKey')
    return { signature, secured: undefined, said: { raw: text, format, payload } }
  }

  return {
    echo(query) {
      unambiguous(query)
      const sealed = query.has('msg_signature')
      const echo = one(query, 'echostr', sealed ? BASE64 : ECHO)
      claim(sealed ? check(query, 'msg_signature', echo) : check(query, 'signature', ''), `echo ${echo}`)
      return sealed ? reveal(echo).text : echo
    },
    open(query, body) {
      if (body.byteLength > maxBytes) throw new HutongError('too_large', `the body has more than ${maxBytes} bytes`)
      unambiguous(query)
      const text = decode(body)
      const { signature, secured, said } = encodingAesKeys.length > 0 ? openSealed(query, text) : openPlain(query, text)
      const repeat = claim(signature, body) === 'kept'
      const opened = { ...said, id: signature, repeat, keep: () => replays.keep(signature) }
      if (secured !== undefined) answers.set(opened, secured)
      return opened
    },
    seal(text, opened) {
      const answer = answers.get(opened)
      if (answer === undefined) return text
      const { key, receiveId, nonce } = answer
      const encrypted = encrypt(key, text, receiveId, random(16))
      const timestamp = Math.floor(clock.now() / 1000)
      const signature = getSignature(token, String(timestamp), nonce, encrypted)
      const sealed = { Encrypt: encrypted, MsgSignature: signature, TimeStamp: timestamp, Nonce: nonce }
      return opened.format === 'xml' ? writeXml('xml', sealed) : JSON.stringify(sealed)
    },
  }
}

function refused(why: string): HutongError {
  return new HutongError('unauthorized', why)
}

function one(query: URLSearchParams, name: string, form: RegExp): string {
  const value = query.get(name) ?? ''
  if (!form.test(value)) throw refused(`the address has no proper ${name}`)
  return value
}

function unambiguous(query: URLSearchParams): void {
  const names = [...query.keys()]
  if (new Set(names).size < names.length) throw refused('the address has a parameter twice')
}

function decrypted(key: string, encrypted: string): { text: string; receiveId: string } | undefined {
  try {
    const { message, id } = decrypt(key, encrypted)
    return id === '' ? undefined : { text: message, receiveId: id }
  } catch {
    return undefined
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new HutongError('invalid', 'the body is not UTF-8', { cause })
  }
}

function read(text: string): { payload: Payload; format: 'xml' | 'json' } {
  const first = text.trimStart().charAt(0)
  if (first === '<') return { payload: parseXml(text), format: 'xml' }
  if (first === '{') return { payload: parseJson(text), format: 'json' }
  throw new HutongError('invalid', 'the body is neither XML nor JSON')
}
