import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import { createRecent, type Recent } from './recent.ts'

/** Somebody of the company, and what the app has put on her screen. */
export interface Member {
  readonly userid: string
  readonly shown: FakeShown[]
}

export interface Members {
  /** Whoever has this id; somebody new when nobody had. Ids are the same whatever their case. */
  meet(userid: string): Member
  find(userid: string): Member | undefined
  everybody(): readonly Member[]
  /** Puts something on her screen. Undefined when the app writes to her too often: then nothing is shown and nobody is told. */
  deliver(member: Member, content: FakeContent): FakeShown | undefined
  say(member: Member, content: FakeContent): void
}

const MINUTE = 60_000
/** How often an app may write to one member (https://developer.work.weixin.qq.com/document/path/90312). */
const TO_ONE_MEMBER = [
  { count: 30, ms: MINUTE },
  { count: 1000, ms: 60 * MINUTE },
]

export function createMembers(clock: FakeClock): Members {
  const members = new Map<string, Member>()
  const recent: Recent = createRecent(clock, TO_ONE_MEMBER)
  let shownSoFar = 0

  function show(member: Member, from: FakeShown['from'], content: FakeContent): FakeShown {
    shownSoFar += 1
    const shown = { id: `m${shownSoFar}`, from, at: clock.now(), ...content }
    member.shown.push(shown)
    return shown
  }

  return {
    find: (userid) => members.get(userid.toLowerCase()),
    everybody: () => [...members.values()],
    meet(userid) {
      const known = members.get(userid.toLowerCase())
      if (known !== undefined) return known
      const member = { userid, shown: [] }
      members.set(userid.toLowerCase(), member)
      return member
    },
    deliver: (member, content) => (recent.take(member.userid) ? show(member, 'account', content) : undefined),
    say: (member, content) => void show(member, 'customer', content),
  }
}

/** Puts something else in the place of what was shown. */
export function replaceShown(shown: FakeShown[], id: string, content: FakeContent): void {
  const at = shown.findIndex((one) => one.id === id)
  const before = shown[at]
  if (before !== undefined) shown[at] = { id: before.id, from: before.from, at: before.at, ...content }
}
