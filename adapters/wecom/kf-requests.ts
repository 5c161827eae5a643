import type { KfPlace } from './kf-codec.ts'
import type { KfMessage } from './kf-messages.ts'

/** The bodies of calls, which samples are compared with. */

const PAGE = 1000
const WITH_ROBOT = 1

export function syncRequest(openKfId: string, { cursor, token }: { cursor: string; token?: string | undefined }) {
  const from = { ...(cursor && { cursor }), ...(token && { token }) }
  return { open_kfid: openKfId, limit: PAGE, voice_format: 0, ...from }
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
