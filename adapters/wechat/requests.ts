import type { Outgoing } from './codec.ts'

/** What our calls say, beside the menu and files. */

export function sendRequest(openid: string, message: Outgoing): object {
  return { touser: openid, ...message }
}

export function typingRequest(openid: string, on: boolean): object {
  return { touser: openid, command: on ? 'Typing' : 'CancelTyping' }
}

export function codeRequest(scene: string, seconds: number): object {
  return { expire_seconds: seconds, action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: scene } } }
}

export function tokenRequest({ appId, secret }: { appId: string; secret: string }, force: boolean): object {
  return { grant_type: 'client_credential', appid: appId, secret, force_refresh: force }
}
