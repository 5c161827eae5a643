import { action, actRequest, actResult, agent, event, handoffTarget } from '@hutong/core/backend'
import { contact, conversation, cursor, identity, visit } from '@hutong/core/conversation'
import { attributes, body, entry, floor, holder, participant } from '@hutong/core/entry'
import { ERRORS, type ErrorCode } from '@hutong/core/errors'
import { button, field, option, part } from '@hutong/core/parts'
import { z } from 'zod'
import { article, articleDraft } from '../backends/knowledge/article.ts'

const ofConversation = z.string().describe('Id of the conversation')
const ofChannel = z.string().describe('Id of the channel')
const address = z.string().meta({ description: 'Where on that channel', examples: ['lin@people.example'] })
const instant = (what: string) => z.int().describe(`${what}: milliseconds since 1970, UTC`)

export const me = z
  .object({
    kind: z.enum(['agent', 'token']).describe('A person at the desk, or a token of the configuration'),
    id: z.string().describe('Of the agent, or the name of the token'),
    name: z.string().describe('As contacts see it'),
    email: z.string().optional().describe('Of an agent; absent for a token'),
    role: z
      .enum(['agent', 'backend', 'admin'])
      .describe('What it may do: `admin` alone sees deliveries, backends and articles that are not published'),
    sites: z
      .union([z.literal('all'), z.array(z.string())])
      .meta({ description: 'Ids of the sites that exist for you, or `all`', examples: ['all', ['shop']] }),
  })
  .describe('Whose credentials these are')

export const site = z
  .object({
    id: z.string().describe('What conversations and contacts name it by'),
    key: z.string().describe('Public key, as pages of the site give it'),
    name: z.string().describe('As contacts see it'),
    backends: z.array(z.string()).meta({ description: 'Whom a conversation can be handed to, in routing order' }),
    answerMs: z.int().optional().meta({
      description: 'Milliseconds that a customer may be without an answer; absent where that is not watched',
    }),
    asksRatings: z.literal(true).optional().meta({
      description: 'The relay asks customers for a rating when their conversation is closed; absent: it does not',
    }),
  })
  .describe('One tenant: nothing crosses from one site to another')

export const conversationItem = z
  .object({
    conversation,
    contact,
    latest: entry.optional().meta({
      description: 'The newest message of a person or a bot, or the newest entry when there is none',
    }),
    unread: z.int().meta({ description: 'Messages of the contact above your read cursor' }),
  })
  .describe('A conversation as a list shows it')

export const delivery = z
  .object({
    id: z.int().describe('For `POST /v1/deliveries/replay`'),
    lane: z.string().describe('Within a lane one goes after the other, in order'),
    target: z
      .string()
      .meta({ description: 'Whom it goes to: `channel:<id>` or `backend:<name>`', examples: ['channel:support'] }),
    conversation: ofConversation,
    seq: z.int().describe('`seq` of the entry that is brought'),
    state: z
      .enum(['ready', 'leased', 'joined', 'done', 'skipped', 'dead', 'unsure', 'cancelled'])
      .describe(
        '`ready` waits for `due`; `leased` is under way; `joined` travels with another one; `done` was taken; `skipped` was not needed any more; `dead` was given up; `unsure` may have arrived; `cancelled` was called off',
      ),
    due: instant('When its next try is due, or was'),
    tries: z.int().describe('How often it was tried so far'),
    error: z.string().nullable().describe('Why the last try failed; null when none did'),
    receipt: z.string().nullable().describe('JSON: the ids the platform gave it; null before it took it'),
    reported: z
      .enum(['delivered', 'read', 'failed'])
      .nullable()
      .describe('What the platform said of it after it took it; null: nothing yet'),
    address: z.string().nullable().describe('Where on the channel; null for a backend'),
    why: z
      .string()
      .nullable()
      .describe('Why this way was taken, as the `why` of a way; null where none was chosen, as for a backend'),
    joined: z.int().nullable().meta({ description: 'Id of the delivery it travels with; null: it goes by itself' }),
  })
  .describe('One entry on its way to one channel or backend')

export const aside = z
  .object({
    channel: ofChannel,
    id: z.string().describe('Unique in the channel; the `{mail}` of the paths'),
    at: instant('When it was set aside'),
    from: z.string().describe('As the message says it; empty when it cannot be read'),
    subject: z.string().describe('As the message says it; empty when it cannot be read'),
    reason: z.string().describe('Why, in words for agents'),
  })
  .describe('A message that a channel could not take into a conversation')

export const way = z
  .object({
    channel: ofChannel,
    address,
    why: z.enum(['connected', 'last', 'verified']).meta({
      description: '`connected`: reading there now; `last`: wrote there last; `verified`: another proven address',
    }),
    readsLog: z.boolean().meta({ description: 'Nothing is sent there: the contact reads the log' }),
    left: z.int().optional().meta({
      description: 'How many messages the platform takes until the contact writes again; absent: any number',
    }),
    until: z.int().optional().meta({
      description: 'When its reply window closes (ms since 1970), by the clock of the relay; absent: never',
    }),
    sooner: z
      .object({ left: z.int().describe('So many messages'), until: instant('Only until then') })
      .optional()
      .meta({ description: 'How many of them it takes only until then; absent: all of them until `until`' }),
  })
  .describe('A way by which an answer can go to its contact')

/** A way that its platform does not let us take now. */
export const closedWay = way
  .extend({
    code: z
      .enum(['window_closed', 'quota', 'gone'])
      .describe('`window_closed`: the reply window is over; `quota`: none left; `gone`: the address exists no longer'),
    reason: z.string().meta({ description: 'In words, to be shown to agents' }),
  })
  .describe('A way that its platform does not let messages take now')

const capabilities = z
  .object({
    parts: z
      .array(z.enum(part.options.map(({ shape }) => shape.kind.value)))
      .meta({ description: 'Kinds it shows; everything else goes as text' }),
    text: z
      .object({
        markdown: z.boolean().describe('Whether it shows Markdown'),
        max: z
          .int()
          .nullable()
          .describe('Longest text of one message, in `unit`; null: no limit. Longer ones are split'),
        unit: z.enum(['chars', 'bytes']).describe('What `max` counts'),
      })
      .describe('What it does with text'),
    choices: z
      .object({
        max: z.int().describe('Most options shown natively; more become numbered text'),
        label: z.int().describe('Longest label of one, in characters'),
      })
      .describe('What it does with options'),
    buttons: z.int().describe('Most buttons of a card'),
    files: z.object({ maxBytes: z.number().describe('Largest file, in bytes') }).describe('What files it takes'),
    partsPerMessage: z.int().describe('Most parts that one message of the platform carries'),
    edit: z.boolean().describe('Whether a sent message can be changed'),
    recall: z.boolean().describe('Whether a sent message can be taken back'),
    reactions: z.boolean().describe('Whether it shows reactions'),
    typing: z.boolean().describe('Whether it shows that an answer is being written'),
    initiate: z.boolean().describe('Whether it may be written to first, or only answered'),
    idempotentSend: z
      .enum(['key', 'content', 'none'])
      .describe('By what the platform tells a repeated message; `none`: a lost answer leaves the delivery `unsure`'),
    gatherMs: z.int().describe('Milliseconds it waits for more to say, so that several messages go as one; 0: none'),
    reports: z
      .array(z.enum(['delivered', 'read', 'failed']))
      .describe('What the platform reports after it took a message'),
    readsLog: z.boolean().describe('Clients read the log themselves: nothing is sent'),
  })
  .describe('What a channel can do, as facts of its platform')

export const channel = z
  .object({
    id: z.string().describe('What entries, ways and identities name it by'),
    kind: z
      .string()
      .optional()
      .meta({
        description: 'Of the settings; absent for a channel that a program brought along',
        examples: ['email'],
      }),
    site: z.string().optional().meta({ description: 'Id of the site it serves; absent when it serves several' }),
    originals: z.boolean().meta({ description: 'Whether messages can be asked for as they came' }),
    capabilities,
  })
  .describe('One configured connection to a platform')

/** Whatever answers, and what it was not brought yet. */
export const backend = z
  .object({
    name: z.string().describe('Of the settings; also the name of its token'),
    kind: z
      .string()
      .optional()
      .meta({
        description: 'Of the settings; absent for a backend that a program brought along',
        examples: ['webhook'],
      }),
    title: z.string().optional().meta({
      description: 'The name that contacts see; absent: their own word for an assistant',
    }),
    hears: z
      .enum(['floor', 'everything'])
      .describe('`floor`: what it has to answer; `everything`: every entry of its sites'),
    state: z.enum(['enabled', 'disabled']).meta({
      description: '`disabled`: its other end wants no more events; they are dead letters until it is enabled again',
    }),
    since: z.int().optional().meta({ description: 'Since when it is disabled (ms since 1970); absent while enabled' }),
    why: z.string().optional().describe('What its other end said to be disabled; absent while enabled'),
    open: z.int().meta({ description: 'Events that are still to be brought' }),
    dead: z.int().meta({ description: 'Events that were given up, kept to be brought after all' }),
    oldest: z.int().meta({ description: 'Age in milliseconds of the oldest that is still to be brought; 0: none is' }),
  })
  .describe('Whatever answers, and what it was not brought yet')

/** Another conversation of the same person. */
export const thread = z
  .object({
    conversation: ofConversation,
    contact: z.string().describe('Id of the contact it is with'),
    channel: z.string().describe('Id of the channel they wrote on last'),
    updatedAt: instant('When its log last grew'),
  })
  .describe('Another conversation of the same person')

const wireError = z
  .object({
    error: z
      .object({
        code: z
          .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
          .describe(`For programs. ${Object.entries(ERRORS).map(explained).join('; ')}`),
        message: z.string().describe('For people: what is wrong, and the remedy. Not to be parsed'),
        retryable: z.boolean().describe('The same request can succeed later unchanged'),
        field: z
          .string()
          .optional()
          .meta({
            description: 'Path of the field that is wrong; absent where it is none',
            examples: ['actions.0.parts.0.text'],
          }),
        retryAfter: z.number().optional().meta({
          description:
            'Milliseconds after which a retry makes sense, finer than the header `Retry-After`; absent: back off by yourself',
        }),
      })
      .describe('Why'),
  })
  .meta({
    description: 'Why it was refused. `retryable`: the same request can succeed later unchanged.',
    examples: [
      {
        error: {
          code: 'invalid',
          message: 'actions: must have at least one entry',
          retryable: false,
          field: 'actions',
        },
      },
    ],
  })

function explained([code, { means }]: [string, { means: string }]): string {
  return `\`${code}\`: ${means}`
}

/** The shapes that have a name of their own in the document; so has each case of those that are told apart by `kind`, as `TextPart`. */
export const SCHEMAS = {
  Error: wireError,
  Participant: participant,
  Part: part,
  Button: button,
  Option: option,
  Field: field,
  Body: body,
  Holder: holder,
  Floor: floor,
  Attributes: attributes,
  Entry: entry,
  Cursor: cursor,
  Conversation: conversation,
  Identity: identity,
  Visit: visit,
  Contact: contact,
  Agent: agent,
  HandoffTarget: handoffTarget,
  NextTarget: handoffTarget.options[1],
  Action: action,
  ActRequest: actRequest,
  ActResult: actResult,
  Event: event,
  Me: me,
  Site: site,
  ConversationItem: conversationItem,
  Delivery: delivery,
  Way: way,
  ClosedWay: closedWay,
  Aside: aside,
  Capabilities: capabilities,
  Channel: channel,
  Backend: backend,
  Thread: thread,
  Article: article,
  ArticleDraft: articleDraft,
}
