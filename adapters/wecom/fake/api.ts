import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import { type FakeAnswer, type FakeRequest, isRecord, readJson } from '@hutong/tencent/fake-server'
import type { FakeTokens } from '@hutong/tencent/fake-tokens'
import type { App } from './app.ts'
import type { GroupChats } from './group-chats.ts'
import type { Kf } from './kf.ts'
import { syncShape } from './kf-log.ts'
import { accountOf } from './kf-send.ts'
import { downloadMedia, uploadMedia } from './media-api.ts'
import { OK, type Refusal, refuse } from './refusals.ts'
import type { Robots } from './robots.ts'
import { shapeRefusal } from './shapes.ts'

export interface ApiParts {
  corpId: string
  appSecret: string
  kfSecret: string
  clock: FakeClock
  tokens: FakeTokens
  media: FakeMediaStore
  app: App
  chats: GroupChats
  kf: Kf
  robots: Robots
}

type Json = Readonly<Record<string, unknown>>
type Handler = (request: FakeRequest, json: Json) => object | Promise<object>

/** Whose token a path wants: the app's, one with the right to customer service, any, or none. */
type Needs = 'app' | 'kf' | 'any' | 'none'

interface Route {
  readonly method: 'GET' | 'POST'
  /** Whether the body must be JSON. */
  readonly json: boolean
  readonly needs: Needs
  readonly handle: Handler
}

/** The paths of the API, each with what it does. */
export function createApi(parts: ApiParts): (request: FakeRequest) => Promise<FakeAnswer | undefined> {
  const holders = new Map<string, string>()
  const routes: Readonly<Record<string, Route>> = {
    '/cgi-bin/gettoken': get('none', getToken(parts, holders)),
    ...appRoutes(parts),
    ...kfRoutes(parts),
    ...robotRoutes(parts),
    '/cgi-bin/media/upload': { ...post('any', (request) => uploadMedia(request, parts.media)), json: false },
    '/cgi-bin/media/get': get('any', (request) => downloadMedia(request, parts.media)),
  }

  function wrongToken(needs: Needs, token: string | null): Refusal | undefined {
    if (needs === 'none') return undefined
    const state = parts.tokens.look(token)
    if (state === 'missing') return refuse(41001)
    if (state === 'expired') return refuse(42001)
    if (state !== 'valid') return refuse(40014)
    const secret = holders.get(token ?? '')
    if (needs === 'app' && secret !== parts.appSecret) return refuse(301002)
    return needs === 'kf' && secret !== parts.kfSecret ? refuse(48002) : undefined
  }

  async function answer(route: Route, request: FakeRequest): Promise<object> {
    if (request.method !== route.method) return refuse(route.method === 'GET' ? 43001 : 43002)
    const wrong = wrongToken(route.needs, request.query.get('access_token'))
    if (wrong !== undefined || !route.json) return wrong ?? route.handle(request, {})
    const json = request.body.length === 0 ? {} : readJson(request.body)
    return isRecord(json) ? route.handle(request, json) : refuse(40058, 'Warning: wrong json format.')
  }

  return async (request) => {
    const route = routes[request.path]
    if (route === undefined) return undefined
    const answered = await answer(route, request)
    return isAnswer(answered) ? answered : { body: { json: answered } }
  }
}

function get(needs: Needs, handle: Handler): Route {
  return { method: 'GET', json: false, needs, handle }
}

function post(needs: Needs, handle: Handler): Route {
  return { method: 'POST', json: true, needs, handle }
}

function isAnswer(value: object): value is FakeAnswer {
  return 'body' in value
}

/** One token for each secret, the same one while it is good (https://developer.work.weixin.qq.com/document/path/91039). */
function getToken({ corpId, appSecret, kfSecret, tokens }: ApiParts, holders: Map<string, string>): Handler {
  return ({ query }) => {
    const secret = query.get('corpsecret') ?? ''
    if (!query.get('corpid')) return refuse(41002)
    if (query.get('corpid') !== corpId) return refuse(40013)
    if (secret === '') return refuse(41004)
    if (secret !== appSecret && secret !== kfSecret) return refuse(40001)
    const { token, expiresIn } = tokens.current(secret)
    holders.set(token, secret)
    return { ...OK, access_token: token, expires_in: expiresIn }
  }
}

function appRoutes({ app, chats }: ApiParts): Readonly<Record<string, Route>> {
  return {
    '/cgi-bin/agent/get': get('app', ({ query }) => app.about(query.get('agentid'))),
    '/cgi-bin/message/send': post('app', (request, json) => app.send(json, request.body)),
    '/cgi-bin/message/recall': post('app', (_request, json) => app.recall(json)),
    '/cgi-bin/message/update_template_card': post('app', (_request, json) => app.updateCard(json)),
    '/cgi-bin/appchat/create': post('app', (_request, json) => chats.create(json)),
    '/cgi-bin/appchat/get': get('app', ({ query }) => chats.get(query.get('chatid'))),
    '/cgi-bin/appchat/send': post('app', (_request, json) => chats.send(json)),
  }
}

function kfRoutes({ kf }: ApiParts): Readonly<Record<string, Route>> {
  const { directory, sending, sessions, states } = kf
  const kfPost = (handle: (json: Json) => object) => post('kf', (_request, json) => handle(json))
  return {
    '/cgi-bin/kf/sync_msg': kfPost((json) => {
      const read = syncShape.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const account = accountOf(sessions, read.data.open_kfid)
      return 'errcode' in account ? account : account.log.sync(json)
    }),
    '/cgi-bin/kf/send_msg': kfPost(sending.send),
    '/cgi-bin/kf/send_msg_on_event': kfPost(sending.onEvent),
    '/cgi-bin/kf/recall_msg': kfPost(sending.recall),
    '/cgi-bin/kf/service_state/get': kfPost(states.get),
    '/cgi-bin/kf/service_state/trans': kfPost(states.change),
    '/cgi-bin/kf/add_contact_way': kfPost(directory.addLink),
    '/cgi-bin/kf/account/list': kfPost(directory.accounts),
    '/cgi-bin/kf/servicer/add': kfPost(directory.addServicers),
    '/cgi-bin/kf/servicer/del': kfPost(directory.removeServicers),
    '/cgi-bin/kf/servicer/list': get('kf', ({ query }) => directory.servicers(query.get('open_kfid'))),
    '/cgi-bin/kf/customer/batchget': kfPost(directory.customers),
  }
}

function robotRoutes({ robots, media }: ApiParts): Readonly<Record<string, Route>> {
  const upload: Handler = (request) =>
    robots.has(request.query.get('key')) ? uploadMedia(request, media, ['file', 'voice']) : refuse(93000)
  return {
    '/cgi-bin/webhook/send': post('none', ({ query }, json) => robots.send(query.get('key'), json)),
    '/cgi-bin/webhook/upload_media': { ...post('none', upload), json: false },
  }
}
