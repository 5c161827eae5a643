import { z } from 'zod'
import { visit } from './conversation.ts'
import { deliveryState, participant } from './entry.ts'

export { streamedText } from './streamed-text.ts'

/** Longest typing preview, in UTF-16 code units; the rest is cut by the sender. */
export const PREVIEW_MAX = 200

const who = participant.describe('Whose signal it is')

/** What passes and is not kept. A signal that is lost costs nothing; nothing durable depends on one. */
export const signal = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('typing'),
        from: who,
        on: z.boolean().describe('False: no more. Take it for over after some seconds without another one'),
        preview: z
          .string()
          .max(PREVIEW_MAX)
          .optional()
          .describe('What a contact has written so far, for agents alone and where the site wants it'),
      })
      .describe('Something is being written'),
    z
      .object({ kind: z.literal('presence'), from: who, online: z.boolean().describe('Whether they read here now') })
      .describe('Somebody came or went'),
    z
      .object({
        kind: z.literal('cursor'),
        from: who,
        delivered: z.int().nonnegative().describe('Everything up to this `seq` was received'),
        read: z.int().nonnegative().describe('Everything up to this `seq` was read'),
      })
      .describe('Somebody has received or read more'),
    z
      .object({
        kind: z.literal('stream'),
        from: who,
        key: z.string().describe('Of the message: the entry with this key replaces it'),
        at: z
          .int()
          .nonnegative()
          .optional()
          .describe(
            '`text` comes after the first so many UTF-16 code units; whoever has not exactly so many ignores it until the next whole one. Absent or 0: `text` is the whole so far',
          ),
        text: z.string().describe('The whole so far, or what comes after `at`'),
        done: z.boolean().describe('Nothing more is added; its entry comes next'),
      })
      .meta({
        description: 'A message that is still being written',
        examples: [
          { kind: 'stream', from: { kind: 'bot', id: 'bot' }, key: 'k1', at: 5, text: ' green tea', done: false },
        ],
      }),
    z
      .object({
        kind: z.literal('delivery'),
        from: who,
        of: z.int().positive().describe('`seq` of the message'),
        channel: z.string().describe('Id of the channel it is sent through'),
        state: deliveryState,
        reason: z.string().optional().describe('Why it failed or is unsure, in words for agents'),
      })
      .describe('How far a message has come on a channel; for agents and backends alone'),
    z.object({ kind: z.literal('visit'), from: who, visit }).describe('The contact is on another page'),
  ])
  .describe('What passes and is not kept, told apart by `kind`; a lost one costs nothing')

export type Signal = z.infer<typeof signal>
export type SignalOf<K extends Signal['kind']> = Extract<Signal, { kind: K }>
