import { z } from 'zod'
import type { Clock, Logger } from './adapter.ts'
import type { Contact, Conversation } from './conversation.ts'
import { attributes, entry, floor, holder, key, participant } from './entry.ts'
import { formPart, parts, ratingPart, TEXT_MAX } from './parts.ts'

/**
 * A backend is whatever answers. It hears events and asks for actions; the same shapes travel in-process, over HTTP and
 * over the socket.
 */

/** One entry of a conversation as a backend hears it. Repeated unchanged until it is acknowledged. */
export const event = z.object({
  /** `<conversation>:<seq>` */
  id: z.string(),
  /** Place in the relay's feed over all conversations; grows, with holes. */
  position: z.int().nonnegative(),
  site: z.string(),
  conversation: z.string(),
  contact: z.string(),
  entry,
  /** The floor when the entry was committed. */
  floor,
})

/** Whom to give the floor to. `next` is the next backend of the site's routing chain, or the queue after the last. */
export const handoffTarget = z.union([holder, z.object({ kind: z.literal('next') })])

/**
 * What a backend may ask for. `key` makes a repeat nothing, and is the backend's own: others may use the same; in-process handlers
 * may leave it out and get `<event id>:<n>`. All but set, note and reopen need the floor, and a request with its `term` or `event`.
 */
export const action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reply'), key: key.optional(), parts, replyTo: z.int().positive().optional() }),
  /** A text that grows: `text` is all of it so far, `done` commits it as one message under `key`. */
  z.object({ kind: z.literal('stream'), key, text: z.string().max(TEXT_MAX), done: z.boolean().default(false) }),
  z.object({ kind: z.literal('typing'), on: z.boolean() }),
  z.object({ kind: z.literal('ask'), key: key.optional(), part: z.discriminatedUnion('kind', [formPart, ratingPart]) }),
  z.object({
    kind: z.literal('handoff'),
    key: key.optional(),
    to: handoffTarget,
    reason: z.string().max(500).optional(),
    summary: z.string().max(4_000).optional(),
  }),
  /** Writes conversation attributes (tags, priority, topic); null removes one. */
  z.object({ kind: z.literal('set'), key: key.optional(), attributes }),
  z.object({ kind: z.literal('note'), key: key.optional(), text: z.string().min(1).max(8_000) }),
  /** `quiet`: the contact is not asked for a rating, whatever the site does otherwise. */
  z.object({
    kind: z.literal('close'),
    key: key.optional(),
    reason: z.string().max(500).optional(),
    quiet: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('reopen'), key: key.optional() }),
  z.object({ kind: z.literal('recall'), key: key.optional(), of: z.int().positive() }),
  z.object({ kind: z.literal('edit'), key: key.optional(), of: z.int().positive(), parts }),
  /** Offers the contact to go on over another channel of the site, by a link and a QR code in a message of the relay. */
  z.object({ kind: z.literal('invite'), key: key.optional(), channel: z.string().min(1).max(64) }),
])

/** Most actions of one request or answer. */
export const ACTIONS_MAX = 20

/** Several actions of one author, applied in order; the first refusal stops the rest. */
export const actRequest = z
  .object({
    key: key.meta({
      description: 'Of the request: the same again changes nothing. Actions without a key of their own get `<key>:<n>`',
    }),
    term: z.int().nonnegative().optional().meta({
      description:
        "The floor's term the author believes in: `floor.term` of the event. What speaks to the contact is refused with `stale_floor` when the floor has moved since. Without it that of `event` counts; a bot that speaks gives one of them",
    }),
    event: z.string().max(128).optional().meta({
      description:
        'The id of the event that this answers. It settles it: nothing more is owed for it, and no fallback is used. With no actions at all it says that there is nothing to say',
    }),
    actions: z.array(action).max(ACTIONS_MAX),
  })
  .refine(({ event, actions }) => event !== undefined || actions.length > 0, {
    message: 'give at least one action, or the event that nothing is to be said to',
    path: ['actions'],
  })

/** `seq` is absent for what leaves no entry (typing, a growing stream). */
export const actResult = z.object({
  results: z.array(z.object({ seq: z.int().positive().optional(), duplicate: z.boolean() })),
})

/**
 * What the other end of a wire says to an event: its receipt, and perhaps its answer. Nothing at all, or no actions: heard, and there
 * is nothing to say. `later`: heard, and the answer comes as an `actRequest` that names the event.
 */
export const eventAnswer = z.object({
  actions: z.array(action).max(ACTIONS_MAX).default([]),
  later: z.boolean().default(false),
})

export type EventAnswer = z.infer<typeof eventAnswer>
export type Event = z.infer<typeof event>
export type Action = z.infer<typeof action>
export type ActionInput = z.input<typeof action>
export type ActionKind = Action['kind']
export type ActRequest = z.infer<typeof actRequest>
export type ActRequestInput = z.input<typeof actRequest>
export type ActResult = z.infer<typeof actResult>
export type HandoffTarget = z.infer<typeof handoffTarget>

/** A person who answers at the desk. Only other agents see the e-mail address. */
export const agent = participant.extend({ kind: z.literal('agent'), email: z.string().optional(), online: z.boolean() })
export type Agent = z.infer<typeof agent>

export interface Backend {
  readonly name: string
  /** The name that contacts see; without one they see their own language's word for an assistant. */
  readonly title?: string
  /** Milliseconds an event may take before the fallback is used. Default 15 000. */
  readonly answerWithin?: number
  /**
   * Hears an event while it holds the floor: what the contact wrote, filled in, rated or stopped, and the hand-off that gave it the
   * floor. Actions are carried out as they are yielded. Resolving acknowledges the event. Throwing has it repeated with back-off; after
   * the configured tries, an error that is not retryable, or once its time has run out, the floor goes to the next in the chain.
   */
  handle(event: Event, tools: Tools): AsyncIterable<ActionInput> | Promise<readonly ActionInput[] | ActionInput | void>
  /**
   * `later`: `handle` resolving with undefined is the receipt alone, and the answer comes through `act`; an empty list says that there
   * is nothing to say. It is due `answerWithin` after the event; then the floor goes to the next in the chain. Events reach such a
   * backend also after the floor has moved.
   */
  readonly answers?: 'later'
  /** `everything`: hears every entry of its sites, also while others have the floor. Default: what it has to answer. */
  readonly hears?: 'floor' | 'everything'
  /** It fetches its events from the feed; `handle` is never called. */
  readonly fetches?: true
  /** Milliseconds to wait before each further try of an event; after the last it is given up. Default: two more tries within seconds. */
  readonly retries?: readonly number[]
  /** Called once before the first event. What it rejects with keeps the relay from starting. */
  open?(host: BackendHost): Promise<void>
  /** Called once after the last event. */
  close?(): Promise<void>
}

/** What a backend may do with the relay besides answering. */
export interface BackendHost {
  /** Actions that come later than `handle` resolved; the floor is held against `term` as always. */
  act(conversation: string, request: ActRequestInput): Promise<ActResult>
  /** Answers HTTP requests to `/backends/<name><path>`, exact paths only. Whoever asks is the backend's to verify. */
  route(method: string, path: string, handle: (request: Request) => Promise<Response>): void
  /** Durable state of this backend by key: at most 64 KiB of JSON each; undefined removes. */
  readonly state: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<void> }
  /** A signed link to a stored file that works until then (ms), rounded up to the full hour: the same link for the same hour. */
  fileUrl(id: string, until: number): string
  /**
   * Brings what waits for a further try at once, but nothing before the `retryAfter` that it failed with: the other end is well again.
   * That try is one besides those of `retries`.
   */
  hasten(): Promise<void>
  /** A folder of its own on the relay's disk, made at the first call. */
  folder(): Promise<string>
  readonly logger: Logger
  readonly clock: Clock
}

export interface Tools {
  /** Aborted when time is up, the floor is lost, the contact pressed stop, or the relay drains. */
  readonly signal: AbortSignal
  /** Entries before `before` (default: the event's), oldest first; at most 100. */
  history(range?: { before?: number; limit?: number }): Promise<Event['entry'][]>
  conversation(): Promise<Conversation>
  contact(): Promise<Contact>
  /** Durable scratch of this backend for this conversation: at most 64 KiB of JSON. */
  readonly memory: { get(): Promise<unknown>; put(value: unknown): Promise<void> }
}
