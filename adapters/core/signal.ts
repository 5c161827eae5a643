import { z } from 'zod'
import { visit } from './conversation.ts'
import { deliveryState, participant } from './entry.ts'

/** Longest typing preview, in UTF-16 code units; the rest is cut by the sender. */
export const PREVIEW_MAX = 200

/** What passes and is not kept. A signal that is lost costs nothing; nothing durable depends on one. */
export const signal = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('typing'),
    from: participant,
    on: z.boolean(),
    preview: z.string().max(PREVIEW_MAX).optional(),
  }),
  z.object({ kind: z.literal('presence'), from: participant, online: z.boolean() }),
  z.object({
    kind: z.literal('cursor'),
    from: participant,
    delivered: z.int().nonnegative(),
    read: z.int().nonnegative(),
  }),
  /**
   * A message that is still being written; the entry with the same `key` replaces it. With `at` it is what comes after the first
   * `at` UTF-16 code units, else the whole text so far. Whoever has not exactly `at` of them ignores it until the next whole one.
   */
  z.object({
    kind: z.literal('stream'),
    from: participant,
    key: z.string(),
    at: z.int().nonnegative().optional(),
    text: z.string(),
    done: z.boolean(),
  }),
  /** How far message `of` has come on a channel that it is sent through; for agents and backends alone. */
  z.object({
    kind: z.literal('delivery'),
    from: participant,
    of: z.int().positive(),
    channel: z.string(),
    state: deliveryState,
    reason: z.string().optional(),
  }),
  z.object({ kind: z.literal('visit'), from: participant, visit }),
])

export type Signal = z.infer<typeof signal>
export type SignalOf<K extends Signal['kind']> = Extract<Signal, { kind: K }>

/** The text so far after this signal, for somebody who has `before`; undefined when something in between is missing. */
export function streamedText(before: string | undefined, { at, text }: SignalOf<'stream'>): string | undefined {
  if (!at) return text
  return before?.length === at ? before + text : undefined
}
