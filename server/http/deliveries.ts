import { z } from 'zod'
import type { OutboxStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'
import { page, pageOf, pageQuery, readCursor } from './page.ts'
import { delivery } from './schemas.ts'

interface DeliveryOptions {
  store: Pick<OutboxStore, 'deadLetters' | 'replay'>
  now: () => number
}

const tag = 'deliveries'

export function deliveryOperations({ store, now }: DeliveryOptions): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/v1/deliveries',
      access: 'admin',
      id: 'listDeliveries',
      tag,
      summary: 'Deliveries that were given up, or whose fate is unknown; newest first',
      query: z.object({ state: z.literal('dead').default('dead'), ...pageQuery }),
      answer: pageOf(delivery),
      async handle({ query }) {
        const before = readCursor(z.int(), query.cursor)
        const limit = query.limit + 1
        const found = await store.deadLetters(before === undefined ? { limit } : { limit, before })
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
      body: z.object({ ids: z.array(z.int().nonnegative()).min(1).max(1_000) }),
      answer: z.object({ replayed: z.int() }),
      handle: async ({ body }) => ({ replayed: await store.replay(body.ids, now()) }),
    }),
  ]
}
