import type { Capabilities } from '@hutong/core/adapter'

const MB = 1024 * 1024

/**
 * What an app may send to a member (https://developer.work.weixin.qq.com/document/path/90236). Texts beyond 2048 bytes are cut by the
 * platform without a word. A card has 6 buttons, or 20 options to choose one from; the page recommends 10 Chinese characters for a
 * button, which is twice as many Latin ones.
 */
export const APP_CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video', 'card', 'choices'],
  text: { markdown: true, max: 2_048, unit: 'bytes' },
  choices: { max: 20, label: 20 },
  buttons: 6,
  files: { maxBytes: 20 * MB },
  partsPerMessage: 1,
  edit: false,
  recall: true,
  reactions: false,
  typing: false,
  initiate: true,
  idempotentSend: 'content',
  gatherMs: 0,
  reports: [],
  readsLog: false,
}

/** A group takes no cards that can be pressed: https://developer.work.weixin.qq.com/document/path/90248 */
export const GROUP_CAPABILITIES: Capabilities = {
  ...APP_CAPABILITIES,
  parts: ['text', 'image', 'file', 'audio', 'video', 'card'],
  choices: { max: 0, label: 0 },
  buttons: 0,
}

export type UploadKind = 'image' | 'voice' | 'video' | 'file'

/** Every file has more than this many bytes: https://developer.work.weixin.qq.com/document/path/90253 */
export const SMALLEST_UPLOAD = 6

/** The kinds that are more than a file; the ending is what the platform knows a type by. */
export const UPLOADS: readonly { kind: UploadKind; type: RegExp; ending: string; maxBytes: number }[] = [
  { kind: 'image', type: /^image\/png$/, ending: 'png', maxBytes: 10 * MB },
  { kind: 'image', type: /^image\/jpe?g$/, ending: 'jpg', maxBytes: 10 * MB },
  { kind: 'voice', type: /^audio\/amr$/, ending: 'amr', maxBytes: 2 * MB },
  { kind: 'video', type: /^video\/mp4$/, ending: 'mp4', maxBytes: 10 * MB },
]

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export interface Limit {
  readonly count: number
  readonly ms: number
}

/** How often an app may write to one member; what is more is dropped by the platform without a word (https://developer.work.weixin.qq.com/document/path/90312). */
export const TO_MEMBER: readonly Limit[] = [
  { count: 30, ms: MINUTE },
  { count: 1_000, ms: HOUR },
]
/** The same for what the members of a group get. */
export const TO_GROUP: readonly Limit[] = [
  { count: 200, ms: MINUTE },
  { count: 10_000, ms: 24 * HOUR },
]
