import { actRequest, actResult, agent, event, eventAnswer } from '@hutong/core/backend'
import { cursor, profile } from '@hutong/core/conversation'
import { body, CONTACT_KINDS, entry, floor } from '@hutong/core/entry'
import {
  audioPart,
  filePart,
  imagePart,
  locationPart,
  PARTS_MAX,
  type RatingScale,
  ratingScale,
  SCORES,
  textPart,
  videoPart,
} from '@hutong/core/parts'
import { signal } from '@hutong/core/signal'
import {
  afterPacket,
  type BackendPushes,
  type BackendReady,
  type BackendRequests,
  backendAuth,
  backendCursorPacket,
  backendTypingPacket,
  backendWatchPacket,
  cursorPacket,
  type EntriesPacket,
  type GoawayPacket,
  historyPacket,
  identifyPacket,
  type Ready,
  sendPacket,
  typingPacket,
  type VisitorPushes,
  type VisitorRequests,
  visitorAuth,
  visitPacket,
} from '@hutong/core/wire'
import { z } from 'zod'
import { SCHEMAS } from './schemas.ts'

/** What travels over Socket.IO and to webhooks, as schemas for the descriptions; the types of `@hutong/core/wire` hold them complete. */

export interface Packet {
  summary: string
  payload: z.ZodType
  /** The acknowledgement that is waited for; absent where there is none. */
  answer?: z.ZodType
}

const refused = SCHEMAS.Error
const count = z.int().nonnegative()

const ready: z.ZodType<Ready> = z.object({
  token: z.string().exactOptional(),
  contact: profile.extend({ id: z.string(), verified: z.boolean() }).exactOptional(),
  conversation: z.string().exactOptional(),
  last: count,
  floor: floor.exactOptional(),
  cursors: z.array(cursor),
  site: z.object({
    name: z.string(),
    staffed: z.boolean(),
    typingPreview: z.boolean(),
    uploads: z.object({ maxBytes: z.number(), types: z.array(z.string()) }),
  }),
  at: z.int(),
})
const entries: z.ZodType<EntriesPacket> = z.object({ conversation: z.string(), entries: z.array(entry), last: count })
const goaway: z.ZodType<GoawayPacket> = z.object({ in: count })
const backendReady: z.ZodType<BackendReady> = z.object({
  position: count,
  me: z.object({ kind: z.enum(['agent', 'bot']), id: z.string(), name: z.string() }),
  agents: z.array(agent),
  at: z.int(),
})
const contactKinds: readonly string[] = CONTACT_KINDS
const uploaded = { file: z.string().min(1).max(64).meta({ description: 'What the upload of this visitor answered' }) }
/** Visitors write and show; their media are uploads. */
const contactPart = z.discriminatedUnion('kind', [
  textPart,
  imagePart.extend(uploaded),
  filePart.extend(uploaded),
  audioPart.extend(uploaded),
  videoPart.extend({ ...uploaded, poster: z.never().optional() }),
  locationPart,
])
const contactBody = z.union(
  body.options
    .filter(({ shape }) => contactKinds.includes(shape.kind.value))
    .flatMap((option: z.ZodObject) => {
      if ('parts' in option.shape) return [option.extend({ parts: z.array(contactPart).min(1).max(PARTS_MAX) })]
      return 'score' in option.shape ? ratingScale.options.map((scale) => option.extend(scoreOf(scale))) : [option]
    }),
)

function scoreOf(scale: RatingScale) {
  const [lowest, highest] = SCORES[scale]
  return { scale: z.literal(scale), score: z.int().min(lowest).max(highest) }
}

const pushAnswer = eventAnswer.strict()
const socketAnswer = z.union([eventAnswer, z.object({ error: z.object({ message: z.string() }) })])

/** A refused CONNECT. */
export const connectError = z.object({ message: z.string(), data: refused.shape.error })

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().meta({ description: "The event's; the same at every try" }),
  source: z.string().regex(/^urn:hutong:site:/),
  type: z.enum(body.options.map(({ shape }) => `hutong.entry.${shape.kind.value}` as const)),
  subject: z.string().meta({ description: 'The conversation' }),
  time: z.iso.datetime().meta({ description: 'When the entry was written' }),
  datacontenttype: z.literal('application/json'),
  data: event,
})

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const pushHeaders = z.object({
  'webhook-id': z.string().meta({ description: "The event's id; the same at every try" }),
  'webhook-timestamp': z
    .string()
    .regex(/^\d+$/)
    .meta({ description: 'Seconds since 1970 of this try: refuse what is more than five minutes away' }),
  'webhook-signature': z
    .string()
    .regex(/^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$/)
    .meta({ description: 'One signature per secret, over `<webhook-id>.<webhook-timestamp>.<body>`' }),
})

export const VISITOR_REQUESTS = {
  send: {
    summary: 'Says something; the same key again is the same message',
    payload: sendPacket.extend({ body: contactBody }),
    answer: z.union([z.object({ seq: z.int().positive(), at: z.int() }), refused]),
  },
  after: { summary: 'Asks for what comes after an entry', payload: afterPacket, answer: z.union([entries, refused]) },
  history: {
    summary: 'Asks for what was before an entry',
    payload: historyPacket,
    answer: z.union([entries, refused]),
  },
  identify: {
    summary: 'Says who the visitor is, signed by the site',
    payload: identifyPacket,
    answer: z.union([ready, refused]),
  },
  typing: { summary: 'Shows that something is being written', payload: typingPacket },
  cursor: { summary: 'Says how far it has received and read', payload: cursorPacket },
  visit: { summary: 'Says where the visitor is', payload: visitPacket },
} satisfies Record<keyof VisitorRequests, Packet>

export const VISITOR_PUSHES = {
  ready: { summary: 'The first packet after every connect', payload: ready },
  entries: { summary: 'All entries of one commit, in order', payload: entries },
  signal: { summary: 'What passes and is not kept', payload: signal },
  staffed: {
    summary: 'Somebody came to the desk, or the last one left',
    payload: z.object({ staffed: z.boolean() }),
  },
  goaway: { summary: 'The relay restarts: connect again after so many milliseconds', payload: goaway },
} satisfies Record<keyof VisitorPushes, Packet>

export const BACKEND_REQUESTS = {
  act: {
    summary: 'Asks for actions, of its own accord or as the answer to an event',
    payload: z.object({ conversation: z.string(), request: actRequest }),
    answer: z.union([actResult, refused]),
  },
  typing: { summary: 'Shows the three dots', payload: backendTypingPacket },
  cursor: { summary: 'Says how far it has received and read', payload: backendCursorPacket },
  watch: { summary: 'Wants the signals of one conversation, or of none', payload: backendWatchPacket },
} satisfies Record<keyof BackendRequests, Packet>

export const BACKEND_PUSHES = {
  ready: { summary: 'The first packet after every connect', payload: backendReady },
  events: {
    summary: 'The feed: what happened, in order; the next follows the acknowledgement, which holds nothing',
    payload: z.object({ events: z.array(event), position: count, at: z.int() }),
  },
  event: {
    summary: 'An event to answer, one at a time per conversation; the acknowledgement is the answer, or nothing',
    payload: z.object({ event }),
    answer: socketAnswer,
  },
  signal: {
    summary: 'What passes in the conversation that is watched',
    payload: z.object({ conversation: z.string(), signal }),
  },
  agents: { summary: 'Who is at the desk has changed', payload: z.object({ agents: z.array(agent) }) },
  goaway: { summary: 'The relay restarts: connect again after so many milliseconds', payload: goaway },
} satisfies Record<keyof BackendPushes, Packet>

export const VISITOR_CONNECT: Packet = {
  summary: 'CONNECT of a visitor, with `?site=` of the same site in the address',
  payload: visitorAuth,
  answer: connectError,
}
export const BACKEND_CONNECT: Packet = {
  summary: 'CONNECT of a backend, with an API token, or of the desk, with its session cookie',
  payload: backendAuth,
  answer: connectError,
}

/** The schemas with a name of their own where webhooks are described, beside those of the REST interface. */
export const PUSH_SCHEMAS = { ...SCHEMAS, EventAnswer: pushAnswer, CloudEvent: cloudEvent }

/** The schemas with a name of their own where sockets are described. */
export const WIRE_SCHEMAS = {
  ...PUSH_SCHEMAS,
  Signal: signal,
  Visit: visitPacket,
  ContactBody: contactBody,
  Ready: ready,
  Entries: entries,
}
