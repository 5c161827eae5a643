import { z } from 'zod'
import { isOutsider } from './outsider.ts'
import { parts, ratingScale } from './parts.ts'
import { STOPPED } from './stopped.ts'

export { isOutsider, outsider } from './outsider.ts'
export { STOPPED } from './stopped.ts'

/**
 * A conversation is an append-only log of entries, numbered `seq` 1, 2, 3 … without holes. `seq` orders; `at`
 * (milliseconds since 1970, UTC) is for people. Everything durable that happens in a conversation is an entry.
 */

const seq = z.int().positive()
export const key = z
  .string()
  .regex(/^[\w.:@/+=-]{1,200}$/, 'use 1 to 200 letters, digits or any of _ . : @ / + = -')
  .meta({
    description: 'Idempotency key, chosen by the sender: a repeat is answered with the first `seq` and changes nothing',
    examples: ['k_7QdX2mPz'],
  })

export const participant = z
  .object({
    kind: z.enum(['contact', 'agent', 'bot', 'system']).describe('`system` is the relay itself'),
    id: z
      .string()
      .min(1)
      .max(128)
      .meta({
        description:
          'Of a contact or agent their id, of a bot the name of its backend; with `outsider:` before an address that is not, or not proven to be, the contact’s',
        examples: ['a_5wQnE1sR0uYkT3oLm7vCxg'],
      }),
    name: z.string().max(128).optional().describe('As others see it; absent while nobody said one'),
    avatar: z.string().max(2_048).optional().describe('URL of a picture'),
    unproven: z
      .literal(true)
      .optional()
      .describe('Nothing proves that it was they who wrote; the platform lets anybody write in their name'),
  })
  .describe('Who did something')

const agentOrBot = z.string().max(128)
export const holder = z
  .discriminatedUnion('kind', [
    z
      .object({ kind: z.literal('bot'), id: agentOrBot.describe('The name of its backend') })
      .describe('A backend answers'),
    z.object({ kind: z.literal('queue') }).describe('Waits for any person'),
    z
      .object({
        kind: z.literal('agent'),
        id: agentOrBot.describe('The agent’s id'),
        name: z.string().max(128).optional().describe('The agent’s name, as contacts see it'),
      })
      .describe('A person answers'),
    z.object({ kind: z.literal('none') }).describe('Nobody has to answer: it is closed'),
  ])
  .describe('Who may speak to the contact')
export const floor = z
  .object({
    holder,
    term: z
      .int()
      .nonnegative()
      .describe('Grows at every change of holder; an answer made for an older term is refused with `stale_floor`'),
  })
  .describe('Who may speak to the contact now')

export const attributes = z
  .record(
    z.string().max(64).describe('The attribute’s name'),
    z
      .union([z.string().max(1_000), z.number(), z.boolean(), z.null()])
      .describe('Its value; null, where attributes are changed, removes it'),
  )
  .meta({
    description: 'What a site or backend keeps, by name: plan, tags, priority, topic',
    examples: [{ plan: 'gold', orders: 3, vip: true }],
  })

const choice = z
  .object({
    of: seq.describe('`seq` of the entry that offered it'),
    id: z.string().max(64).describe('The `id` of the option or reply button'),
  })
  .describe('What the contact picked; its label stands in `parts`. Absent where something else was written')

export const deliveryState = z
  .enum(['waiting', 'sent', 'delivered', 'read', 'failed', 'unsure', 'skipped'])
  .describe(
    'How far a message has come on its way out. `sent`: the platform took it; `unsure`: it may have; `skipped`: the contact had read it before it was sent',
  )
export type DeliveryState = z.infer<typeof deliveryState>

const reason = z.string().max(500).optional()

export const body = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('message'),
        parts,
        replyTo: seq.optional().describe('`seq` of the message that is quoted; absent when none is'),
        choice: choice.optional(),
      })
      .meta({
        description: 'Somebody said something',
        examples: [{ kind: 'message', parts: [{ kind: 'text', text: 'Is it in stock?' }] }],
      }),
    z
      .object({ kind: z.literal('edit'), of: seq.describe('`seq` of the message'), parts })
      .describe('A message of the same author has other content now'),
    z
      .object({ kind: z.literal('recall'), of: seq.describe('`seq` of the message') })
      .describe('A message of the same author is taken back'),
    z
      .object({
        kind: z.literal('reaction'),
        of: seq.describe('`seq` of the message reacted to'),
        emoji: z.string().min(1).max(32).describe('The sign itself'),
        on: z.boolean().describe('False: it is taken back'),
      })
      .meta({ description: 'A sign on a message', examples: [{ kind: 'reaction', of: 4, emoji: '👍', on: true }] }),
    z
      .object({ kind: z.literal('note'), text: z.string().min(1).max(8_000).describe('Plain text') })
      .describe('Written for agents and backends; contacts never see it'),
    z
      .object({ kind: z.literal('assigned'), agent: participant.nullable().describe('null: to nobody any more') })
      .describe('A person looks after the conversation'),
    z
      .object({
        kind: z.literal('handoff'),
        floor: floor.describe('The floor from here on'),
        reason: reason.describe('Why, in words for agents; contacts do not see it'),
        summary: z
          .string()
          .max(4_000)
          .optional()
          .describe('What the new holder should know of what was said; contacts do not see it'),
      })
      .meta({
        description: 'The floor went to somebody else',
        examples: [{ kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 3 }, reason: 'asks for a person' }],
      }),
    z
      .object({
        kind: z.literal('status'),
        status: z.enum(['open', 'closed']).describe('What it is from here on'),
        reason: reason.describe('Why, in words for agents; contacts do not see it'),
      })
      .describe('The conversation was closed or opened again'),
    z
      .object({
        kind: z.literal('rating'),
        of: seq.optional().describe('`seq` of the message that asked; absent: the last one'),
        scale: ratingScale,
        score: z.int().min(0).max(10).describe('Within its scale'),
        comment: z.string().max(2_000).optional().describe('What the contact added in words'),
      })
      .meta({
        description: 'The contact gave a score',
        examples: [{ kind: 'rating', scale: 'csat', score: 5, comment: 'Quick!' }],
      }),
    z
      .object({ kind: z.literal('stop') })
      .describe('The contact wants no more of what is being written; the floor stays where it is, under a new term'),
    z
      .object({
        kind: z.literal('answer'),
        of: seq.describe('`seq` of the message with the form'),
        values: z
          .record(z.string().max(64).describe('The `name` of the field'), z.string().max(4_000))
          .describe('What was filled in, by the `name` of the field'),
      })
      .meta({
        description: 'The contact filled in a form',
        examples: [{ kind: 'answer', of: 6, values: { order: '123456' } }],
      }),
    z
      .object({ kind: z.literal('contact'), changes: attributes.describe('The new values of what changed, by name') })
      .describe('What is known of the contact changed'),
    z
      .object({
        kind: z.literal('attributes'),
        changes: attributes.describe('The new values of what changed, by name; null: removed'),
      })
      .describe('The conversation’s attributes (tags, priority, topic) changed'),
    z
      .object({
        kind: z.literal('delivery'),
        of: seq.describe('`seq` of the message'),
        channel: z.string().max(64).describe('Id of the channel it was to go by'),
        state: deliveryState,
        reason: z.string().max(1_000).optional().describe('Why, in words for agents'),
        next: z.string().max(64).optional().describe('Id of the channel tried instead; absent when there is none'),
        recall: z.literal(true).optional().describe('The message was brought there, and could not be taken back'),
      })
      .describe('A message could not be brought, or nobody knows whether it was'),
    z
      .object({ kind: z.literal('hidden') })
      .describe('Stands where the reader may not see the entry, so that `seq` has no holes for anyone'),
  ])
  .describe('What happened, told apart by `kind`')

export const entry = z
  .object({
    conversation: z.string().meta({ description: 'Id of the conversation', examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
    seq: seq.describe('Its place in the log: 1, 2, 3 … without holes. This orders, not `at`'),
    // What follows from an entry in the same write has its key with `#` and a number, which no sender can name.
    key: z
      .string()
      .regex(/^[\w.:@/+=-]{1,200}(#\d+)?$/)
      .describe(
        'The key its author gave; of what followed from that in the same write, the same with `#` and a number',
      ),
    at: z.int().meta({
      description: 'When it was written, for people to read: milliseconds since 1970, UTC',
      examples: [1795220003120],
    }),
    from: participant.describe('Who wrote it'),
    channel: z
      .string()
      .max(64)
      .optional()
      .describe('Id of the channel it came in by; absent for what backends, the desk and the relay itself wrote'),
    body,
  })
  .describe('One line of a conversation’s log')

export type Participant = z.infer<typeof participant>
export type Holder = z.infer<typeof holder>
export type Floor = z.infer<typeof floor>
export type Attributes = z.infer<typeof attributes>
export type Body = z.infer<typeof body>
export type BodyInput = z.input<typeof body>
export type BodyKind = Body['kind']
export type BodyOf<K extends BodyKind> = Extract<Body, { kind: K }>
export type Entry = z.infer<typeof entry>

/** What a contact may append from any channel. */
export const CONTACT_KINDS = [
  'message',
  'edit',
  'recall',
  'reaction',
  'rating',
  'answer',
  'stop',
] as const satisfies BodyKind[]
export type ContactBody = BodyOf<(typeof CONTACT_KINDS)[number]>

/**
 * The entry as its contact may see it: what outsiders wrote, internal notes, reasons, summaries, record changes and a floor that
 * stays with its holder are hidden, their `seq` stays.
 */
export function visibleToContact(one: Entry): Entry {
  if (isOutsider(one.from)) return hidden(one)
  switch (one.body.kind) {
    case 'note':
    case 'delivery':
    case 'contact':
    case 'attributes':
      return hidden(one)
    case 'handoff': {
      const { floor, kind, reason } = one.body
      if (reason === STOPPED) return hidden(one)
      return { ...one, body: { kind, floor } }
    }
    case 'status': {
      const { kind, status } = one.body
      return { ...one, body: { kind, status } }
    }
    default:
      return one
  }
}

function hidden(one: Entry): Entry {
  return { ...one, key: `hidden:${one.seq}`, from: { kind: 'system', id: 'system' }, body: { kind: 'hidden' } }
}
