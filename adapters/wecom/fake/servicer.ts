import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakeContent } from '@hutong/tencent/fake-shown'
import type { CustomerParts, FakeWeComCustomer, FakeWeComFile } from './customer.ts'
import type { Kf } from './kf.ts'
import type { KfAccount, KfSession } from './kf-sessions.ts'

/** Somebody of the company who answers customers in WeCom itself. What she does resolves once the company's server was told. */
export interface FakeWeComServicer {
  readonly userid: string
  /** Takes the session over: from a robot, from the pool, from a colleague, or anew after it was over. */
  takes(customer: FakeWeComCustomer): Promise<FakePushed>
  /** Writes in WeCom, having taken the session over if it was not hers. */
  say(customer: FakeWeComCustomer, text: string): Promise<FakePushed>
  file(
    customer: FakeWeComCustomer,
    kind: 'image' | 'voice' | 'video' | 'file',
    file: FakeWeComFile,
  ): Promise<FakePushed>
  /** Takes back what she wrote last to this customer. */
  recall(customer: FakeWeComCustomer): Promise<FakePushed>
  ends(customer: FakeWeComCustomer): Promise<FakePushed>
  /** Begins to receive customers, or stops, at this account. */
  receives(openKfId: string, yes: 'yes' | 'no'): Promise<FakePushed>
}

export interface ServicerParts extends Pick<CustomerParts, 'written'> {
  kf: Kf
  media: FakeMediaStore
}

export function createServicer(userid: string, { kf, media, written }: ServicerParts): FakeWeComServicer {
  const { sessions } = kf
  const mine: string[] = []

  function accountOf(openKfId: string): KfAccount {
    const account = sessions.account(openKfId)
    if (account?.servicers.has(userid)) return account
    throw new Error(`${userid} answers nobody at ${openKfId}`)
  }

  function sessionWith({ openKfId, externalUserId }: FakeWeComCustomer): KfSession {
    const session = sessions.between(accountOf(openKfId), sessions.customer(externalUserId))
    if (session.saidAt === Number.NEGATIVE_INFINITY) throw new Error('this customer never wrote')
    return session
  }

  function changed(session: KfSession, fields: Readonly<Record<string, unknown>>): Promise<FakePushed> {
    const common = { event_type: 'session_status_change', external_userid: session.customer.externalUserId }
    return kf.event(session.account, { ...common, ...fields })
  }

  /** Undefined when it is hers already. */
  function take(session: KfSession): Promise<FakePushed> | undefined {
    const [before, old] = [sessions.stateOf(session), session.servicer]
    if (before === 3 && old === userid) return undefined
    session.state = 3
    session.servicer = userid
    if (before === 3) return changed(session, { change_type: 2, old_servicer_userid: old, new_servicer_userid: userid })
    if (before === 4) return changed(session, { change_type: 4, new_servicer_userid: userid })
    const code = kf.codes.give(session, 'servicer')
    return changed(session, { change_type: 1, new_servicer_userid: userid, msg_code: code })
  }

  async function write(session: KfSession, content: FakeContent, fields: Readonly<Record<string, unknown>>) {
    const taken = take(session)
    const shown = sessions.show(session, 'account', content)
    session.answeredAt = shown.at
    const ids = { open_kfid: session.account.openKfId, external_userid: session.customer.externalUserId }
    const { entry, pushed } = kf.happen(session.account, 5, () => ({ ...ids, servicer_userid: userid, ...fields }))
    written.set(entry.msgid, { session, shownId: shown.id })
    mine.push(entry.msgid)
    await taken
    return pushed
  }

  return {
    userid,
    async takes(customer) {
      const taken = take(sessionWith(customer))
      if (taken === undefined) throw new Error('the session is hers already')
      return taken
    },
    async say(customer, text) {
      return write(sessionWith(customer), { kind: 'text', text }, { msgtype: 'text', text: { content: text } })
    },
    async file(customer, kind, { name, bytes }) {
      const session = sessionWith(customer)
      const { id } = media.keep(kind, name, bytes)
      return write(session, { kind, media: id, name }, { msgtype: kind, [kind]: { media_id: id } })
    },
    async recall(customer) {
      const session = sessionWith(customer)
      const msgid = mine.findLast((id) => written.get(id)?.session === session)
      const place = msgid === undefined ? undefined : written.get(msgid)
      if (place === undefined) throw new Error('she wrote nothing to this customer')
      sessions.takeBack(session, place.shownId, '对方撤回了一条消息')
      return kf.event(session.account, {
        event_type: 'servicer_recall_msg',
        external_userid: session.customer.externalUserId,
        servicer_userid: userid,
        recall_msgid: msgid,
      })
    },
    async ends(customer) {
      const session = sessionWith(customer)
      if (sessions.stateOf(session) !== 3 || session.servicer !== userid) throw new Error('the session is not hers')
      session.state = 4
      session.servicer = undefined
      const code = kf.codes.give(session, 'end')
      return changed(session, { change_type: 3, old_servicer_userid: userid, msg_code: code })
    },
    async receives(openKfId, yes) {
      const account = accountOf(openKfId)
      account.servicers.set(userid, yes === 'yes' ? 0 : 1)
      const status = yes === 'yes' ? 1 : 2
      return kf.event(account, { event_type: 'servicer_status_change', servicer_userid: userid, status })
    },
  }
}
