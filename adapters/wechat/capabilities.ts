import type { Capabilities } from '@hutong/core/adapter'

const MB = 1024 * 1024

/**
 * What an account may say in a conversation (https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html).
 * The page states no limit for the items of a menu: these are WeCom's documented ones for the same menu (10 items, 128 bytes).
 */
export const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'audio', 'video', 'card', 'choices'],
  text: { markdown: false, max: 2_048, unit: 'bytes' },
  choices: { max: 10, label: 40 },
  buttons: 0,
  files: { maxBytes: 10 * MB },
  partsPerMessage: 1,
  edit: false,
  recall: false,
  reactions: false,
  typing: true,
  initiate: false,
  idempotentSend: 'none',
  gatherMs: 0,
  reports: [],
  readsLog: false,
}

/** What uploads may be (https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html). */
export const UPLOADS = {
  image: { maxBytes: 10 * MB, types: { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif' } },
  voice: { maxBytes: 2 * MB, types: { 'audio/amr': 'amr', 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' } },
  video: { maxBytes: 10 * MB, types: { 'video/mp4': 'mp4' } },
} as const satisfies Record<string, { maxBytes: number; types: Readonly<Record<string, string>> }>
