import { createFakeClock, type FakeClock } from '@hutong/tencent/fake-clock'
import { createFakeFaults, type FakeFaults } from '@hutong/tencent/fake-faults'
import { createFakeMedia } from '@hutong/tencent/fake-media'
import { createFakePhone } from '@hutong/tencent/fake-phone'
import { type FakeAnswer, type FakeCall, type FakeRequest, startFakeServer } from '@hutong/tencent/fake-server'
import { createFakeTokens } from '@hutong/tencent/fake-tokens'
import { type Account, type AccountOptions, createAccount } from './account.ts'
import { createApi } from './api.ts'
import { createBar } from './bar.ts'
import { createCodes } from './codes.ts'
import { createPeople } from './people.ts'
import { createFakeWeChatPhone, type FakeWeChatPhone } from './phone.ts'
import { createStage } from './stage.ts'

export type { FakeWeChatPhone } from './phone.ts'

export interface FakeWeChatOptions extends AccountOptions {
  secret: string
  /** What the clock goes with: the real time, or a constant for one that only `advance` moves. */
  now?: () => number
  /** 0, which is any free one, when left out. */
  port?: number
  /** The name above the conversation on the phone. */
  name?: string
}

/** WeChat's Official Account platform on this machine: the API, the callbacks, and a phone for every customer. */
export interface FakeWeChat extends Account {
  /** The base of the API: `https://api.weixin.qq.com` and `https://mp.weixin.qq.com` in one. */
  readonly url: string
  /** The page on which a person plays the customer. */
  readonly phoneUrl: string
  phone(openid: string): FakeWeChatPhone
  /** For another fake that goes by the same time. */
  readonly clock: FakeClock
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

const MB = 1024 * 1024
/** What uploads may be (https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html). */
const LIMITS = {
  image: { maxBytes: 10 * MB, endings: ['png', 'jpg', 'jpeg', 'gif'] },
  voice: { maxBytes: 2 * MB, endings: ['amr', 'mp3'], maxSeconds: 60 },
  video: { maxBytes: 10 * MB, endings: ['mp4'] },
  thumb: { maxBytes: 64 * 1024, endings: ['jpg', 'jpeg'] },
} as const
/** Above 2^53, so that whoever reads ids as numbers damages them. */
const FIRST_ID = 4_561_255_354_251_345_929n

export async function createFakeWeChat(options: FakeWeChatOptions): Promise<FakeWeChat> {
  const { appId, secret, name = '公众号', port = 0 } = options
  const clock = createFakeClock(options.now)
  const [faults, tokens] = [createFakeFaults(), createFakeTokens({ clock })]
  const media = createFakeMedia({ clock, limits: LIMITS })
  const changed = () => page.changed()
  const origin = () => server.url
  const people = createPeople(clock, changed)
  const parts = { clock, media, people, codes: createCodes(clock), bar: createBar(changed), origin, changed }
  const account = createAccount(options, parts)
  const api = createApi({ ...parts, appId, secret, tokens })
  let id = FIRST_ID

  const phone = (openid: string) =>
    createFakeWeChatPhone(people.meet(openid), {
      ...parts,
      push: ({ openid: who }, fields) => account.deliver(account.compose(who, fields)),
      nextId: () => {
        id += 1n
        return id
      },
    })
  const page = createFakePhone(createStage({ ...parts, name, phone }))

  async function answer(request: FakeRequest): Promise<FakeAnswer | undefined> {
    if (request.path === '/' || request.path === '/scan' || request.path.startsWith('/q/')) return toPhone(request)
    return (await page.answer(request)) ?? api(request)
  }

  const server = await startFakeServer({ answer, faults, counts: (path) => path.startsWith('/cgi-bin/'), port })
  return {
    ...account,
    url: server.url,
    phoneUrl: `${server.url}/phone`,
    phone,
    clock,
    now: clock.now,
    advance(ms) {
      clock.advance(ms)
      changed()
    },
    faults,
    calls: server.calls,
    expireTokens: tokens.expire,
    async close() {
      clock.stop()
      page.close()
      await server.close()
    },
  }
}

/** What a camera does with the link of a code: it opens WeChat, which then reads the scene. */
function toPhone({ path, query }: FakeRequest): FakeAnswer {
  const person = query.get('person')
  const ticket = /^\/q\/(\w+)$/.exec(path)?.[1] ?? query.get('ticket')
  const search = person === null ? '' : `?person=${encodeURIComponent(person)}`
  const scanned = ticket === null ? '' : `#scan=${encodeURIComponent(ticket)}`
  return { status: 302, headers: { location: `/phone${search}${scanned}` }, body: '' }
}
