import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakeWeComDoor } from './door.ts'
import { createKfCodes, type KfCodes } from './kf-codes.ts'
import { createKfDirectory, type KfDirectory } from './kf-directory.ts'
import type { KfEntry, KfOrigin } from './kf-log.ts'
import { createKfSending, type KfSending } from './kf-send.ts'
import {
  createKfSessions,
  type KfAccount,
  type KfAccountOptions,
  type KfSession,
  type KfSessions,
} from './kf-sessions.ts'
import { createKfStates, type KfStates } from './kf-states.ts'

/** 微信客服: everything that its accounts share. */
export interface Kf {
  readonly sessions: KfSessions
  readonly codes: KfCodes
  readonly directory: KfDirectory
  readonly sending: KfSending
  readonly states: KfStates
  /** Writes something down for the readers of the account and tells them; resolves with what came of telling them. */
  happen(
    account: KfAccount,
    origin: KfOrigin,
    message: KfEntry['message'],
  ): { entry: KfEntry; pushed: Promise<FakePushed> }
  event(account: KfAccount, event: Readonly<Record<string, unknown>>): Promise<FakePushed>
}

export interface KfParts {
  accounts: readonly KfAccountOptions[]
  clock: FakeClock
  media: FakeMediaStore
  door: FakeWeComDoor
  origin(): string
  changed(): void
}

export function createKf({ accounts, clock, media, door, origin, changed }: KfParts): Kf {
  const sessions = createKfSessions(accounts, { clock, changed })
  const codes = createKfCodes(clock)

  const happen: Kf['happen'] = (account, from, message) => {
    const entry = account.log.add(from, message)
    const fields = {
      MsgType: 'event',
      Event: 'kf_msg_or_event',
      Token: account.log.token(),
      OpenKfId: account.openKfId,
    }
    return { entry, pushed: door.deliver(door.compose(fields)) }
  }

  const event: Kf['event'] = (account, fields) => {
    const whole = { ...fields, open_kfid: account.openKfId }
    return happen(account, 4, () => ({ msgtype: 'event', event: whole })).pushed
  }

  const tell = (session: KfSession, fields: Readonly<Record<string, unknown>>) =>
    void event(session.account, { ...fields, external_userid: session.customer.externalUserId })
  return {
    sessions,
    codes,
    directory: createKfDirectory(sessions, origin),
    sending: createKfSending({ clock, sessions, codes, media, event: tell }),
    states: createKfStates(sessions, codes),
    happen,
    event,
  }
}
