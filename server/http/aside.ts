import type { Adapter, SetAside } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { type Actor, mayEnter } from '../auth.ts'
import { type Operation, operation } from './operation.ts'
import { pageOf } from './page.ts'
import { aside } from './schemas.ts'

const tag = 'channels'
const params = z.object({
  channel: z
    .string()
    .max(64)
    .meta({ description: "The channel's id", examples: ['support'] }),
  mail: z.string().max(128).meta({ description: 'The `id` of what was set aside' }),
})

/** Messages that a channel could not take into a conversation: a mail that cannot be read, or that the relay refused. */
export function asideOperations(adapters: readonly Adapter[]): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/v1/aside',
      access: 'actor',
      id: 'listAside',
      tag,
      summary: 'Messages that could not be taken into a conversation, with the reason; newest first',
      query: z.object({ channel: z.string().max(64).optional().meta({ description: 'One channel; all when absent' }) }),
      answer: pageOf(aside),
      errors: ['unavailable'],
      async handle({ actor, query }) {
        const asked = keepers(adapters, actor).filter((one) => one.channel === (query.channel ?? one.channel))
        const lists = await Promise.all(
          asked.map(async ({ channel, aside }) => (await aside.list()).map((one) => ({ channel, ...one }))),
        )
        return { items: lists.flat().toSorted((a, b) => b.at - a.at) }
      },
    }),
    operation({
      method: 'post',
      path: '/v1/aside/{channel}/{mail}/retry',
      access: 'actor',
      id: 'retryAside',
      tag,
      summary: 'Tries once more to take it into a conversation; refused with the reason when that still cannot be done',
      params,
      errors: ['not_found', 'rejected', 'gone', 'unreachable'],
      handle: ({ actor, params }) => keeper(adapters, actor, params.channel).retry(params.mail),
    }),
    operation({
      method: 'delete',
      path: '/v1/aside/{channel}/{mail}',
      access: 'actor',
      id: 'discardAside',
      tag,
      summary: 'Forgets it; the message itself stays in the mailbox',
      params,
      errors: ['not_found'],
      handle: ({ actor, params }) => keeper(adapters, actor, params.channel).discard(params.mail),
    }),
  ]
}

function keepers(adapters: readonly Adapter[], actor: Actor): { channel: string; aside: SetAside }[] {
  return adapters.flatMap(({ channel, site, aside }) =>
    aside && site !== undefined && mayEnter(actor, site) ? [{ channel, aside }] : [],
  )
}

function keeper(adapters: readonly Adapter[], actor: Actor, channel: string): SetAside {
  const found = keepers(adapters, actor).find((one) => one.channel === channel)
  if (!found) throw new HutongError('not_found', 'no such channel')
  return found.aside
}
