import type { Body } from './app-draft.ts'

/** What the app asks of the platform, as its endpoints want it. */

export interface Member {
  userid: string
  agentId: number
}

/** `message/send`; the same JSON again within `checkSeconds` is shown once. */
export function memberRequest({ userid, agentId }: Member, body: Body, checkSeconds: number): object {
  return {
    touser: userid,
    agentid: agentId,
    ...body,
    enable_duplicate_check: 1,
    duplicate_check_interval: checkSeconds,
  }
}

/** `appchat/send` */
export function groupRequest(chatid: string, body: Body): object {
  return { chatid, ...body }
}

/** `message/update_template_card`: what stands where the buttons were. */
export function answeredRequest({ userid, agentId }: Member, code: string, label: string): object {
  return { userids: [userid], agentid: agentId, response_code: code, button: { replace_name: `✓ ${label}` } }
}

/** `message/recall` */
export function recallRequest(msgid: string): object {
  return { msgid }
}
