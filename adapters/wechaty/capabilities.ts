import type { Capabilities } from '@hutong/core/adapter'

/**
 * What a person's account can say by a puppet. What a page shows as a card needs a link. Files are held in memory while they are sent,
 * which limits them before WeChat does. Nothing tells what became of a message, and nothing keeps it from being sent twice.
 */
export const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video', 'card'],
  text: { markdown: false, max: 2_000, unit: 'chars' },
  choices: { max: 0, label: 0 },
  buttons: 0,
  files: { maxBytes: 25 * 1024 * 1024 },
  partsPerMessage: 1,
  edit: false,
  recall: true,
  reactions: false,
  typing: false,
  initiate: true,
  idempotentSend: 'none',
  gatherMs: 0,
  reports: [],
  readsLog: false,
}
