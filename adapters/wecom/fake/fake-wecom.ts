import { createFakeClock, type FakeClock } from '@hutong/tencent/fake-clock'
import { createFakeFaults, type FakeFaults } from '@hutong/tencent/fake-faults'
import { createFakeMedia } from '@hutong/tencent/fake-media'
import { createFakePhone } from '@hutong/tencent/fake-phone'
import { type FakeAnswer, type FakeCall, type FakeRequest, startFakeServer } from '@hutong/tencent/fake-server'
import type { FakeShown } from '@hutong/tencent/fake-shown'
import { createFakeTokens } from '@hutong/tencent/fake-tokens'
import { createApi } from './api.ts'
import { createApp } from './app.ts'
import { createCustomer, type FakeWeComCustomer } from './customer.ts'
import { createDoor, type FakeWeComDoor } from './door.ts'
import { createGroupChats, type GroupChat } from './group-chats.ts'
import { createKf } from './kf.ts'
import type { KfLog } from './kf-log.ts'
import type { KfAccountOptions, KfSession } from './kf-sessions.ts'
import { MEDIA_LIMITS } from './media-api.ts'
import { createMember, type FakeWeComMember } from './member.ts'
import { createMembers } from './members.ts'
import { createRobots } from './robots.ts'
import { createServicer, type FakeWeComServicer } from './servicer.ts'
import { createStage } from './stage.ts'

export interface FakeWeComSecrets {
  secret: string
  /** The token that callbacks are signed with. */
  token: string
  /** 43 characters. */
  encodingAesKey: string
}

export interface FakeWeComOptions {
  corpId: string
  /** The self-built app. */
  app: FakeWeComSecrets & { agentId: number }
  /** The app that may call customer service; its secret may be that of `app`. */
  kf: FakeWeComSecrets & { accounts: readonly KfAccountOptions[] }
  /** Keys of group robots. */
  robots: readonly string[]
  /** Where callbacks go; can be said later too. */
  callbackUrls?: { app?: string; kf?: string }
  /** What the clock goes with: the real time, or a constant for one that only `advance` moves. */
  now?: () => number
  /** The clock of another fake, in place of one that goes with `now`: who moves either moves both. */
  clock?: FakeClock
  /** 0, which is any free one, when left out. */
  port?: number
}

/** WeCom on this machine: the API, the callbacks, its members, and the customers in WeChat. */
export interface FakeWeCom {
  /** The base of the API: `https://qyapi.weixin.qq.com` and `https://work.weixin.qq.com` in one. */
  readonly url: string
  /** The page on which a person plays a customer of the first account. */
  readonly phoneUrl: string
  /** The callbacks of the app. */
  readonly app: FakeWeComDoor
  /** The callbacks of customer service, and what its platform does by script. */
  readonly kf: FakeWeComKf
  /** Somebody of the company; only who was named here once exists. */
  member(userid: string): FakeWeComMember
  /** A customer in WeChat at an account, the first one when left out. */
  customer(externalUserId: string, openKfId?: string): FakeWeComCustomer
  servicer(userid: string): FakeWeComServicer
  /** What the group of this robot sees, oldest first. */
  group(key: string): readonly FakeShown[]
  /** A group that the app has made. */
  chat(chatid: string): GroupChat | undefined
  now(): number
  /** Puts the clock forward, for windows, tokens, files, codes and the patience with callbacks alike. */
  advance(ms: number): void
  readonly faults: FakeFaults
  /** What was asked of the API, oldest first, without secrets. */
  readonly calls: readonly FakeCall[]
  /** Ends every access token before its time. */
  expireTokens(): void
  close(): Promise<void>
}

export interface FakeWeComKf extends FakeWeComDoor {
  /** The messages and events of an account, and how its pages come. */
  log(openKfId: string): Pick<KfLog, 'entries' | 'emptyPages' | 'withoutCursor' | 'mostPerPage'>
  /** The next messages are taken, do not arrive, and `msg_send_fail` says so with this `fail_type`; once when left out. */
  failNext(failType: number, times?: number): void
}

/** Above 2^53, so that whoever reads ids as numbers damages them. */
const FIRST_ID = 7_294_612_003_548_127_233n

export async function createFakeWeCom(options: FakeWeComOptions): Promise<FakeWeCom> {
  const { corpId, callbackUrls = {}, port = 0 } = options
  const clock = options.clock ?? createFakeClock(options.now)
  const [faults, tokens] = [createFakeFaults(), createFakeTokens({ clock })]
  const media = createFakeMedia({ clock, limits: MEDIA_LIMITS })
  const changed = () => page.changed()
  const origin = () => server.url
  const written = new Map<string, { session: KfSession; shownId: string }>()
  const door = (secrets: FakeWeComSecrets, callbackUrl: string | undefined) =>
    createDoor({ corpId, token: secrets.token, encodingAesKey: secrets.encodingAesKey, callbackUrl, clock })
  const [appDoor, kfDoor] = [door(options.app, callbackUrls.app), door(options.kf, callbackUrls.kf)]

  const { agentId } = options.app
  const members = createMembers(clock)
  const app = createApp({ agentId, clock, members, media, changed })
  const chats = createGroupChats({ clock, members, media })
  const robots = createRobots(options.robots, { clock, media })
  const kf = createKf({ accounts: options.kf.accounts, clock, media, door: kfDoor, origin, changed })
  const { secret: appSecret } = options.app
  const api = createApi({
    ...{ corpId, appSecret, kfSecret: options.kf.secret, clock, tokens },
    ...{ media, app, chats, kf, robots },
  })

  let id = FIRST_ID
  const nextId = () => {
    id += 1n
    return id
  }

  function account(openKfId: string | undefined) {
    const found = openKfId === undefined ? kf.sessions.accounts[0] : kf.sessions.account(openKfId)
    if (found === undefined) throw new Error(`there is no account ${openKfId ?? ''}`)
    return found
  }

  const customers = new Map<string, FakeWeComCustomer>()
  function customer(externalUserId: string, openKfId?: string): FakeWeComCustomer {
    const at = account(openKfId)
    const key = `${at.openKfId} ${externalUserId}`
    const known =
      customers.get(key) ?? createCustomer(kf.sessions.customer(externalUserId), at, { kf, clock, media, written })
    customers.set(key, known)
    return known
  }

  const name = options.kf.accounts[0]?.name ?? '微信客服'
  const page = createFakePhone(createStage({ clock, media, name, customer: personOf(customer) }))

  async function answer(request: FakeRequest): Promise<FakeAnswer | undefined> {
    const link = kf.directory.readLink(`${request.path}?${request.query}`)
    if (link !== undefined)
      return toPhone(request, link.account === account(undefined) ? undefined : link.account.openKfId)
    return (await page.answer(request)) ?? api(request)
  }

  const server = await startFakeServer({ answer, faults, counts: (path) => path.startsWith('/cgi-bin/'), port })
  const servicers = new Map<string, FakeWeComServicer>()
  return {
    url: server.url,
    phoneUrl: `${server.url}/phone`,
    app: appDoor,
    kf: {
      ...kfDoor,
      log: (openKfId) => account(openKfId).log,
      failNext: (failType, times = 1) => kf.sending.failNext(failType, times),
    },
    member: (userid) =>
      createMember(members.meet(userid), { agentId, app, door: appDoor, members, media, origin, nextId }),
    customer,
    servicer(userid) {
      const known = servicers.get(userid) ?? createServicer(userid, { kf, media, written })
      servicers.set(userid, known)
      return known
    },
    group: robots.sees,
    chat: chats.find,
    now: clock.now,
    advance(ms) {
      clock.advance(ms)
      changed()
    },
    faults,
    calls: server.calls,
    expireTokens: tokens.expire,
    async close() {
      if (options.clock === undefined) clock.stop()
      page.close()
      await server.close()
    },
  }
}

/** On the page, a customer of another account than the first one is named `customer@account`. */
function personOf(customer: FakeWeCom['customer']): (person: string) => FakeWeComCustomer {
  return (person) => {
    const [id = '', openKfId] = person.split('@')
    return customer(id, openKfId)
  }
}

/** Following a link to an account opens WeChat, which enters the conversation by it. */
function toPhone({ path, query }: FakeRequest, openKfId: string | undefined): FakeAnswer {
  const own = new URLSearchParams(query)
  own.delete('person')
  const person = [query.get('person') ?? 'wmHutongFakeCustomer00000001', openKfId].filter(Boolean).join('@')
  const link = encodeURIComponent(`${path}?${own}`)
  return { status: 302, headers: { location: `/phone?person=${encodeURIComponent(person)}#scan=${link}` }, body: '' }
}
