import type { DeliveryReport, Logger } from '@hutong/core/adapter'
import type { DeliveryState } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { Committer } from './commit.ts'
import type { Way } from './reach.ts'
import { RELAY } from './route.ts'
import type { LogStore, OutboxStore } from './stores/store.ts'
import type { Ways } from './ways.ts'

export interface FailOverOptions {
  store: Pick<OutboxStore, 'deliveriesOf' | 'report'> & Pick<LogStore, 'conversation'>
  committer: Committer
  ways: Ways
  signal(conversation: string, signal: Signal): void
  now(): number
  logger: Logger
}

export interface Undelivered {
  id: number
  conversation: string
  target: string
  reason: string
}

/** What an agent is told of deliveries. */
export interface FailOver {
  /** Says how far messages have come. */
  tell(
    conversation: string,
    told: { of: readonly number[]; target: string; state: DeliveryState; reason?: string },
  ): void
  /** Sends what could not be brought by the contact's next way and writes down which; once, however often it is called. */
  next(failed: Undelivered): Promise<void>
  /** Takes what a channel reports of a delivery it had accepted. */
  reported(channel: string, native: string, report: DeliveryReport): Promise<void>
}

const MOST = 200

export function createFailOver({ store, committer, ways, signal, now, logger }: FailOverOptions): FailOver {
  const tell: FailOver['tell'] = (conversation, { of, target, state, reason }) => {
    for (const seq of of)
      signal(conversation, {
        kind: 'delivery',
        from: RELAY,
        of: seq,
        channel: channelOf(target),
        state,
        ...(reason === undefined ? {} : { reason }),
      })
  }

  async function moved(failed: Undelivered, { seq, way }: { seq: number; way: Way | undefined }): Promise<void> {
    const { id, conversation, target, reason } = failed
    const entry = { seq }
    await committer.append({
      to: { conversation },
      key: `delivery:${id}:${seq}`,
      at: now(),
      decide: () => ({
        entries: [
          {
            from: RELAY,
            body: {
              kind: 'delivery',
              of: seq,
              channel: channelOf(target),
              state: 'failed',
              reason: reason.slice(0, 1_000),
              ...(way && { next: way.channel }),
            },
          },
        ],
        deliveries: way && !way.readsLog ? [ways.delivery(conversation, { way, wait: 0, entry })] : [],
      }),
    })
  }

  async function next(failed: Undelivered): Promise<void> {
    const { id, conversation, target, reason } = failed
    const found = await store.conversation(conversation)
    if (!found) return
    const all = await store.deliveriesOf({ conversation, limit: MOST })
    const lost = all.filter((one) => one.id === id || one.joined === id)
    const possible = await ways.of(found)
    for (const { seq } of lost.toReversed()) {
      const tried = all.filter((one) => one.seq === seq).map((one) => `${channelOf(one.target)}\n${one.address}`)
      const way =
        possible.find(({ channel, address, readsLog }) => !readsLog && !tried.includes(`${channel}\n${address}`)) ??
        possible.find(({ readsLog }) => readsLog)
      await moved(failed, { seq, way })
    }
    tell(conversation, { of: lost.map(({ seq }) => seq), target, state: 'failed', reason })
    logger.warn({ delivery: id, target, conversation }, 'a message could not be brought')
  }

  return {
    tell,
    next,
    async reported(channel, native, { state, reason }) {
      const news = await store.report(channel, native, { state, ...(reason === undefined ? {} : { reason }) })
      if (!news) return
      const { id, conversation, target } = news
      if (state === 'failed')
        await next({ id, conversation, target, reason: reason ?? 'the platform could not bring it' })
      else {
        const all = await store.deliveriesOf({ conversation, limit: MOST })
        const of = all.filter((one) => one.id === id || one.joined === id).map(({ seq }) => seq)
        tell(conversation, { of, target, state })
      }
    },
  }
}

export function channelOf(target: string): string {
  return target.slice('channel:'.length)
}
