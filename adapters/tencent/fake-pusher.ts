import { randomInt } from 'node:crypto'
import type { FakeClock } from './fake-clock.ts'
import type { FakeEnvelope } from './fake-envelope.ts'
import { type FakePayload, fakeElement, fakeJson, fakeXml } from './fake-payload.ts'
import { isRecord, readJson } from './fake-server.ts'

/** `plain`: signed only. `compatible`: both the text and its encryption. `safe`: encrypted only. */
export type FakePushMode = 'plain' | 'compatible' | 'safe'

/** A callback as it goes over the wire; the same one again is the platform's repeat. */
export interface FakePush {
  /** Without the callback's own address. */
  readonly query: string
  readonly type: string
  readonly body: string
}

/**
 * What came of a push. `success`: taken without a reply. `reply`: what was answered, decrypted. `wrong`: an answer that is neither, so
 * that the customer reads that the service is out of order. `failed`: nothing in any attempt.
 */
export type FakePushed = { readonly attempts: number } & (
  | { readonly outcome: 'success' | 'failed' }
  | { readonly outcome: 'reply'; readonly text: string }
  | { readonly outcome: 'wrong'; readonly why: string }
)

export interface FakePusher {
  /** Signs, and encrypts as the mode says. `more` are further parameters of the address, such as the customer's id. */
  compose(payload: FakePayload, more?: Readonly<Record<string, string>>): FakePush
  /** One push with its repeats: 5 s for an answer, 3 attempts in all, one when `attempts` says so. */
  deliver(push: FakePush, attempts?: number): Promise<FakePushed>
  /** The check of the address that an operator starts by saving it: true when the text came back exactly. */
  check(): Promise<boolean>
}

export interface FakePusherOptions {
  /** Read at every attempt; nothing is sent while it is undefined. */
  callbackUrl(): string | undefined
  envelope: FakeEnvelope
  format: 'xml' | 'json'
  mode: FakePushMode
  /** `wechat` names both signatures and the mode in the address and checks it in plain text; `wecom` has `msg_signature` alone. */
  dialect: 'wechat' | 'wecom'
  clock: FakeClock
  /** Milliseconds that an answer may take. */
  patienceMs?: number
}

const ATTEMPTS = 3

export function createFakePusher(options: FakePusherOptions): FakePusher {
  const { callbackUrl, envelope, format, mode, dialect, clock, patienceMs = 5_000 } = options
  const write = format === 'xml' ? fakeXml : fakeJson

  function stamp(): { timestamp: string; nonce: string } {
    return { timestamp: String(Math.floor(clock.now() / 1000)), nonce: String(randomInt(100_000_000, 2_000_000_000)) }
  }

  function signed(encrypted: string | undefined): Record<string, string> {
    const { timestamp, nonce } = stamp()
    const own =
      dialect === 'wechat' ? { signature: envelope.sign(timestamp, nonce), timestamp, nonce } : { timestamp, nonce }
    if (encrypted === undefined) return own
    const aes = dialect === 'wechat' ? { encrypt_type: 'aes' } : {}
    return { ...own, ...aes, msg_signature: envelope.sign(timestamp, nonce, encrypted) }
  }

  function outside(payload: FakePayload, encrypted: string | undefined): FakePayload {
    if (encrypted === undefined) return payload
    if (mode === 'compatible') return { ...payload, Encrypt: encrypted }
    const named = Object.entries(payload).filter(([name]) => name === 'ToUserName' || name === 'AgentID')
    return { ...Object.fromEntries(named), Encrypt: encrypted }
  }

  async function attempt(push: FakePush): Promise<{ status: number; body: string } | undefined> {
    const url = callbackUrl()
    const cut = new AbortController()
    const { promise: over, resolve } = Promise.withResolvers<undefined>()
    const callOff = clock.after(patienceMs, () => resolve(undefined))
    const asked = url === undefined ? over : ask(withQuery(url, push.query), push, cut.signal)
    const answered = await Promise.race([asked.catch(() => over), over])
    cut.abort()
    // The platform asks again only once the time for this attempt is over.
    if (answered?.status !== 200) return over
    callOff()
    return answered
  }

  async function deliver(push: FakePush, attempts = ATTEMPTS): Promise<FakePushed> {
    for (let count = 1; count <= attempts; count += 1) {
      const answered = await attempt(push)
      if (answered !== undefined) return { attempts: count, ...read(answered.body) }
    }
    return { attempts, outcome: 'failed' }
  }

  function read(body: string) {
    if (body === '' || body === 'success') return { outcome: 'success' } as const
    if (mode === 'plain' || (mode === 'compatible' && !body.includes('Encrypt')))
      return { outcome: 'reply', text: body } as const
    const sealed = sealedReply(body, format)
    if (sealed === undefined) return { outcome: 'wrong', why: 'the reply is not encrypted' } as const
    const signature = envelope.sign(sealed.timestamp, sealed.nonce, sealed.encrypted)
    if (signature !== sealed.signature) return { outcome: 'wrong', why: 'the signature of the reply is wrong' } as const
    const text = envelope.decrypt(sealed.encrypted)
    if (text === undefined) return { outcome: 'wrong', why: 'the reply cannot be decrypted' } as const
    return { outcome: 'reply', text } as const
  }

  return {
    compose(payload, more = {}) {
      const encrypted = mode === 'plain' ? undefined : envelope.encrypt(write(payload))
      const query = new URLSearchParams({ ...signed(encrypted), ...more }).toString()
      const type = format === 'xml' ? 'text/xml' : 'application/json'
      return { query, type, body: write(outside(payload, encrypted)) }
    },
    deliver,
    async check() {
      const url = callbackUrl()
      if (url === undefined) return false
      const echo = String(randomInt(1_000_000_000, 2_000_000_000))
      const echostr = dialect === 'wechat' ? echo : envelope.encrypt(echo)
      const query = new URLSearchParams({ ...signed(dialect === 'wechat' ? undefined : echostr), echostr }).toString()
      const answered = await fetch(withQuery(url, query)).catch(() => undefined)
      return answered?.status === 200 && (await answered.text()) === echo
    },
  }
}

function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

async function ask(
  url: string,
  { type, body }: FakePush,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
    signal,
    redirect: 'manual',
  })
  return { status: response.status, body: await response.text() }
}

interface Sealed {
  encrypted: string
  signature: string
  timestamp: string
  nonce: string
}

function sealedReply(body: string, format: 'xml' | 'json'): Sealed | undefined {
  const json = format === 'json' ? readJson(new TextEncoder().encode(body)) : undefined
  const field = (name: string) => {
    const value = format === 'xml' ? fakeElement(body, name) : isRecord(json) ? json[name] : undefined
    return value === undefined ? undefined : String(value)
  }
  const [encrypted, signature] = [field('Encrypt'), field('MsgSignature')]
  const [timestamp, nonce] = [field('TimeStamp'), field('Nonce')]
  if (encrypted === undefined || signature === undefined || timestamp === undefined || nonce === undefined)
    return undefined
  return { encrypted, signature, timestamp, nonce }
}
