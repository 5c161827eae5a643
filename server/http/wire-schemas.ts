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
import { capital } from './json-schemas.ts'
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
const ofConversation = z.string().describe('Id of the conversation')
const clock = z
  .int()
  .describe(
    'The relay’s clock, milliseconds since 1970, UTC: what times are to be held against, not a clock of your own',
  )
const last = count.describe('`seq` of the newest entry of the log, 0 for none')

const ready: z.ZodType<Ready> = z
  .object({
    token: z
      .string()
      .exactOptional()
      .describe('To keep, and to connect with next time; absent while the one you sent holds, and with a `jwt`'),
    contact: profile
      .extend({
        id: z.string().describe('Of the contact'),
        verified: z.boolean().describe('Whether the site itself said who it is'),
      })
      .exactOptional()
      .describe('Who the visitor is; absent until the first message made a contact'),
    conversation: ofConversation.exactOptional().describe('Its id; absent until the first message made one'),
    last: count.describe(
      '`seq` of the newest entry, 0 for none. Below what you have: the log is another one; forget yours and begin again',
    ),
    floor: floor.exactOptional().describe('Who answers now; absent until the first message'),
    cursors: z.array(cursor).describe('Who has received and read how far'),
    site: z
      .object({
        name: z.string().describe('As visitors see it'),
        staffed: z.boolean().describe('Whether somebody is at the desk now'),
        typingPreview: z.boolean().describe('Whether agents may see what is written before it is sent'),
        uploads: z
          .object({
            maxBytes: z.number().describe('Largest file, in bytes'),
            types: z
              .array(z.string())
              .meta({ description: 'Media types that are taken', examples: [['image/*', 'application/pdf']] }),
          })
          .describe('What files the site takes'),
      })
      .describe('The site, as far as visitors see it'),
    at: clock,
  })
  .describe('Where the visitor stands: the first packet after every connect')
const entries: z.ZodType<EntriesPacket> = z
  .object({
    conversation: ofConversation,
    entries: z.array(entry).describe('Ascending, without holes'),
    last: last.describe('`seq` of the newest entry of the log: when it is above the last one here, ask `after`'),
  })
  .describe('A piece of the log')
const goaway: z.ZodType<GoawayPacket> = z.object({
  in: count.describe('Milliseconds to wait before connecting again; nothing is wrong'),
})
const agents = z.array(agent).describe('Who answers at the desk, those that are away included')
const backendReady: z.ZodType<BackendReady> = z.object({
  position: count.describe('Where the feed goes on from: the `after` you gave, or the present'),
  me: z
    .object({
      kind: z.enum(['agent', 'bot']).describe('A person with a session, or whoever has a token'),
      id: z.string().describe('Of the agent, or the name of the token'),
      name: z.string().describe('As contacts see it'),
    })
    .describe('Who you are as an author'),
  agents,
  at: clock,
})
const contactKinds: readonly string[] = CONTACT_KINDS
const uploaded = {
  file: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: 'What the upload of this visitor answered', examples: ['f_9nXbD0Qy2hKcVt5mZr8wAg'] }),
}
const noPoster = { poster: z.never().optional().describe('Not taken from visitors: leave it out') }
/** Visitors write and show; their media are uploads. */
const contactPart = z
  .discriminatedUnion('kind', [
    textPart,
    imagePart.extend(uploaded).describe('A picture the visitor uploaded'),
    filePart.extend(uploaded).describe('A file the visitor uploaded'),
    audioPart.extend(uploaded).describe('A sound the visitor uploaded'),
    videoPart.extend({ ...uploaded, ...noPoster }).describe('A film the visitor uploaded'),
    locationPart,
  ])
  .describe('What a visitor’s message may hold; media are uploaded first')
const contactParts = z
  .array(contactPart)
  .min(1)
  .max(PARTS_MAX)
  .describe('What the message is made of, in reading order')
/** What a visitor may say: as everybody says it, but for media, which are uploads, and scores, which keep to their scale. */
const contactCases = body.options
  .filter(({ shape }) => contactKinds.includes(shape.kind.value))
  .flatMap((option: z.ZodObject): { name?: string; schema: z.ZodObject }[] => {
    const meta = option.meta() ?? {}
    if ('parts' in option.shape) {
      const name = `Visitor${capital(String(option.shape.kind.value))}Body`
      return [{ name, schema: option.extend({ parts: contactParts }).meta(meta) }]
    }
    if (!('score' in option.shape)) return [{ schema: option }]
    return ratingScale.options.map((scale) => ({
      name: `${capital(scale)}RatingBody`,
      schema: option.extend(scoreOf(scale)).describe(`${meta.description}, on the scale ${scale}`),
    }))
  })
const contactBody = z
  .union(contactCases.map(({ schema }) => schema))
  .describe('What a visitor may say, told apart by `kind`, and scores by their `scale`')

function scoreOf(scale: RatingScale) {
  const [lowest, highest] = SCORES[scale]
  const score = z.int().min(lowest).max(highest).describe(`${lowest} is the worst, ${highest} the best`)
  return { scale: z.literal(scale).describe(`From ${lowest} to ${highest}`), score }
}

const pushAnswer = eventAnswer.strict().meta(eventAnswer.meta() ?? {})
const failure = z.object({ message: z.string().describe('Why, for the relay’s log') })
const socketAnswer = z.union([
  eventAnswer,
  z
    .object({ error: failure.describe('What went wrong') })
    .describe('It failed: the event comes again, or goes to the next in the chain'),
])

/** A refused CONNECT. */
export const connectError = z
  .object({
    message: z.string().describe('As `data.message`'),
    data: refused.shape.error.describe(
      'The refusal. With `unauthorized` forget the token; when `retryable` come again after `retryAfter`',
    ),
  })
  .describe('What a refused CONNECT is told (Socket.IO’s CONNECT_ERROR)')

const EVENT = {
  id: 'v_Yx3nV8rJtq0aBd5fGk1wLQ:2',
  position: 41,
  site: 'shop',
  conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ',
  contact: 'c_2mKqH7vXb9yTzR4nP0sJfw',
  entry: {
    ...{ conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ', seq: 2, key: 'k_7QdX2mPz', at: 1_795_251_603_120, channel: 'web' },
    from: { kind: 'contact', id: 'c_2mKqH7vXb9yTzR4nP0sJfw' },
    body: { kind: 'message', parts: [{ kind: 'text', text: 'Is it in stock?', format: 'plain' }] },
  },
  floor: { holder: { kind: 'bot', id: 'faq' }, term: 1 },
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export const cloudEvent = z
  .object({
    specversion: z.literal('1.0').describe('Of CloudEvents'),
    id: z.string().meta({ description: "The event's; the same at every try" }),
    source: z
      .string()
      .regex(/^urn:hutong:site:/)
      .meta({ description: 'The site, by its id', examples: ['urn:hutong:site:shop'] }),
    type: z
      .enum(body.options.map(({ shape }) => `hutong.entry.${shape.kind.value}` as const))
      .describe('What kind of entry `data.entry.body` is'),
    subject: z.string().meta({ description: 'Id of the conversation' }),
    time: z.iso.datetime().meta({ description: 'When the entry was written' }),
    datacontenttype: z.literal('application/json').describe('Of `data`'),
    data: event,
  })
  .meta({
    description: 'An event of a conversation in the envelope of CloudEvents 1.0',
    examples: [
      {
        specversion: '1.0',
        id: 'v_Yx3nV8rJtq0aBd5fGk1wLQ:2',
        source: 'urn:hutong:site:shop',
        type: 'hutong.entry.message',
        subject: 'v_Yx3nV8rJtq0aBd5fGk1wLQ',
        time: '2026-11-21T09:00:03.120Z',
        datacontenttype: 'application/json',
        data: EVENT,
      },
    ],
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

const sent = z
  .object({
    seq: z.int().positive().describe('Of the entry; of the first one when the key was used before'),
    at: z.int().describe('When it was stored: milliseconds since 1970, UTC'),
  })
  .describe('Stored, for good')

export const VISITOR_REQUESTS = {
  send: {
    summary: 'Says something; the same key again is the same message',
    payload: sendPacket.extend({ body: contactBody }).meta(sendPacket.meta() ?? {}),
    answer: z.union([sent, refused]),
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
    payload: z.object({ staffed: z.boolean().describe('Whether somebody is at the desk now') }),
  },
  goaway: { summary: 'The relay restarts: connect again after so many milliseconds', payload: goaway },
} satisfies Record<keyof VisitorPushes, Packet>

const ACT = {
  conversation: 'v_Yx3nV8rJtq0aBd5fGk1wLQ',
  request: { key: 'k_7QdX2mPz', actions: [{ kind: 'note', text: 'Likes tea.' }] },
}

export const BACKEND_REQUESTS = {
  act: {
    summary: 'Asks for actions, of its own accord or as the answer to an event',
    payload: z.object({ conversation: ofConversation, request: actRequest }).meta({ examples: [ACT] }),
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
    payload: z.object({
      events: z.array(event).describe('In order of `position`'),
      position: count.describe('Everything up to it is known with these: go on `after` it next time'),
      at: clock,
    }),
  },
  event: {
    summary:
      'An event to answer, one at a time per conversation but for a stop, which comes beside what it stops; the acknowledgement is the answer, or nothing',
    payload: z.object({ event }),
    answer: socketAnswer,
  },
  signal: {
    summary: 'What passes in the conversation that is watched',
    payload: z.object({ conversation: ofConversation, signal }),
  },
  agents: { summary: 'Who is at the desk has changed', payload: z.object({ agents }) },
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
  VisitorBody: contactBody,
  VisitorPart: contactPart,
  ...Object.fromEntries(contactCases.flatMap(({ name, schema }) => (name === undefined ? [] : [[name, schema]]))),
  Ready: ready,
  Entries: entries,
}
