import type { Accepted, Arrival } from '@hutong/core/adapter'
import type { Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Committer } from './commit.ts'
import { identify, type RoutedSite } from './identify.ts'
import type { Prompts } from './prompts.ts'
import { arrived } from './route.ts'
import type { LogStore, SmallStore, Write } from './stores/store.ts'
import { verifyBody } from './verify-body.ts'

export interface ReceiveOptions {
  store: Pick<LogStore, 'find' | 'entries'> & Pick<SmallStore, 'file'>
  committer: Committer
  sites: readonly RoutedSite[]
  prompts: Prompts
  now(): number
  /** Milliseconds the raw payload is kept. */
  rawMs: number
}

/** From the adapter to the log: resolves once durable, so that the platform may forget. */
export function createReceive(options: ReceiveOptions): (channel: string, arrival: Arrival) => Promise<Accepted> {
  const { store, committer, sites, prompts, now, rawMs } = options

  return async function receive(channel, arrival) {
    const { site, opening } = identify(sites, channel, arrival)
    const understood = await prompts.understand(opening, arrival.body)
    const body = await verifyBody(store, opening, understood)
    const at = now()
    const write: Write = {
      to: opening,
      key: arrival.key,
      at,
      ...(arrival.native === undefined ? {} : { native: { channel, id: arrival.native } }),
      ...(arrival.raw === undefined ? {} : { raw: { payload: arrival.raw, until: at + rawMs } }),
      decide: (conversation) => arrived(conversation, site.routing, { ...authorOf(arrival), channel, body, at }),
    }
    const outcome = await committer.append(write)
    if (outcome.state === 'duplicate') {
      const { conversation, seq, at } = outcome
      return { conversation, seq, at, duplicate: true }
    }
    const first = outcome.entries[0]
    if (!first) throw new HutongError('internal', 'the write left no entry')
    return { conversation: first.conversation, seq: first.seq, at: first.at, duplicate: false }
  }
}

function authorOf({ author }: Arrival): { from?: Participant } {
  return author === undefined ? {} : { from: author }
}
