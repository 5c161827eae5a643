import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import { type Allowance, createAllowance } from './allowance.ts'

/** A customer as the platform knows her, and what is on her screen. */
export interface Person {
  readonly openid: string
  readonly allowance: Allowance
  readonly shown: FakeShown[]
  unionid: string | undefined
  /** When she followed (ms) and the scene of the code she came by; undefined while she does not. */
  following: { since: number; scene: string | number | undefined } | undefined
  /** Until when (ms) she sees that somebody is typing. */
  typingUntil: number
  /** When either side last wrote (ms). */
  exchangedAt: number
}

export interface People {
  /** Whoever holds this phone; somebody new when nobody did. */
  meet(openid: string): Person
  find(openid: string): Person | undefined
  /** Puts something on her screen. */
  show(person: Person, from: FakeShown['from'], content: FakeContent): FakeShown
}

export function createPeople(clock: FakeClock, changed: () => void): People {
  const people = new Map<string, Person>()
  let shownSoFar = 0
  return {
    find: (openid) => people.get(openid),
    meet(openid) {
      const known = people.get(openid)
      if (known !== undefined) return known
      const person: Person = {
        openid,
        allowance: createAllowance(clock),
        shown: [],
        unionid: undefined,
        following: undefined,
        typingUntil: 0,
        exchangedAt: Number.NEGATIVE_INFINITY,
      }
      people.set(openid, person)
      return person
    },
    show(person, from, content) {
      shownSoFar += 1
      const shown = { id: `s${shownSoFar}`, from, at: clock.now(), ...content }
      person.shown.push(shown)
      if (from !== 'platform') person.exchangedAt = clock.now()
      if (from === 'account') person.typingUntil = 0
      changed()
      return shown
    },
  }
}
