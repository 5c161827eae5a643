import { action, actRequest, actResult, agent, event } from '@hutong/core/backend'
import { contact, conversation, cursor } from '@hutong/core/conversation'
import { body, entry, floor, participant } from '@hutong/core/entry'
import { ERRORS, type ErrorCode } from '@hutong/core/errors'
import { part } from '@hutong/core/parts'
import { z } from 'zod'

/** The answer to "who am I": an agent, or the token of a backend or administrator. */
export const me = z.object({
  kind: z.enum(['agent', 'token']),
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  role: z.enum(['agent', 'backend', 'admin']),
  sites: z.union([z.literal('all'), z.array(z.string())]).meta({ description: 'Ids of the sites that exist for you' }),
})

export const site = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  backends: z.array(z.string()).meta({ description: 'Whom a conversation can be handed to, in routing order' }),
  answerMs: z
    .int()
    .optional()
    .meta({ description: 'How long a customer may be without an answer, where that is watched' }),
  asksRatings: z
    .literal(true)
    .optional()
    .meta({ description: 'The relay asks customers for a rating when their conversation is closed' }),
})

export const conversationItem = z.object({
  conversation,
  contact,
  latest: entry
    .optional()
    .meta({ description: 'The newest message of a person or a bot, or the newest entry when there is none' }),
  unread: z.int().meta({ description: 'Messages of the contact above your read cursor' }),
})

export const delivery = z.object({
  id: z.int(),
  lane: z.string(),
  target: z.string(),
  conversation: z.string(),
  seq: z.int(),
  state: z.enum(['ready', 'leased', 'joined', 'done', 'skipped', 'dead', 'unsure', 'cancelled']),
  due: z.int(),
  tries: z.int(),
  error: z.string().nullable(),
  receipt: z.string().nullable(),
  reported: z.enum(['delivered', 'read', 'failed']).nullable(),
  address: z.string().nullable(),
  why: z.string().nullable(),
  joined: z.int().nullable().meta({ description: 'The delivery it travels with' }),
})

export const aside = z.object({
  channel: z.string(),
  id: z.string(),
  at: z.int().meta({ description: 'When it was set aside' }),
  from: z.string(),
  subject: z.string(),
  reason: z.string(),
})

export const way = z.object({
  channel: z.string(),
  address: z.string(),
  why: z.enum(['connected', 'last', 'verified']).meta({
    description: '`connected`: reading there now; `last`: wrote there last; `verified`: another proven address',
  }),
  readsLog: z.boolean().meta({ description: 'Nothing is sent there: the contact reads the log' }),
  left: z.int().optional().meta({ description: 'How many messages the platform takes until the contact writes again' }),
  until: z.int().optional().meta({ description: 'When its reply window closes' }),
  sooner: z
    .object({ left: z.int(), until: z.int() })
    .optional()
    .meta({ description: 'How many of them it takes only until then' }),
})

/** A way that its platform does not let us take now. */
export const closedWay = way.extend({
  code: z.enum(['window_closed', 'quota', 'gone']),
  reason: z.string().meta({ description: 'In words, to be shown to agents' }),
})

const capabilities = z.object({
  parts: z
    .array(z.enum(part.options.map(({ shape }) => shape.kind.value)))
    .meta({ description: 'Kinds it shows; everything else goes as text' }),
  text: z.object({ markdown: z.boolean(), max: z.int().nullable(), unit: z.enum(['chars', 'bytes']) }),
  choices: z.object({ max: z.int(), label: z.int() }),
  buttons: z.int(),
  files: z.object({ maxBytes: z.number() }),
  partsPerMessage: z.int(),
  edit: z.boolean(),
  recall: z.boolean(),
  reactions: z.boolean(),
  typing: z.boolean(),
  initiate: z.boolean(),
  idempotentSend: z.enum(['key', 'content', 'none']),
  gatherMs: z.int(),
  reports: z.array(z.enum(['delivered', 'read', 'failed'])),
  readsLog: z.boolean(),
})

export const channel = z.object({
  id: z.string(),
  kind: z
    .string()
    .optional()
    .meta({ description: 'Of the settings; absent for a channel that a program brought along' }),
  site: z.string().optional().meta({ description: 'The site it serves, when it serves one alone' }),
  originals: z.boolean().meta({ description: 'Whether messages can be asked for as they came' }),
  capabilities,
})

/** Whatever answers, and what it was not brought yet. */
export const backend = z.object({
  name: z.string(),
  kind: z
    .string()
    .optional()
    .meta({ description: 'Of the settings; absent for a backend that a program brought along' }),
  title: z.string().optional().meta({ description: 'The name that contacts see' }),
  hears: z.enum(['floor', 'everything']),
  state: z.enum(['enabled', 'disabled']).meta({
    description: '`disabled`: its other end wants no more events; they are dead letters until it is enabled again',
  }),
  since: z.int().optional().meta({ description: 'Since when it is disabled' }),
  why: z.string().optional(),
  open: z.int().meta({ description: 'Events that are still to be brought' }),
  dead: z.int().meta({ description: 'Events that were given up, kept to be brought after all' }),
  oldest: z.int().meta({ description: 'Age in milliseconds of the oldest that is still to be brought' }),
})

/** Another conversation of the same person. */
export const thread = z.object({
  conversation: z.string(),
  contact: z.string(),
  channel: z.string(),
  updatedAt: z.int(),
})

const wireError = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      retryable: z.boolean(),
      field: z.string().optional(),
      retryAfter: z.number().optional().meta({ description: 'Milliseconds after which a retry makes sense' }),
    }),
  })
  .meta({ description: 'Why it was refused. `retryable`: the same request can succeed later unchanged.' })

/** The shapes that have a name of their own in the document. */
export const SCHEMAS = {
  Error: wireError,
  Participant: participant,
  Part: part,
  Body: body,
  Floor: floor,
  Entry: entry,
  Cursor: cursor,
  Conversation: conversation,
  Contact: contact,
  Agent: agent,
  Action: action,
  ActRequest: actRequest,
  ActResult: actResult,
  Event: event,
  Me: me,
  Site: site,
  ConversationItem: conversationItem,
  Delivery: delivery,
  Way: way,
  Aside: aside,
  Channel: channel,
  Backend: backend,
  Thread: thread,
}
