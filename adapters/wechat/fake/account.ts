import type { FakeClock } from '@hutong/tencent/fake-clock'
import { createFakeEnvelope } from '@hutong/tencent/fake-envelope'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePayload } from '@hutong/tencent/fake-payload'
import { createFakePusher, type FakePush, type FakePushed } from '@hutong/tencent/fake-pusher'
import { readPassiveReply } from './passive-reply.ts'
import type { People, Person } from './people.ts'

export interface AccountOptions {
  appId: string
  /** The token that callbacks are signed with. */
  token: string
  /** 43 characters; needed where `mode` is not `plain`. */
  encodingAesKey?: string
  format: 'xml' | 'json'
  /** `plain`: signed only. `compatible`: both the text and its encryption. `safe`: encrypted only. */
  mode: 'plain' | 'compatible' | 'safe'
  /** Where callbacks go; can be said later too. */
  callbackUrl?: string
}

/** The half of the platform that speaks to the account's own server. */
export interface Account {
  /** The account's own id, `gh_…`. */
  readonly originalId: string
  /** Every callback that was composed, oldest first. */
  readonly pushes: readonly FakePush[]
  /** A callback with any fields, signed as the mode says, not sent yet. */
  compose(openid: string, fields: FakePayload): FakePush
  /** Sends it, again as it was where it was sent before, and shows the customer what is answered. */
  deliver(push: FakePush, attempts?: number): Promise<FakePushed>
  callback(url: string | undefined): void
  /** The check that saving the address in the console starts. */
  checkCallback(): Promise<boolean>
}

/** What the customer reads when the account's answer is wrong or missing. */
const OUT_OF_ORDER = '该公众号提供的服务出现故障，请稍后再试'
const ORIGINAL_ID = 'gh_3c884a361561'

export function createAccount(
  options: AccountOptions,
  { clock, people, media }: { clock: FakeClock; people: People; media: FakeMediaStore },
): Account {
  const { appId, token, encodingAesKey, format, mode } = options
  const envelope = createFakeEnvelope({ token, encodingAesKey, receiveId: appId })
  let { callbackUrl } = options
  const pusher = createFakePusher({ callbackUrl: () => callbackUrl, envelope, format, mode, dialect: 'wechat', clock })
  const pushes: FakePush[] = []
  const whose = new WeakMap<FakePush, Person>()

  function answered(person: Person, pushed: FakePushed): void {
    if (pushed.outcome === 'success') return
    const context = { account: ORIGINAL_ID, openid: person.openid, format, store: media }
    const reply = pushed.outcome === 'reply' ? readPassiveReply(pushed.text, context) : undefined
    for (const content of reply ?? []) people.show(person, 'account', content)
    if (reply === undefined && person.following !== undefined)
      people.show(person, 'platform', { kind: 'notice', text: OUT_OF_ORDER })
  }

  return {
    originalId: ORIGINAL_ID,
    pushes,
    compose(openid, fields) {
      const common = { ToUserName: ORIGINAL_ID, FromUserName: openid, CreateTime: Math.floor(clock.now() / 1000) }
      const push = pusher.compose({ ...common, ...fields }, { openid })
      pushes.push(push)
      whose.set(push, people.meet(openid))
      return push
    },
    async deliver(push, attempts) {
      const pushed = await pusher.deliver(push, attempts)
      const person = whose.get(push)
      if (person !== undefined) answered(person, pushed)
      return pushed
    },
    callback(url) {
      callbackUrl = url
    },
    checkCallback: () => pusher.check(),
  }
}
