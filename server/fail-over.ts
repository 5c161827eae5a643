import type { DeliveryReport, Logger } from '@hutong/core/adapter'
import type { DeliveryState } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { Committer } from './commit.ts'
import { placeOf, type Way } from './reach.ts'
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
  /** Writes down that nobody knows whether these were brought; nothing is sent again. Once, however often it is called. */
  unsure(doubtful: Undelivered, of: readonly number[]): Promise<void>
  /** Writes down that message `of` could not be taken back. Once, however often it is called. */
  notTakenBack(failed: Undelivered, of: number): Promise<void>
  /** Takes what a channel reports of a delivery it had accepted. */
  reported(channel: string, native: string, report: DeliveryReport): Promise<void>
}

/** Deliveries read at once. */
const MOST = 200
const REASON_MAX = 1_000

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

  async function say(
    { conversation, target, reason }: Undelivered,
    {
      key,
      of,
      state,
      way,
      ...what
    }: { key: string; of: number; state: 'failed' | 'unsure'; way?: Way | undefined; recall?: true },
  ): Promise<void> {
    const channel = channelOf(target)
    const next = way && { next: way.channel }
    const body = {
      kind: 'delivery' as const,
      of,
      channel,
      state,
      reason: reason.slice(0, REASON_MAX),
      ...next,
      ...what,
    }
    await committer.append({
      to: { conversation },
      key,
      at: now(),
      decide: () => ({
        entries: [{ from: RELAY, body }],
        deliveries: way && !way.readsLog ? [ways.delivery(conversation, { way, wait: 0, entry: { seq: of } })] : [],
      }),
    })
  }

  async function next(failed: Undelivered): Promise<void> {
    const { id, conversation, target, reason } = failed
    const found = await store.conversation(conversation)
    if (!found) return
    const lost = await carriedBy(id, conversation)
    const possible = await ways.of(found)
    for (const seq of lost) {
      const tried = (await store.deliveriesOf({ conversation, seq, limit: MOST })).map(({ target, address }) =>
        placeOf({ channel: channelOf(target), address: address ?? '' }),
      )
      const way =
        possible.find((one) => !one.readsLog && !tried.includes(placeOf(one))) ??
        possible.find(({ readsLog }) => readsLog)
      await say(failed, { key: `delivery:${id}:${seq}`, of: seq, state: 'failed', way })
    }
    tell(conversation, { of: lost, target, state: 'failed', reason })
    logger.warn({ delivery: id, target, conversation }, 'a message could not be brought')
  }

  /** The messages that travelled with a delivery, its own first, however long ago that was. */
  async function carriedBy(id: number, conversation: string): Promise<number[]> {
    const carried: number[] = []
    let rows = await store.deliveriesOf({ conversation, limit: MOST })
    for (;;) {
      carried.push(...rows.filter((one) => one.id === id || one.joined === id).map(({ seq }) => seq))
      const oldest = rows.at(-1)?.id ?? 0
      if (rows.length < MOST || oldest <= id) return carried.toReversed()
      rows = await store.deliveriesOf({ conversation, before: oldest, limit: MOST })
    }
  }

  return {
    tell,
    next,
    async unsure(doubtful, of) {
      const { id, conversation, target, reason } = doubtful
      for (const seq of of) await say(doubtful, { key: `unsure:${id}:${seq}`, of: seq, state: 'unsure' })
      tell(conversation, { of, target, state: 'unsure', reason })
      logger.warn({ delivery: id, target, conversation, reason }, 'nobody knows whether a message was brought')
    },
    async notTakenBack(failed, of) {
      const { id, conversation, target, reason } = failed
      await say(failed, { key: `recall:${id}`, of, state: 'failed', recall: true })
      logger.warn({ delivery: id, target, conversation, reason }, 'a message could not be taken back')
    },
    async reported(channel, native, { state, reason }) {
      const news = await store.report(channel, native, { state, ...(reason === undefined ? {} : { reason }) })
      if (!news) return
      const { id, conversation, target } = news
      if (state === 'failed')
        await next({ id, conversation, target, reason: reason ?? 'the platform could not bring it' })
      else tell(conversation, { of: await carriedBy(id, conversation), target, state })
    },
  }
}

export function channelOf(target: string): string {
  return target.slice('channel:'.length)
}
