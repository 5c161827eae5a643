import { z } from 'zod'
import { parts, ratingScale } from './parts.ts'

/**
 * A conversation is an append-only log of entries, numbered `seq` 1, 2, 3 … without holes. `seq` orders; `at`
 * (milliseconds since 1970, UTC) is for people. Everything durable that happens in a conversation is an entry.
 */

const seq = z.int().positive()
/** An idempotency key: the sender names it, a repeat returns the first `seq` and changes nothing. */
export const key = z.string().regex(/^[\w.:@/+=-]{1,200}$/, 'use 1 to 200 letters, digits or any of _ . : @ / + = -')

export const participant = z.object({
  kind: z.enum(['contact', 'agent', 'bot', 'system']),
  id: z.string().min(1).max(128),
  name: z.string().max(128).optional(),
  avatar: z.string().max(2_048).optional(),
  /** Nothing proves that it was they who wrote; the platform lets anybody write in their name. */
  unproven: z.literal(true).optional(),
})

/** Who may speak to the contact. `queue` waits for any person; `none` is a conversation nobody has to answer. */
export const holder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bot'), id: z.string().max(128) }),
  z.object({ kind: z.literal('queue') }),
  z.object({ kind: z.literal('agent'), id: z.string().max(128), name: z.string().max(128).optional() }),
  z.object({ kind: z.literal('none') }),
])
/** `term` grows at every change of holder, so an answer made for an older term is refused with `stale_floor`. */
export const floor = z.object({ holder, term: z.int().nonnegative() })

/** Attribute values a site or backend may keep on a contact or conversation. */
export const attributes = z.record(
  z.string().max(64),
  z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]),
)

/** The option a contact picked: `of` is the entry that offered it, `id` the option or reply button. */
const choice = z.object({ of: seq, id: z.string().max(64) })

/** How far a message has come on its way out. `skipped`: the contact had read it before it was sent. */
export const deliveryState = z.enum(['waiting', 'sent', 'delivered', 'read', 'failed', 'unsure', 'skipped'])
export type DeliveryState = z.infer<typeof deliveryState>

export const body = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), parts, replyTo: seq.optional(), choice: choice.optional() }),
  z.object({ kind: z.literal('edit'), of: seq, parts }),
  z.object({ kind: z.literal('recall'), of: seq }),
  z.object({ kind: z.literal('reaction'), of: seq, emoji: z.string().min(1).max(32), on: z.boolean() }),
  z.object({ kind: z.literal('note'), text: z.string().min(1).max(8_000) }),
  z.object({ kind: z.literal('assigned'), agent: participant.nullable() }),
  z.object({
    kind: z.literal('handoff'),
    floor,
    reason: z.string().max(500).optional(),
    summary: z.string().max(4_000).optional(),
  }),
  z.object({ kind: z.literal('status'), status: z.enum(['open', 'closed']), reason: z.string().max(500).optional() }),
  z.object({
    kind: z.literal('rating'),
    of: seq.optional(),
    scale: ratingScale,
    score: z.int().min(0).max(10),
    comment: z.string().max(2_000).optional(),
  }),
  /** The contact wants no more of what is being written; the floor stays where it is, under a new term. */
  z.object({ kind: z.literal('stop') }),
  z.object({ kind: z.literal('answer'), of: seq, values: z.record(z.string().max(64), z.string().max(4_000)) }),
  /** The contact's record changed. */
  z.object({ kind: z.literal('contact'), changes: attributes }),
  /** The conversation's attributes (tags, priority, topic) changed; null removed one. */
  z.object({ kind: z.literal('attributes'), changes: attributes }),
  /**
   * Message `of` could not be brought by `channel`, or nobody knows whether it was; `next` is the channel tried instead. With
   * `recall` it was brought, and could not be taken back there.
   */
  z.object({
    kind: z.literal('delivery'),
    of: seq,
    channel: z.string().max(64),
    state: deliveryState,
    reason: z.string().max(1_000).optional(),
    next: z.string().max(64).optional(),
    recall: z.literal(true).optional(),
  }),
  /** Stands where the reader may not see the entry, so that `seq` has no holes for anyone. */
  z.object({ kind: z.literal('hidden') }),
])

export const entry = z.object({
  conversation: z.string(),
  seq,
  /** What follows from an entry in the same write has its key with `#` and a number, which no sender can name. */
  key: z.string().regex(/^[\w.:@/+=-]{1,200}(#\d+)?$/),
  at: z.int(),
  from: participant,
  /** The channel it came in by; absent for what backends, the desk and the relay itself wrote. */
  channel: z.string().max(64).optional(),
  body,
})

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

/** Why a bot that has the floor gets it again at a new term. */
export const STOPPED = 'the contact pressed stop'

const OUTSIDER = 'outsider:'

/** Somebody who writes into a conversation and is not, or is not proven to be, its contact. */
export function outsider(address: string, { unproven }: Pick<Participant, 'unproven'> = {}): Participant {
  const id = `${OUTSIDER}${address}`.slice(0, 128)
  return { kind: 'contact', id, name: address.slice(0, 128), ...(unproven && { unproven }) }
}

export function isOutsider({ kind, id }: Participant): boolean {
  return kind === 'contact' && id.startsWith(OUTSIDER)
}

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
