import type { Capabilities } from '@hutong/core/adapter'

/** What a mail can do. Choices travel as numbered lines, so that an answer of one number is understood. */
export const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video'],
  text: { markdown: true, max: null, unit: 'chars' },
  choices: { max: 0, label: 0 },
  buttons: 0,
  files: { maxBytes: 20 * 1024 * 1024 },
  partsPerMessage: 100,
  edit: false,
  recall: false,
  reactions: false,
  typing: false,
  initiate: true,
  idempotentSend: 'none',
  gatherMs: 0,
  reports: ['failed'],
  readsLog: false,
}
