import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaRefusal, FakeMediaStore, FakeMedium } from '@hutong/tencent/fake-media'
import { type FakeAnswer, type FakeRequest, isRecord, readJson, readUpload } from '@hutong/tencent/fake-server'
import type { FakeTokens } from '@hutong/tencent/fake-tokens'
import type { Bar } from './bar.ts'
import type { Codes } from './codes.ts'
import { readCustomMessage } from './custom-message.ts'
import type { People, Person } from './people.ts'
import { isRefusal, OK, type Refusal, refuse } from './refusals.ts'

export interface ApiParts {
  appId: string
  secret: string
  clock: FakeClock
  tokens: FakeTokens
  media: FakeMediaStore
  people: People
  codes: Codes
  bar: Bar
  /** The address of this fake, for links that lead back to it. */
  origin(): string
  /** Says that what a phone shows may have changed. */
  changed(): void
}

type Answer = object | FakeAnswer
type Handler = (request: FakeRequest, json: Readonly<Record<string, unknown>>) => Answer | Promise<Answer>

interface Route {
  readonly method: 'GET' | 'POST'
  /** Whether the body must be JSON. */
  readonly json: boolean
  readonly token: boolean
  readonly handle: Handler
}

const RENEWED = 300_000
const TYPING_LASTS = 15_000
const TYPING_NEEDS = 30_000
const FORCES_A_DAY = 20
const FORCES_APART = 30_000
const DAY = 86_400_000

/** The paths of the API, each with what it does. */
export function createApi(parts: ApiParts): (request: FakeRequest) => Promise<FakeAnswer | undefined> {
  const get = (handle: Handler): Route => ({ method: 'GET', json: false, token: true, handle })
  const post = (handle: Handler): Route => ({ method: 'POST', json: true, token: true, handle })
  const routes: Readonly<Record<string, Route>> = {
    '/cgi-bin/token': { ...get(classicToken(parts)), token: false },
    '/cgi-bin/stable_token': { ...post(stableToken(parts)), token: false },
    '/cgi-bin/message/custom/send': post(customSend(parts)),
    '/cgi-bin/message/custom/typing': post(customTyping(parts)),
    '/cgi-bin/media/upload': { ...post(upload(parts)), json: false },
    '/cgi-bin/media/get': get(download(parts)),
    '/cgi-bin/user/info': get(userInfo(parts)),
    '/cgi-bin/qrcode/create': post((_request, json) => parts.codes.create(json, parts.origin())),
    '/cgi-bin/showqrcode': { ...get(showCode(parts)), token: false },
    '/cgi-bin/menu/create': post((_request, json) => parts.bar.create(json)),
    '/cgi-bin/menu/get': get(() => parts.bar.get()),
    '/cgi-bin/menu/delete': get(() => parts.bar.remove()),
  }
  return async (request) => {
    const route = routes[request.path]
    if (route === undefined) return undefined
    const answered = await answer(route, request, parts.tokens)
    return isAnswer(answered) ? answered : { body: { json: answered } }
  }
}

function answer(route: Route, request: FakeRequest, tokens: FakeTokens): Answer | Promise<Answer> {
  if (request.method !== route.method) return refuse(route.method === 'GET' ? 43001 : 43002)
  const refused = route.token ? wrongToken(tokens, request.query.get('access_token')) : undefined
  if (refused !== undefined) return refused
  if (!route.json) return route.handle(request, {})
  if (request.body.length === 0) return refuse(44002)
  const json = readJson(request.body)
  return isRecord(json) ? route.handle(request, json) : refuse(47001)
}

function isAnswer(value: Answer): value is FakeAnswer {
  return 'body' in value
}

function wrongToken(tokens: FakeTokens, token: string | null): Refusal | undefined {
  switch (tokens.look(token)) {
    case 'valid':
      return undefined
    case 'missing':
      return refuse(41001)
    case 'expired':
      return refuse(42001)
    case 'replaced':
      return refuse(40001)
    case 'unknown':
      return refuse((token ?? '').length > 64 ? 40001 : 40014)
  }
}

function wrongCredentials({ appId, secret }: ApiParts, given: Readonly<Record<string, unknown>>): Refusal | undefined {
  if (given.grant_type !== 'client_credential') return refuse(40002)
  if (!given.appid) return refuse(41002)
  if (given.appid !== appId) return refuse(40013)
  if (!given.secret) return refuse(41004)
  return given.secret === secret ? undefined : refuse(40125)
}

function classicToken(parts: ApiParts): Handler {
  return ({ query }) => {
    const wrong = wrongCredentials(parts, Object.fromEntries(query))
    if (wrong !== undefined) return wrong
    const { token, expiresIn } = parts.tokens.replace('token')
    return { access_token: token, expires_in: expiresIn }
  }
}

function stableToken(parts: ApiParts): Handler {
  const forced: number[] = []
  const today = () => forced.filter((at) => at > parts.clock.now() - DAY)

  function wrongForce(): Refusal | undefined {
    if ((forced.at(-1) ?? Number.NEGATIVE_INFINITY) > parts.clock.now() - FORCES_APART) return refuse(45011)
    return today().length >= FORCES_A_DAY ? refuse(45009) : undefined
  }

  return (_request, json) => {
    const wrong = wrongCredentials(parts, json) ?? (json.force_refresh === true ? wrongForce() : undefined)
    if (wrong !== undefined) return wrong
    if (json.force_refresh === true) forced.push(parts.clock.now())
    const { token, expiresIn } =
      json.force_refresh === true ? parts.tokens.replace('stable') : parts.tokens.current('stable', RENEWED)
    return { access_token: token, expires_in: expiresIn }
  }
}

/** The customer that a message names, or why it cannot reach her. */
function addressee({ people }: ApiParts, openid: unknown): Person | Refusal {
  if (typeof openid !== 'string' || openid === '') return refuse(41009)
  const person = people.find(openid)
  if (person === undefined) return refuse(40003)
  return person.following === undefined ? refuse(43004) : person
}

function customSend(parts: ApiParts): Handler {
  return (_request, json) => {
    const content = readCustomMessage(json, parts.media)
    if (isRefusal(content)) return content
    const person = addressee(parts, json.touser)
    if (isRefusal(person)) return person
    const lacking = person.allowance.spend()
    if (lacking !== undefined) return refuse(lacking === 'spent' ? 45047 : 45015)
    parts.people.show(person, 'account', content)
    return OK
  }
}

function customTyping(parts: ApiParts): Handler {
  return (_request, json) => {
    const { touser, command } = json
    if (command !== 'Typing' && command !== 'CancelTyping') return refuse(45072)
    const person = addressee(parts, touser)
    if (isRefusal(person)) return person
    const now = parts.clock.now()
    if (person.exchangedAt < now - TYPING_NEEDS) return refuse(45080)
    if (command === 'Typing' && person.typingUntil > now) return refuse(45081)
    person.typingUntil = command === 'Typing' ? now + TYPING_LASTS : 0
    if (command === 'Typing') parts.clock.after(TYPING_LASTS, parts.changed)
    parts.changed()
    return OK
  }
}

const MEDIA_REFUSALS = {
  'unknown-kind': 40004,
  empty: 44001,
  'too-small': 44001,
  'too-large': 45001,
  'wrong-type': 40005,
  'too-long': 45007,
} as const satisfies Record<FakeMediaRefusal, number>

function upload({ media }: ApiParts): Handler {
  return async (request) => {
    const kind = request.query.get('type') ?? ''
    const file = await readUpload(request, 'media')
    if (file === undefined) return refuse(41005)
    const kept = media.put(kind, file.name, file.bytes)
    if (typeof kept === 'string') return refuse(MEDIA_REFUSALS[kept])
    const id = kind === 'thumb' ? { thumb_media_id: kept.id } : { media_id: kept.id }
    return { type: kind, ...id, created_at: Math.floor(kept.at / 1000) }
  }
}

function download({ media, origin }: ApiParts): Handler {
  return ({ query }) => {
    const found = media.get(query.get('media_id') ?? '')
    if (found === undefined) return refuse(40007)
    return found.kind === 'video' ? { video_url: `${origin()}/phone/media/${found.id}` } : asFile(found)
  }
}

/** The name goes out in its bare bytes. */
function asFile({ name, type, bytes }: FakeMedium): FakeAnswer {
  const bare = Buffer.from(name.replaceAll(/["\\\p{Cc}]/gu, '_')).toString('latin1')
  const disposition = `attachment; filename="${bare}"`
  return { headers: { 'content-type': type, 'content-disposition': disposition }, body: bytes }
}

function userInfo({ people }: ApiParts): Handler {
  return ({ query }) => {
    const openid = query.get('openid')
    if (openid === null) return refuse(41009)
    const person = people.find(openid)
    if (person === undefined) return refuse(40003)
    return person.following === undefined ? { subscribe: 0, openid, tagid_list: [] } : profile(person, person.following)
  }
}

/** Without name and picture, which the platform gives to nobody since 27 December 2021. */
function profile({ openid, unionid }: Person, { since, scene }: NonNullable<Person['following']>): object {
  return {
    subscribe: 1,
    openid,
    nickname: '',
    sex: 0,
    language: 'zh_CN',
    city: '',
    province: '',
    country: '',
    headimgurl: '',
    subscribe_time: Math.floor(since / 1000),
    ...(unionid === undefined ? {} : { unionid }),
    remark: '',
    groupid: 0,
    tagid_list: [],
    subscribe_scene: scene === undefined ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qr_scene: typeof scene === 'number' ? scene : 0,
    qr_scene_str: typeof scene === 'string' ? scene : '',
  }
}

function showCode({ codes, origin }: ApiParts): Handler {
  return ({ query }) => {
    const code = codes.find(query.get('ticket') ?? '')
    if (code === undefined) return { status: 404, body: '' }
    const link = `${origin()}/scan?ticket=${encodeURIComponent(code.ticket)}`
    return { headers: { 'content-type': 'image/svg+xml', 'x-content-type-options': 'nosniff' }, body: pictureOf(link) }
  }
}

/** Not a code that a camera could read, which no camera could follow to this machine anyway, but the link in words. */
function pictureOf(link: string): string {
  const lines = link.match(/.{1,34}/g) ?? []
  const text = lines.map(
    (line, index) => `<tspan x="20" y="${60 + index * 24}">${line.replaceAll('&', '&amp;')}</tspan>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 430 430"><rect width="430" height="430" fill="#fff"/><text font-family="monospace" font-size="18">${text.join('')}</text></svg>`
}
