import type { Capabilities } from '@hutong/core/adapter'

/** What 微信客服 can show (https://developer.work.weixin.qq.com/document/path/94677). */
export const KF_CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video', 'location', 'card', 'choices'],
  text: { markdown: false, max: 2_048, unit: 'bytes' },
  // An item has 128 bytes, and a Chinese character three.
  choices: { max: 10, label: 42 },
  buttons: 0,
  files: { maxBytes: 20 * 1024 * 1024 },
  partsPerMessage: 1,
  edit: false,
  recall: true,
  reactions: false,
  typing: false,
  initiate: false,
  idempotentSend: 'key',
  gatherMs: 0,
  reports: ['failed'],
  readsLog: false,
}
