import type { FakeClock } from '@hutong/tencent/fake-clock'
import { createFakeEnvelope } from '@hutong/tencent/fake-envelope'
import type { FakePayload } from '@hutong/tencent/fake-payload'
import { createFakePusher, type FakePush, type FakePushed } from '@hutong/tencent/fake-pusher'

/** One callback address of the company: always signed and encrypted, always XML. */
export interface FakeWeComDoor {
  /** Every callback that was composed, oldest first; `deliver` sends one again as it was. */
  readonly pushes: readonly FakePush[]
  /** A callback with any fields, signed and encrypted, not sent yet. */
  compose(fields: FakePayload): FakePush
  deliver(push: FakePush, attempts?: number): Promise<FakePushed>
  /** Where callbacks go from now on. */
  callback(url: string | undefined): void
  /** The check that saving the address in the console starts: true when the text came back exactly. */
  checkCallback(): Promise<boolean>
}

export interface FakeWeComDoorOptions {
  corpId: string
  /** The token that callbacks are signed with. */
  token: string
  /** 43 characters. */
  encodingAesKey: string
  /** Where callbacks go; nothing is sent while it is undefined. */
  callbackUrl: string | undefined
  clock: FakeClock
}

export function createDoor(options: FakeWeComDoorOptions): FakeWeComDoor {
  const { corpId, token, encodingAesKey, clock } = options
  const envelope = createFakeEnvelope({ token, encodingAesKey, receiveId: corpId })
  let { callbackUrl } = options
  const pusher = createFakePusher({
    callbackUrl: () => callbackUrl,
    envelope,
    format: 'xml',
    mode: 'safe',
    dialect: 'wecom',
    clock,
  })
  const pushes: FakePush[] = []
  return {
    pushes,
    compose(fields) {
      const push = pusher.compose({ ToUserName: corpId, CreateTime: Math.floor(clock.now() / 1000), ...fields })
      pushes.push(push)
      return push
    },
    deliver: (push, attempts) => pusher.deliver(push, attempts),
    callback(url) {
      callbackUrl = url
    },
    checkCallback: () => pusher.check(),
  }
}
