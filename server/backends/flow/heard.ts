import type { Said } from '../mentions.ts'

/**
 * What an event means to a flow. `floor`: another bot gave it the floor and left no question open, only what was chosen there, or what
 * it asked for itself; `waits` when the contact was told nothing of what follows. `returned`: people gave it.
 */
export type Heard =
  | { kind: 'words'; text: string; choice: string | undefined }
  | { kind: 'answer'; text: string; values: Readonly<Record<string, string>> }
  | { kind: 'rating'; score: number }
  | { kind: 'floor'; choice: string | undefined; waits: boolean }
  | { kind: 'returned' }

/** Words, or the answers to a form, made ready to be searched. */
export type Words = Extract<Heard, { text: string }> & { said: Said }
