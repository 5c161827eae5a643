import type { Adapter } from '@hutong/core/adapter'
import { mayEnter } from '../auth.ts'
import { type Operation, operation } from './operation.ts'
import { listOf } from './page.ts'
import { channel } from './schemas.ts'

export interface ConfiguredChannel {
  id: string
  kind: string
}

/** The channels that messages are sent to, as far as their sites exist for whoever asks, and what each can show. */
export function channelOperation(adapters: readonly Adapter[], configured: readonly ConfiguredChannel[]): Operation {
  const kinds = new Map(configured.map(({ id, kind }) => [id, kind]))
  return operation({
    method: 'get',
    path: '/v1/channels',
    access: 'actor',
    id: 'listChannels',
    tag: 'sites',
    summary: 'The channels that messages are sent to: of which platform they are, and what they can show',
    answer: listOf(channel),
    async handle({ actor }) {
      const sending = adapters.filter(({ capabilities }) => !capabilities.readsLog)
      const shown = sending.filter(({ site }) => site === undefined || mayEnter(actor, site))
      const items = shown.map(({ channel: id, capabilities, site, original }) => {
        const kind = kinds.get(id)
        return {
          id,
          ...(kind !== undefined && { kind }),
          ...(site !== undefined && { site }),
          originals: original !== undefined,
          capabilities: { ...capabilities, parts: [...capabilities.parts], reports: [...capabilities.reports] },
        }
      })
      return { items }
    },
  })
}
