import type { Adapter } from '@hutong/core/adapter'
import { key } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { Relay } from '../relay.ts'
import type { Store } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'

interface ByMailOptions {
  relay: Pick<Relay, 'ways'>
  store: Pick<Store, 'agents'>
  adapters: readonly Adapter[]
  doors: Doors
}

const tag = 'conversations'
const params = z.object({
  id: z
    .string()
    .max(64)
    .meta({ description: "The conversation's id", examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
})
const answer = z
  .object({
    channel: z.string().describe('Id of the channel it went by'),
    address: z.string().describe('Where it went'),
    state: z.enum(['sent', 'unsure']).meta({ description: '`unsure`: the mail server did not answer; it may have it' }),
  })
  .describe('What was sent, and where to')
const errors = ['not_found', 'unreachable', 'throttled', 'gone'] as const

/** What is sent besides answers: neither leaves an entry. */
export function byMailOperations({ relay, store, adapters, doors }: ByMailOptions): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/v1/conversations/{id}/transcript',
      access: 'actor',
      id: 'sendTranscript',
      tag,
      summary: 'Sends the contact what was said so far, to an address that is proven to be theirs',
      params,
      body: z
        .object({
          key,
          address: z
            .string()
            .max(320)
            .optional()
            .meta({ description: 'One of the addresses that answers may go to; the best when absent' }),
        })
        .meta({ examples: [{ key: 'k_7QdX2mPz' }] }),
      answer,
      errors,
      async handle({ actor, params, body }) {
        const conversation = await doors.conversation(actor, params.id)
        for (const { channel, address } of (await relay.ways(conversation)).open) {
          if (address !== (body.address ?? address)) continue
          const adapter = adapters.find((one) => one.channel === channel)
          const receipt = await adapter?.transcript?.({ conversation: conversation.id, address }, body.key)
          if (receipt) return { channel, address, state: receipt.state }
        }
        throw new HutongError('not_found', 'no address of the contact is known and proven that a transcript can go to')
      },
    }),
    operation({
      method: 'post',
      path: '/v1/conversations/{id}/notices',
      access: 'actor',
      id: 'notifyAgent',
      tag,
      summary: 'Tells an agent by mail what the contact said last; the agent may answer that mail',
      params,
      body: z
        .object({ key, agent: z.string().max(64).describe('Id of the agent, of `GET /v1/agents`') })
        .meta({ examples: [{ key: 'k_7QdX2mPz', agent: 'a_5wQnE1sR0uYkT3oLm7vCxg' }] }),
      answer,
      errors,
      async handle({ actor, params, body }) {
        const { id, site } = await doors.conversation(actor, params.id)
        const agent = (await store.agents()).find((one) => one.id === body.agent)
        if (!agent) throw new HutongError('not_found', 'there is no such agent', { field: 'agent' })
        const adapter = adapters.find((one) => one.site === site && one.notify)
        const receipt = await adapter?.notify?.({ id: agent.id, address: agent.email }, id, body.key)
        if (!adapter || !receipt) throw new HutongError('not_found', 'the site has no mailbox')
        return { channel: adapter.channel, address: agent.email, state: receipt.state }
      },
    }),
  ]
}
