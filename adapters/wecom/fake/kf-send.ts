import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeContent } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import type { KfCodes } from './kf-codes.ts'
import { KF_TYPES, readKfMessage } from './kf-message.ts'
import { type KfAccount, type KfSession, type KfSessions, WINDOW } from './kf-sessions.ts'
import { OK, type Refusal, refuse } from './refusals.ts'
import { shapeRefusal } from './shapes.ts'

export interface KfSending {
  /** `send_msg` (https://developer.work.weixin.qq.com/document/path/94677). */
  send(json: Readonly<Record<string, unknown>>): object
  /** `send_msg_on_event` (https://developer.work.weixin.qq.com/document/path/95122). */
  onEvent(json: Readonly<Record<string, unknown>>): object
  recall(json: unknown): object
  /** The next messages are taken, do not arrive, and an event says so with this `fail_type`. */
  failNext(failType: number, times: number): void
}

export interface KfSendingParts {
  clock: FakeClock
  sessions: KfSessions
  codes: KfCodes
  media: FakeMediaStore
  /** An event for those who read the account's messages. */
  event(session: KfSession, event: Readonly<Record<string, unknown>>): void
}

const msgid = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,32}$/)
  .optional()
const toCustomer = z.object({ touser: z.string(), open_kfid: z.string(), msgid, msgtype: z.string() })
const byCode = z.object({ code: z.string().max(32 + 128), msgid, msgtype: z.string() })
const RECALLABLE = 2 * 60_000
const REFUSED_BY_CUSTOMER = 10

interface Sent {
  readonly session: KfSession
  readonly at: number
  readonly shownId: string | undefined
}

export function createKfSending({ clock, sessions, codes, media, event }: KfSendingParts): KfSending {
  const sent = new Map<string, Sent>()
  const failures: number[] = []

  /** The session that a message is for, or why there can be none. */
  function sessionOf(openKfId: string, touser: string): KfSession | Refusal {
    const account = accountOf(sessions, openKfId)
    if ('errcode' in account) return account
    const customer = sessions.known(touser)
    const session = customer === undefined ? undefined : sessions.between(account, customer)
    return session?.cameBy === undefined ? refuse(40096, touser) : session
  }

  function forbidden(session: KfSession): Refusal | undefined {
    if (session.state !== 0 && session.state !== 1) return refuse(95018)
    if (session.saidAt + WINDOW <= clock.now()) return refuse(95002)
    return session.left > 0 ? undefined : refuse(95001)
  }

  function deliver(session: KfSession, id: string, content: FakeContent): object {
    session.account.used.add(id)
    const failure = failures.shift() ?? (session.refuses ? REFUSED_BY_CUSTOMER : undefined)
    const shown = failure === undefined ? sessions.show(session, 'account', content) : undefined
    session.answeredAt = clock.now()
    sent.set(`${session.account.openKfId} ${id}`, { session, at: clock.now(), shownId: shown?.id })
    // The sender has its answer before it hears that nothing arrived.
    if (failure !== undefined)
      setImmediate(() => event(session, { event_type: 'msg_send_fail', fail_msgid: id, fail_type: failure }))
    return { ...OK, msgid: id }
  }

  return {
    send(json) {
      const head = toCustomer.safeParse(json)
      if (!head.success) return shapeRefusal('', head.error)
      const { touser, open_kfid: openKfId, msgtype, msgid: id = crypto.randomUUID().replaceAll('-', '') } = head.data
      const content = readKfMessage(msgtype, beside(json, toCustomer.shape), { types: KF_TYPES, store: media })
      if ('errcode' in content) return content
      const session = sessionOf(openKfId, touser)
      if ('errcode' in session) return session
      if (session.account.used.has(id)) return refuse(40058, 'msgid existed')
      const refused = forbidden(session)
      if (refused !== undefined) return refused
      session.left -= 1
      return deliver(session, id, content)
    },
    onEvent(json) {
      const head = byCode.safeParse(json)
      if (!head.success) return shapeRefusal('', head.error)
      const { code, msgtype, msgid: id = crypto.randomUUID().replaceAll('-', '') } = head.data
      const found = codes.find(code)
      if (found === undefined) return refuse(40058, 'code')
      const content = readKfMessage(msgtype, beside(json, byCode.shape), { types: found.types, store: media })
      if ('errcode' in content) return content
      if (found.session.account.used.has(id)) return refuse(40058, 'msgid existed')
      codes.spend(code)
      return deliver(found.session, id, content)
    },
    recall(json) {
      const read = z.strictObject({ msgid: z.string(), open_kfid: z.string() }).safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const account = accountOf(sessions, read.data.open_kfid)
      if ('errcode' in account) return account
      const key = `${account.openKfId} ${read.data.msgid}`
      const found = sent.get(key)
      if (found === undefined || found.at + RECALLABLE <= clock.now()) return refuse(40058, 'msgid')
      if (found.shownId !== undefined) sessions.takeBack(found.session, found.shownId, '对方撤回了一条消息')
      sent.delete(key)
      return OK
    },
    failNext: (failType, times) => void failures.push(...new Array<number>(times).fill(failType)),
  }
}

/** The account of an id; ids of accounts begin with `wk`. */
export function accountOf(sessions: KfSessions, openKfId: string): KfAccount | Refusal {
  return sessions.account(openKfId) ?? refuse(openKfId.startsWith('wk') ? 95004 : 95000, openKfId)
}

function beside(json: Readonly<Record<string, unknown>>, shape: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !(name in shape)))
}
