import { actRequest, actResult } from '@hutong/core/backend'
import { contact, conversation, cursor } from '@hutong/core/conversation'
import { entry, key } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import { z } from 'zod'
import { type Actor, authorOf } from '../auth.ts'
import { raiseCursor } from '../cursors.ts'
import type { Files } from '../files.ts'
import { withUrls } from '../present.ts'
import type { Relay } from '../relay.ts'
import type { ConversationItem, ConversationQuery, Store } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'
import { page, pageOf, pageQuery, readCursor } from './page.ts'
import { closedWay, conversationItem, delivery, thread, way } from './schemas.ts'

interface ConversationOptions {
  relay: Pick<Relay, 'act' | 'signal' | 'ways' | 'invitations' | 'online'>
  store: Store
  files: Files
  doors: Doors
  now(): number
}

const tag = 'conversations'
const params = z.object({
  id: z
    .string()
    .max(64)
    .meta({ description: "The conversation's id", examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
})
const place = z.object({ updatedAt: z.int(), id: z.string() })
const seq = z.coerce.number().int().nonnegative()
const upTo = z.int().nonnegative()

const listQuery = z.object({
  site: z.string().max(64).optional().meta({ description: 'Key or id of one site; all of yours when absent' }),
  status: z.enum(['open', 'closed']).optional().meta({ description: 'Both when absent' }),
  holder: z
    .string()
    .max(128)
    .optional()
    .meta({
      description: 'With whom the floor is: `queue`, `bot`, `me`, or the id of an agent; anybody when absent',
      examples: ['queue'],
    }),
  text: z.string().max(200).optional().meta({ description: "Words in the contact's name or e-mail, or in messages" }),
  ...pageQuery,
})

const entriesQuery = z.object({
  after: seq.optional().meta({ description: 'Entries above this `seq`, oldest first' }),
  before: seq.optional().meta({ description: 'The last entries below this `seq`, in ascending order' }),
  ...pageQuery,
})

export function conversationOperations(options: ConversationOptions): Operation[] {
  return [
    list(options),
    one(options),
    entries(options),
    deliveries(options),
    act(options),
    invite(options),
    read(options),
  ]
}

function list({ store, files, doors }: ConversationOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/conversations',
    access: 'actor',
    id: 'listConversations',
    tag,
    summary: 'Conversations, those with the newest activity first',
    query: listQuery,
    answer: pageOf(conversationItem),
    errors: ['not_found'],
    async handle({ actor, query }) {
      const before = readCursor(place, query.cursor)
      const asked: ConversationQuery = {
        limit: query.limit + 1,
        reader: actor.id,
        ...(before === undefined ? {} : { before }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.text === undefined ? {} : { text: query.text }),
        ...(query.holder === undefined ? {} : { holder: holderOf(query.holder, actor) }),
      }
      const lists = await Promise.all(
        doors
          .sites(actor, query.site)
          .map((site) => store.conversations(site === undefined ? asked : { ...asked, site })),
      )
      const found = lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort(newestFirst)
      const shown = page(found, query.limit, ({ conversation: { updatedAt, id } }) => ({ updatedAt, id }))
      return { ...shown, items: shown.items.map((item) => linked(item, files)) }
    },
  })
}

function one({ relay, store, doors, now }: ConversationOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/conversations/{id}',
    access: 'actor',
    id: 'getConversation',
    tag,
    summary: 'One conversation: its contact, how far everybody has read, the ways an answer would take, other threads',
    params,
    answer: z
      .object({
        conversation,
        contact,
        cursors: z.array(cursor).describe('How far everybody has received and read'),
        online: z
          .boolean()
          .meta({ description: 'Whether the contact is reading now; changes come as `presence` signals' }),
        reach: z.array(way).meta({ description: 'Best first; empty when no way leads to the contact now' }),
        closed: z.array(closedWay).meta({ description: 'Ways that are closed for now, each with the reason' }),
        invitations: z
          .array(z.string())
          .meta({ description: 'Channels that the contact can be invited to: where the conversation is not already' }),
        threads: z.array(thread).meta({ description: 'Conversations of contacts merged with this one' }),
        at: z
          .int()
          .meta({ description: "The relay's clock, milliseconds: what the times here are to be held against" }),
      })
      .describe('One conversation with all that an agent looks at beside it'),
    errors: ['not_found'],
    async handle({ actor, params }) {
      const found = await doors.conversation(actor, params.id)
      const [contact, cursors, reach, threads] = await Promise.all([
        doors.contact(actor, found.contact),
        store.cursors(found.id),
        relay.ways(found),
        threadsOf(store, found.contact),
      ])
      const { open, closed } = reach
      return {
        conversation: found,
        contact,
        cursors,
        online: relay.online(found.id),
        reach: open,
        closed,
        invitations: relay.invitations(found),
        threads,
        at: now(),
      }
    },
  })
}

async function threadsOf(store: Store, contact: string): Promise<z.infer<typeof thread>[]> {
  const others = await store.linked(contact)
  const found = await Promise.all(others.map((id) => store.conversationOf(id)))
  return found.flatMap((one) =>
    one ? [{ conversation: one.id, contact: one.contact, channel: one.channel, updatedAt: one.updatedAt }] : [],
  )
}

function deliveries({ store, doors }: ConversationOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/conversations/{id}/deliveries',
    access: 'actor',
    id: 'listConversationDeliveries',
    tag,
    summary: 'What was sent, on which channel and why there, and what became of it; newest first',
    params,
    query: z.object(pageQuery),
    answer: pageOf(delivery),
    errors: ['not_found'],
    async handle({ actor, params, query }) {
      const { id: conversation } = await doors.conversation(actor, params.id)
      const before = readCursor(z.int(), query.cursor)
      const limit = query.limit + 1
      const found = await store.deliveriesOf({ conversation, limit, ...(before === undefined ? {} : { before }) })
      return page(found, query.limit, ({ id }) => id)
    },
  })
}

function entries({ store, files, doors }: ConversationOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/conversations/{id}/entries',
    access: 'actor',
    id: 'listEntries',
    tag,
    summary: 'The log: internal notes included, files with links that work for a day',
    params,
    query: entriesQuery,
    answer: pageOf(entry),
    errors: ['not_found'],
    async handle({ actor, params, query }) {
      const { id } = await doors.conversation(actor, params.id)
      const { after = 0, before } = readCursor(range, query.cursor) ?? query
      if (query.after !== undefined && query.before !== undefined)
        throw new HutongError('invalid', 'before: give either after or before', { field: 'before' })
      const limit = query.limit + 1
      const found = await store.entries(id, before === undefined ? { after, limit } : { before, limit })
      if (before === undefined)
        return page(
          found.map((one) => withUrls(one, files)),
          query.limit,
          (last) => ({ after: last.seq }),
        )
      const { items, ...more } = page(found.map((one) => withUrls(one, files)).reverse(), query.limit, (first) => ({
        before: first.seq,
      }))
      return { items: items.reverse(), ...more }
    },
  })
}

const range = z.object({ after: z.int().nonnegative().optional(), before: z.int().nonnegative().optional() })

function act({ relay, doors }: ConversationOptions): Operation {
  return operation({
    method: 'post',
    path: '/v1/conversations/{id}/actions',
    access: 'actor',
    id: 'act',
    tag,
    summary:
      'Replies, notes, hand-offs and everything else a backend or agent may ask for; the same key changes nothing',
    params,
    body: actRequest,
    answer: actResult,
    errors: ['not_found', 'forbidden', 'stale_floor', 'too_large', 'unreachable', 'timeout', 'misconfigured'],
    async handle({ actor, params, body }) {
      const { id } = await doors.conversation(actor, params.id)
      return await relay.act(authorOf(actor), id, body)
    },
  })
}

function invite({ relay, doors }: ConversationOptions): Operation {
  return operation({
    method: 'post',
    path: '/v1/conversations/{id}/invite',
    access: 'actor',
    id: 'invite',
    tag,
    summary: 'Shows the contact a link and a QR code by which to go on over another channel of the site',
    params,
    body: z
      .object({
        channel: z.string().min(1).max(64).describe('Id of the channel: one of `invitations` of the conversation'),
        key: key.optional().describe('Idempotency key; absent: every request invites again'),
        term: actRequest.shape.term,
        event: actRequest.shape.event,
      })
      .meta({ examples: [{ channel: 'support', key: 'k_7QdX2mPz', term: 3 }] }),
    answer: z
      .object({ seq: z.int().positive().meta({ description: 'Of the message that invites' }) })
      .describe('The message that was sent'),
    errors: ['not_found', 'invalid', 'stale_floor', 'unreachable', 'timeout', 'throttled', 'misconfigured'],
    async handle({ actor, params, body: { channel, key = newId('k'), ...answers } }) {
      const { id } = await doors.conversation(actor, params.id)
      const { results } = await relay.act(authorOf(actor), id, {
        key,
        ...answers,
        actions: [{ kind: 'invite', channel }],
      })
      return { seq: results[0]?.seq ?? 0 }
    },
  })
}

function read({ relay, store, doors }: ConversationOptions): Operation {
  return operation({
    method: 'post',
    path: '/v1/conversations/{id}/cursor',
    access: 'actor',
    id: 'raiseCursor',
    tag,
    summary: 'Says how far you have received and read; cursors only grow',
    params,
    body: z
      .object({
        delivered: upTo.describe('Everything up to this `seq` was received'),
        read: upTo.describe('Everything up to this `seq` was read'),
      })
      .meta({ examples: [{ delivered: 12, read: 9 }] }),
    answer: cursor,
    errors: ['not_found'],
    async handle({ actor, params, body }) {
      const found = await doors.conversation(actor, params.id)
      return await raiseCursor({ store, relay }, found, { participant: authorOf(actor), ...body })
    },
  })
}

function holderOf(holder: string, actor: Actor): NonNullable<ConversationQuery['holder']> {
  if (holder === 'queue' || holder === 'bot') return holder
  return { agent: holder === 'me' ? actor.id : holder }
}

function linked({ latest, ...item }: ConversationItem, files: Files): ConversationItem {
  return latest === undefined ? item : { ...item, latest: withUrls(latest, files) }
}

function newestFirst({ conversation: a }: ConversationItem, { conversation: b }: ConversationItem): number {
  return b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1)
}
