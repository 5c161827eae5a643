import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import { createKfLog, type KfLog } from './kf-log.ts'
import { replaceShown } from './members.ts'

export interface KfAccountOptions {
  /** `wk…` */
  openKfId: string
  name: string
  /** Userids of those who may answer in WeCom. */
  servicers?: readonly string[]
  /** A welcome that the platform itself sends; then there are no codes for one. */
  nativeWelcome?: string
}

/** A customer service account (微信客服). */
export interface KfAccount {
  readonly openKfId: string
  readonly name: string
  readonly nativeWelcome: string | undefined
  /** The end of the path of its links, `kfc…`. */
  readonly linkId: string
  readonly log: KfLog
  /** Who answers in WeCom: 0 while receiving, 1 after having stopped. */
  readonly servicers: Map<string, 0 | 1>
  /** Message ids that senders have chosen or were given; each is good once. */
  readonly used: Set<string>
}

export interface KfCustomer {
  readonly externalUserId: string
  nickname: string
  unionid: string | undefined
}

/** 0 new, 1 with a robot, 2 waiting in the pool, 3 with a person, 4 over or not begun. */
export type KfState = 0 | 1 | 2 | 3 | 4

/** One customer at one account, and what her phone shows of it. */
export interface KfSession {
  readonly account: KfAccount
  readonly customer: KfCustomer
  readonly shown: FakeShown[]
  state: KfState
  servicer: string | undefined
  /** When she last wrote (ms). */
  saidAt: number
  /** When the account last wrote (ms). */
  answeredAt: number
  /** How many messages the account may still send. */
  left: number
  /** Whether she refuses the account's messages. */
  refuses: boolean
  /** By which link she came last; undefined before she ever came. */
  cameBy: { scene: string; sceneParam: string } | undefined
}

export interface KfSessions {
  readonly accounts: readonly KfAccount[]
  account(openKfId: string): KfAccount | undefined
  /** Whoever has this id; somebody new when nobody had. */
  customer(externalUserId: string): KfCustomer
  known(externalUserId: string): KfCustomer | undefined
  between(account: KfAccount, customer: KfCustomer): KfSession
  /** The state as it is now: a session lasts at most 48 h from the customer's last message. */
  stateOf(session: KfSession): KfState
  show(session: KfSession, from: FakeShown['from'], content: FakeContent): FakeShown
  /** Leaves a grey line where a message was that somebody takes back. */
  takeBack(session: KfSession, shownId: string, words: string): void
  /** She writes: a session that was over begins anew, and the account may answer five times. */
  said(session: KfSession): void
}

export const WINDOW = 48 * 3_600_000
export const ANSWERS = 5

export function createKfSessions(
  accounts: readonly KfAccountOptions[],
  { clock, changed }: { clock: FakeClock; changed: () => void },
): KfSessions {
  const all = accounts.map((options, index) => createAccount(options, index, clock))
  const customers = new Map<string, KfCustomer>()
  const sessions = new Map<string, KfSession>()
  let shownSoFar = 0

  function stateOf({ state, saidAt }: KfSession): KfState {
    return saidAt + WINDOW <= clock.now() ? 4 : state
  }

  return {
    accounts: all,
    account: (openKfId) => all.find((one) => one.openKfId === openKfId),
    customer(externalUserId) {
      const customer = customers.get(externalUserId) ?? { externalUserId, nickname: '微信用户', unionid: undefined }
      customers.set(externalUserId, customer)
      return customer
    },
    known: (externalUserId) => customers.get(externalUserId),
    between(account, customer) {
      const key = `${account.openKfId} ${customer.externalUserId}`
      const session = sessions.get(key) ?? begin(account, customer)
      sessions.set(key, session)
      return session
    },
    stateOf,
    show(session, from, content) {
      shownSoFar += 1
      const shown = { id: `k${shownSoFar}`, from, at: clock.now(), ...content }
      session.shown.push(shown)
      changed()
      return shown
    },
    takeBack(session, shownId, words) {
      replaceShown(session.shown, shownId, { kind: 'notice', text: words })
      changed()
    },
    said(session) {
      if (stateOf(session) === 4) {
        session.state = 0
        session.servicer = undefined
      }
      session.saidAt = clock.now()
      session.left = ANSWERS
    },
  }
}

function createAccount(options: KfAccountOptions, index: number, clock: FakeClock): KfAccount {
  const { openKfId, name, servicers = [], nativeWelcome } = options
  return {
    openKfId,
    name,
    nativeWelcome,
    linkId: `kfc${(index + 1).toString(16).padStart(16, '0')}`,
    log: createKfLog(openKfId, clock),
    servicers: new Map(servicers.map((userid) => [userid, 0])),
    used: new Set(),
  }
}

function begin(account: KfAccount, customer: KfCustomer): KfSession {
  return {
    account,
    customer,
    shown: [],
    state: 4,
    servicer: undefined,
    saidAt: Number.NEGATIVE_INFINITY,
    answeredAt: Number.NEGATIVE_INFINITY,
    left: 0,
    refuses: false,
    cameBy: undefined,
  }
}
