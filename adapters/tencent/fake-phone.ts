import type { FakeClock } from './fake-clock.ts'
import type { FakeMedium } from './fake-media.ts'
import { PHONE_SCRIPT } from './fake-phone-client.ts'
import { PHONE_STYLE, phonePage } from './fake-phone-page.ts'
import { type FakeAnswer, type FakeRequest, isRecord, readJson } from './fake-server.ts'
import type { FakePhoneAction, FakePhoneState } from './fake-shown.ts'

/** What a platform puts behind the page on which a person plays its customer. */
export interface FakePhoneStage {
  /** The name above the conversation. */
  readonly account: string
  /** Who holds the phone when the address does not say it. */
  readonly person: string
  /** The files that a customer can send, as the `accept` of a file field. */
  readonly accept: string
  /** Whether customers follow the account, and scan its codes. */
  readonly follows: boolean
  readonly clock: FakeClock
  state(person: string): FakePhoneState
  /** Rejects with an Error whose message the customer reads. */
  act(person: string, action: FakePhoneAction): Promise<void>
  send(person: string, file: { name: string; bytes: Uint8Array<ArrayBuffer> }): Promise<void>
  medium(id: string): FakeMedium | undefined
}

export interface FakePhone {
  /** Undefined for everything that is not below `/phone`. */
  answer(request: FakeRequest): Promise<FakeAnswer> | undefined
  /** Says that what a phone shows may have changed. */
  changed(): void
  /** Lets every page go that waits for a change. */
  close(): void
}

const PATIENCE = 20_000
const LONGEST = 366 * 86_400_000

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:; media-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'"

/** The page at `/phone` and what it asks: what is on the screen, what the person does, the clock. */
export function createFakePhone(stage: FakePhoneStage): FakePhone {
  const waiting = new Set<() => void>()
  let version = 1

  function changed(): void {
    version += 1
    for (const go of waiting) go()
    waiting.clear()
  }

  async function change(after: string | null): Promise<void> {
    if (after !== String(version)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, PATIENCE).unref()
    waiting.add(resolve)
    await promise
    clearTimeout(timer)
    waiting.delete(resolve)
  }

  async function state({ query }: FakeRequest): Promise<FakeAnswer> {
    await change(query.get('after'))
    const person = query.get('person') ?? stage.person
    return { body: { json: { version: String(version), now: stage.clock.now(), ...stage.state(person) } } }
  }

  async function act({ query, body }: FakeRequest): Promise<FakeAnswer> {
    const wanted = readJson(body)
    const action = readAction(wanted)
    const ms = isRecord(wanted) && wanted.do === 'advance' ? Number(wanted.ms) : 0
    if (ms > 0 && ms <= LONGEST) stage.clock.advance(ms)
    else if (action === undefined) return { status: 400, body: 'no such action' }
    else await stage.act(query.get('person') ?? stage.person, action)
    changed()
    return { body: { json: {} } }
  }

  async function file({ query, body }: FakeRequest): Promise<FakeAnswer> {
    await stage.send(query.get('person') ?? stage.person, { name: query.get('name') ?? 'file', bytes: body })
    changed()
    return { body: { json: {} } }
  }

  async function answer(request: FakeRequest): Promise<FakeAnswer> {
    const { method, path, query, headers } = request
    const [, , page = '', id = ''] = path.split('/')
    if (method === 'POST' && !headers['content-type']?.startsWith('application/')) return { status: 415, body: '' }
    if (method === 'POST' && page === 'act') return said(act(request))
    if (method === 'POST' && page === 'file') return said(file(request))
    if (page === 'state') return state(request)
    if (page === 'media') return medium(stage.medium(id))
    if (page === 'phone.js') return asset('text/javascript', PHONE_SCRIPT)
    if (page === 'phone.css') return asset('text/css', PHONE_STYLE)
    if (page !== '') return { status: 404, body: '' }
    const person = query.get('person') ?? stage.person
    return asset('text/html', phonePage({ ...stage, person, language: headers['accept-language'] ?? '' }))
  }

  return {
    answer: (request) => (/^\/phone(\/|$)/.test(request.path) ? answer(request) : undefined),
    changed,
    close: () => {
      for (const go of waiting) go()
    },
  }
}

/** What went wrong reaches the person at the phone. */
async function said(doing: Promise<FakeAnswer>): Promise<FakeAnswer> {
  try {
    return await doing
  } catch (thrown) {
    return { status: 422, body: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

function asset(type: string, body: string): FakeAnswer {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }
  return { headers: { ...headers, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' }, body }
}

function medium(found: FakeMedium | undefined): FakeAnswer {
  if (found === undefined) return { status: 404, body: '' }
  const shown = /^(image|audio|video)\//.test(found.type)
  const disposition = `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(found.name)}`
  const headers = {
    'content-type': found.type,
    'content-disposition': disposition,
    'x-content-type-options': 'nosniff',
  }
  return { headers, body: found.bytes }
}

function readAction(value: unknown): FakePhoneAction | undefined {
  if (!isRecord(value)) return undefined
  const { do: what, text, message, id, key, name, latitude, longitude } = value
  if (what === 'follow' || what === 'unfollow') return { do: what }
  if ((what === 'say' || what === 'scan') && typeof text === 'string' && text !== '') return { do: what, text }
  if (what === 'pick' && typeof message === 'string' && typeof id === 'string') return { do: what, message, id }
  if (what === 'press' && typeof key === 'string') return { do: what, key }
  const place = typeof name === 'string' && typeof latitude === 'number' && typeof longitude === 'number'
  return what === 'location' && place ? { do: what, name, latitude, longitude } : undefined
}
