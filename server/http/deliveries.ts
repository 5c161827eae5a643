import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { authorOf } from '../auth.ts'
import type { Relay } from '../relay.ts'
import type { OutboxStore } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'
import { page, pageOf, pageQuery, readCursor } from './page.ts'
import { delivery } from './schemas.ts'

interface DeliveryOptions {
  relay: Pick<Relay, 'signal' | 'wake'>
  store: Pick<OutboxStore, 'deadLetters' | 'deliveriesOf' | 'replay'>
  doors: Doors
  now: () => number
}

const tag = 'deliveries'

export function deliveryOperations(options: DeliveryOptions): Operation[] {
  const { relay, store, now } = options
  return [
    resend(options),
    operation({
      method: 'get',
      path: '/v1/deliveries',
      access: 'admin',
      id: 'listDeliveries',
      tag,
      summary: 'Deliveries that were given up, or whose fate is unknown; newest first',
      query: z.object({
        state: z.literal('dead').default('dead').describe('The only ones listed: given up, or of unknown fate'),
        target: z
          .string()
          .max(128)
          .optional()
          .meta({ description: '`backend:<name>` or `channel:<id>`: of this one alone' }),
        ...pageQuery,
      }),
      answer: pageOf(delivery),
      async handle({ query }) {
        const before = readCursor(z.int(), query.cursor)
        const found = await store.deadLetters({
          limit: query.limit + 1,
          ...(before !== undefined && { before }),
          ...(query.target !== undefined && { target: query.target }),
        })
        return page(found, query.limit, ({ id }) => id)
      },
    }),
    operation({
      method: 'post',
      path: '/v1/deliveries/replay',
      access: 'admin',
      id: 'replayDeliveries',
      tag,
      summary: 'Makes these deliveries due again',
      body: z
        .object({
          ids: z
            .array(z.int().nonnegative())
            .min(1)
            .max(1_000)
            .describe('`id` of each; those that were not given up are passed over'),
        })
        .meta({ examples: [{ ids: [17, 18] }] }),
      answer: z.object({ replayed: z.int().describe('How many deliveries') }).describe('What is due again'),
      async handle({ body }) {
        const replayed = await store.replay(body.ids, now())
        relay.wake()
        return { replayed }
      },
    }),
  ]
}

function resend({ relay, store, doors, now }: DeliveryOptions): Operation {
  return operation({
    method: 'post',
    path: '/v1/conversations/{id}/entries/{seq}/resend',
    access: 'actor',
    id: 'resendEntry',
    tag,
    summary:
      'Sends a message again whose newest delivery was given up, or whose fate is unknown: it may arrive twice then',
    params: z.object({
      id: z
        .string()
        .max(64)
        .meta({ description: "The conversation's id", examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
      seq: z.coerce.number().int().positive().describe('Of the message'),
    }),
    errors: ['not_found', 'conflict'],
    async handle({ actor, params: { id, seq } }) {
      const { id: conversation } = await doors.conversation(actor, id)
      const [last] = await store.deliveriesOf({ conversation, seq, limit: 1 })
      if (!last) throw new HutongError('not_found', 'this message was never sent through a channel')
      if ((await store.replay([last.id], now())) === 0)
        throw new HutongError('conflict', 'this message was not given up; look at its deliveries')
      relay.wake()
      const channel = last.target.slice('channel:'.length)
      relay.signal(conversation, { kind: 'delivery', from: authorOf(actor), of: seq, channel, state: 'waiting' })
    },
  })
}
