import { z } from 'zod'
import type { Clock, Logger } from './adapter.ts'
import type { Contact, Conversation } from './conversation.ts'
import { attributes, entry, floor, holder, key, participant } from './entry.ts'
import { formPart, parts, ratingPart, TEXT_MAX } from './parts.ts'

/**
 * A backend is whatever answers. It hears events and asks for actions; the same shapes travel in-process, over HTTP and
 * over the socket.
 */

export const event = z
  .object({
    id: z.string().meta({
      description: '`<conversation>:<seq>`; the same however often it comes',
      examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ:2'],
    }),
    position: z.int().nonnegative().describe('Place in the relay’s feed over all conversations; grows, with holes'),
    site: z.string().describe('Id of the site'),
    conversation: z.string().describe('Id of the conversation, for `/v1/conversations/{id}`'),
    contact: z.string().describe('Id of the contact, for `/v1/contacts/{id}`'),
    entry,
    floor: floor.describe('The floor when the entry was committed; its `term` goes with the answer'),
  })
  .describe('One entry of a conversation as a backend hears it; repeated unchanged until it is acknowledged')

export const handoffTarget = z
  .union([
    holder,
    z
      .object({ kind: z.literal('next') })
      .describe('The next backend of the site’s routing chain, or the queue after the last'),
  ])
  .meta({ description: 'Whom to give the floor to', examples: [{ kind: 'queue' }, { kind: 'bot', id: 'faq' }] })

const actionKey = key.optional().meta({
  description:
    'Idempotency key of this action alone, the author’s own: others may use the same. Absent: the request’s key with `:` and the action’s number',
  examples: ['answer-7'],
})
const words = z.string().max(500).optional()

/** Two of one name would be one: the second would change nothing. Pieces of one growing text have the same. */
function eachOnce(
  actions: readonly { kind: string; key?: string | undefined; done?: boolean }[],
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>()
  for (const [at, { kind, key, done }] of actions.entries()) {
    if (key === undefined || (kind === 'stream' && !done)) continue
    if (seen.has(key))
      context.addIssue({
        code: 'custom',
        path: [at, 'key'],
        message: `"${key}" names an action before it: give each its own`,
      })
    seen.add(key)
  }
}
const target = z.int().positive()

/** All but set, note and reopen need the floor, and a request with its `term` or `event`. In-process handlers may leave keys out and get `<event id>:<n>`. */
export const action = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('reply'),
        key: actionKey,
        parts,
        replyTo: target.optional().describe('`seq` of the message to quote; absent: none'),
      })
      .meta({
        description: 'Says something to the contact',
        examples: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Yes, three.' }] }],
      }),
    z
      .object({
        kind: z.literal('stream'),
        key: key.describe('Of the message: the same for every piece of it'),
        text: z.string().max(TEXT_MAX).describe('All of it so far, as Markdown'),
        done: z.boolean().default(false).describe('True commits it as one message under `key`'),
      })
      .refine(({ text, done }) => !done || text.trim() !== '', {
        path: ['text'],
        message: 'must not be blank once it is done',
      })
      .meta({
        description: 'Says something that grows while it is read',
        examples: [{ kind: 'stream', key: 'answer-7', text: 'It is green', done: false }],
      }),
    z
      .object({ kind: z.literal('typing'), on: z.boolean().describe('False takes it away') })
      .describe('Shows the contact that an answer is being written; leaves no entry'),
    z
      .object({
        kind: z.literal('ask'),
        key: actionKey,
        part: z.discriminatedUnion('kind', [formPart, ratingPart]).describe('What is asked for'),
      })
      .describe('Asks the contact to fill in a form or to give a score'),
    z
      .object({
        kind: z.literal('handoff'),
        key: actionKey,
        to: handoffTarget,
        reason: words.describe('Why, in words for agents; the contact does not see it'),
        summary: z
          .string()
          .max(4_000)
          .optional()
          .describe('What the next one should know; the contact does not see it'),
      })
      .meta({
        description: 'Gives the floor to somebody else',
        examples: [{ kind: 'handoff', to: { kind: 'next' }, summary: 'Wants a refund of order 42.' }],
      }),
    z
      .object({
        kind: z.literal('set'),
        key: actionKey,
        attributes: attributes.describe('Those to write, by name; null removes one, others stay'),
      })
      .meta({
        description: 'Writes attributes of the conversation: tags, priority, topic',
        examples: [{ kind: 'set', attributes: { topic: 'refund', urgent: null } }],
      }),
    z
      .object({
        kind: z.literal('note'),
        key: actionKey,
        text: z.string().min(1).max(8_000).describe('Plain text'),
      })
      .describe('Writes something for agents and backends that the contact never sees'),
    z
      .object({
        kind: z.literal('close'),
        key: actionKey,
        reason: words.describe('Why, in words for agents; the contact does not see it'),
        quiet: z
          .literal(true)
          .optional()
          .describe('The contact is not asked for a rating, whatever the site does otherwise'),
      })
      .describe('Closes the conversation; the contact’s next message opens it again'),
    z.object({ kind: z.literal('reopen'), key: actionKey }).describe('Opens a closed conversation'),
    z
      .object({ kind: z.literal('recall'), key: actionKey, of: target.describe('`seq` of the message') })
      .describe('Takes a message of your own back, where channels can'),
    z
      .object({ kind: z.literal('edit'), key: actionKey, of: target.describe('`seq` of the message'), parts })
      .describe('Gives a message of your own other content'),
    z
      .object({
        kind: z.literal('invite'),
        key: actionKey,
        channel: z.string().min(1).max(64).describe('Id of that channel: one of `invitations` of the conversation'),
      })
      .describe('Offers the contact to go on over another channel of the site, by a link and a QR code in a message'),
  ])
  .describe(
    'What a backend or agent may ask for, told apart by `kind`. For a bot, all but `set`, `note` and `reopen` need the floor',
  )

/** Most actions of one request or answer. */
export const ACTIONS_MAX = 20

export const actRequest = z
  .object({
    key: key.meta({
      description: 'Of the request: the same again changes nothing. Actions without a key of their own get `<key>:<n>`',
      examples: ['k_7QdX2mPz'],
    }),
    term: z.int().nonnegative().optional().meta({
      description:
        "The floor's term the author believes in: `floor.term` of the event. What speaks to the contact is refused with `stale_floor` when the floor has moved since. Without it that of `event` counts; a bot that speaks gives one of them, agents need none",
    }),
    event: z.string().max(128).optional().meta({
      description:
        'The id of the event that this answers. An answer settles it: nothing more is owed for it nor for what came before it, and no fallback is used. `typing`, a growing `stream`, `note` and `set` alone are no answer. With no actions at all it says that there is nothing to say',
    }),
    actions: z
      .array(action)
      .max(ACTIONS_MAX)
      .superRefine(eachOnce)
      .describe('Done in this order; empty only beside `event`'),
  })
  .refine(({ event, actions }) => event !== undefined || actions.length > 0, {
    message: 'give at least one action, or the event that nothing is to be said to',
    path: ['actions'],
  })
  .meta({
    description: 'Several actions of one author, applied in order; the first refusal stops the rest',
    examples: [
      {
        key: 'k_7QdX2mPz',
        event: 'v_Yx3nV8rJtq0aBd5fGk1wLQ:2',
        actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Yes, three.' }] }],
      },
    ],
  })

export const actResult = z
  .object({
    results: z
      .array(
        z.object({
          seq: target.optional().describe('Of the entry; absent for what leaves none (typing, a growing stream)'),
          duplicate: z
            .boolean()
            .describe('The key was used before: nothing was done now, and `seq` is the first one’s'),
        }),
      )
      .describe('One for each action, in the same order'),
  })
  .meta({ description: 'What became of each action', examples: [{ results: [{ seq: 3, duplicate: false }] }] })

export const eventAnswer = z
  .object({
    actions: z
      .array(action)
      .max(ACTIONS_MAX)
      .superRefine(eachOnce)
      .default([])
      .describe('Done in this order. None: heard, and there is nothing to say'),
    later: z
      .boolean()
      .default(false)
      .describe(
        'True: heard, and the answer comes as a request to act that names the event. Actions beside it are carried out; `typing`, say, while somebody looks it up',
      ),
  })
  .meta({
    description: 'What is said to an event: its receipt, and perhaps its answer',
    examples: [{ actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'Yes, three.' }] }] }, { later: true }],
  })

export type EventAnswer = z.infer<typeof eventAnswer>
export type EventAnswerInput = z.input<typeof eventAnswer>
export type Event = z.infer<typeof event>
export type Action = z.infer<typeof action>
export type ActionInput = z.input<typeof action>
export type ActionKind = Action['kind']
export type ActRequest = z.infer<typeof actRequest>
export type ActRequestInput = z.input<typeof actRequest>
export type ActResult = z.infer<typeof actResult>
export type HandoffTarget = z.infer<typeof handoffTarget>

export const agent = participant
  .extend({
    kind: z.literal('agent'),
    id: participant.shape.id.meta({ description: 'Of the agent', examples: ['a_5wQnE1sR0uYkT3oLm7vCxg'] }),
    email: z.string().optional().describe('Only other agents see it'),
    online: z.boolean().describe('Whether the desk is open before them now'),
  })
  .describe('A person who answers at the desk')
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
  handle(
    event: Event,
    tools: Tools,
  ): AsyncIterable<ActionInput> | Promise<readonly ActionInput[] | ActionInput | EventAnswerInput | void>
  /**
   * `later`: `handle` resolving with undefined, or with an `EventAnswer` that says `later`, is the receipt alone, and the answer comes
   * through `act`; an empty list says that there is nothing to say. It is due `answerWithin` after the event; then the floor goes to the next in the chain. Events reach such a
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
