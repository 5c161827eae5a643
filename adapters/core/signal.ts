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
  /** The whole text so far of a message that is still being written; the entry with the same `key` replaces it. */
  z.object({ kind: z.literal('stream'), from: participant, key: z.string(), text: z.string(), done: z.boolean() }),
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
