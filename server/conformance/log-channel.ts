import type { Adapter } from '@hutong/core/adapter'

/** A channel whose clients read the log: nothing is ever sent through it. */
export const logChannel: Adapter = {
  channel: 'web',
  capabilities: {
    parts: ['text', 'image', 'file', 'audio', 'video', 'location', 'card', 'choices', 'form', 'rating', 'unsupported'],
    text: { markdown: true, max: null, unit: 'chars' },
    choices: { max: 20, label: 80 },
    buttons: 20,
    files: { maxBytes: 10_000_000 },
    partsPerMessage: 10,
    edit: true,
    recall: true,
    reactions: true,
    typing: true,
    initiate: true,
    idempotentSend: 'key',
    gatherMs: 0,
    reports: ['delivered', 'read'],
    readsLog: true,
  },
  open: async () => {},
  send: () => Promise.reject(new Error('a channel that reads the log is never sent to')),
  signal() {},
  close: async () => {},
}
