import type { KfPlace } from './kf-codec.ts'
import type { KfMessage } from './kf-messages.ts'

/** The bodies of calls, which samples are compared with. */

const WITH_ROBOT = 1

export interface KfFrom {
  readonly cursor: string
  readonly token?: string | undefined
  /** At most so many messages, 1000 at most. */
  readonly limit: number
}

export function syncRequest(openKfId: string, { cursor, token, limit }: KfFrom) {
  return { open_kfid: openKfId, limit, voice_format: 0, ...(cursor && { cursor }), ...(token && { token }) }
}

export function sendRequest({ openKfId, customer }: KfPlace, msgid: string, message: KfMessage) {
  return { touser: customer, open_kfid: openKfId, msgid, ...message }
}

export function sendOnEventRequest(code: string, msgid: string, message: KfMessage) {
  return { code, msgid, ...message }
}

export function recallRequest(openKfId: string, msgid: string) {
  return { open_kfid: openKfId, msgid }
}

export function stateRequest({ openKfId, customer }: KfPlace) {
  return { open_kfid: openKfId, external_userid: customer }
}

/** Gives the session to the API. */
export function takeRequest(of: KfPlace) {
  return { ...stateRequest(of), service_state: WITH_ROBOT }
}

export function customersRequest(ids: readonly string[]) {
  return { external_userid_list: ids, need_enter_session_context: 0 }
}
