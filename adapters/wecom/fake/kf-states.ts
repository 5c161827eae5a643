import { z } from 'zod'
import type { KfCodes, KfOccasion } from './kf-codes.ts'
import { accountOf } from './kf-send.ts'
import type { KfSession, KfSessions, KfState } from './kf-sessions.ts'
import { OK, type Refusal, refuse } from './refusals.ts'
import { shapeRefusal } from './shapes.ts'

export interface KfStates {
  /** `service_state/get` and `service_state/trans` (https://developer.work.weixin.qq.com/document/path/94669). */
  get(json: unknown): object
  change(json: unknown): object
}

/** Where the API may move a session. */
const ALLOWED: Readonly<Record<KfState, readonly KfState[]>> = { 0: [1, 2, 3], 1: [2, 3], 2: [3], 3: [3, 4], 4: [] }
/** For which message a move gives a code. */
const OCCASIONS: Readonly<Partial<Record<KfState, KfOccasion>>> = { 2: 'pool', 3: 'servicer', 4: 'end' }

const named = { open_kfid: z.string(), external_userid: z.string() }
const which = z.strictObject(named)
const move = z.strictObject({
  ...named,
  service_state: z.literal([0, 1, 2, 3, 4]),
  servicer_userid: z.string().optional(),
})

export function createKfStates(sessions: KfSessions, codes: KfCodes): KfStates {
  function find({ open_kfid: openKfId, external_userid: id }: z.infer<typeof which>): KfSession | Refusal {
    const account = accountOf(sessions, openKfId)
    if ('errcode' in account) return account
    const customer = sessions.known(id)
    return customer === undefined ? refuse(40096, id) : sessions.between(account, customer)
  }

  function wrongServicer({ account }: KfSession, userid: string | undefined): Refusal | undefined {
    if (userid === undefined) return refuse(40058, 'servicer_userid')
    return account.servicers.get(userid) === 0 ? undefined : refuse(95014, userid)
  }

  return {
    get(json) {
      const read = which.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const session = find(read.data)
      if ('errcode' in session) return session
      const state = sessions.stateOf(session)
      const servicer = state === 3 && session.servicer !== undefined ? { servicer_userid: session.servicer } : {}
      return { ...OK, service_state: state, ...servicer }
    },
    change(json) {
      const read = move.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const { service_state: to, servicer_userid: userid } = read.data
      const { open_kfid, external_userid } = read.data
      const session = find({ open_kfid, external_userid })
      if ('errcode' in session) return session
      const from = sessions.stateOf(session)
      if (from === 4) return refuse(95013)
      if (!ALLOWED[from].includes(to)) return refuse(40058, `service_state from ${from} to ${to}`)
      const wrong = to === 3 ? wrongServicer(session, userid) : undefined
      if (wrong !== undefined) return wrong
      session.state = to
      session.servicer = to === 3 ? userid : undefined
      const occasion = from === 3 && to === 3 ? undefined : OCCASIONS[to]
      return { ...OK, ...(occasion === undefined ? {} : { msg_code: codes.give(session, occasion) }) }
    },
  }
}
