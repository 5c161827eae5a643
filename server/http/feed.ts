import { type Event, event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { type Actor, mayEnter } from '../auth.ts'
import { linked } from '../event-links.ts'
import { createFeedNews, type FeedNews, verifyAfter } from '../feed-news.ts'
import type { Files } from '../files.ts'
import type { Relay } from '../relay.ts'
import { isToldTo } from '../route.ts'
import type { LogStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'
import { wholeNumber } from './whole-number.ts'

export interface FeedOptions {
  relay: Pick<Relay, 'onEvents' | 'draining'>
  store: Pick<LogStore, 'feed' | 'position'>
  files: Pick<Files, 'url'>
  now?: () => number
}

interface Feed extends Required<FeedOptions> {
  news: FeedNews
}

/** Longest time a request waits, in seconds: below what proxies allow. */
const WAIT_MAX = 30
/** How often a request that waits looks whether the relay goes away. */
const LOOK_MS = 500
/** Most requests of one actor that wait at once. */
const WAITING_MAX = 16
/** Milliseconds until one more may ask again. */
const RETRY_AFTER = 1_000

const query = z.object({
  after: wholeNumber().optional().meta({
    description:
      'The position up to which everything is safe with you: it acknowledges what came before. Absent: now. One that the feed has not reached is refused',
  }),
  wait: wholeNumber({ max: WAIT_MAX }).default(0).meta({ description: 'Seconds to wait for news' }),
  limit: wholeNumber({ min: 1, max: 100 }).default(100).meta({ description: 'Most events of one page' }),
  mine: z.enum(['true', 'false']).default('false').meta({
    description:
      'Only what the backend that your token is named after has to answer, one event per conversation at a time',
  }),
})

export function feedOperation(options: FeedOptions): Operation {
  const feed: Feed = { now: Date.now, ...options, news: createFeedNews(options) }
  const waiting = createWaitingRoom()
  return operation({
    method: 'get',
    path: '/v1/feed',
    access: 'actor',
    id: 'readFeed',
    tag: 'feed',
    summary: 'What happened after a position, oldest first. The same again until you ask after a later one',
    query,
    answer: z
      .object({
        items: z.array(event).describe('Oldest first; empty when nothing happened while it waited'),
        position: z.int().meta({ description: 'Ask after this one next' }),
      })
      .describe('What happened'),
    errors: ['throttled'],
    async handle({ actor, query: { after, wait, limit, mine }, request: { signal: gone } }) {
      const leave = wait > 0 ? waiting.take(actor) : () => undefined
      const concerns = (one: Event) => mayEnter(actor, one.site) && (mine === 'false' || isToldTo(one, actor.id))
      const news = createWait(feed, { gone, concerns })
      const end = performance.now() + wait * 1_000
      try {
        let position = await verifyAfter(after, options.store)
        for (;;) {
          const { more, ...page } = await readPage(feed, position, { actor, limit, mine: mine === 'true', concerns })
          if (page.items.length > 0 || performance.now() >= end || news.over()) return page
          position = more ? page.position : Math.max(page.position, await news.until(end))
        }
      } finally {
        news.stop()
        leave()
      }
    },
  })
}

/** Of each actor so many requests may wait. */
function createWaitingRoom() {
  const taken = new Map<string, number>()
  return {
    take({ kind, id, name }: Actor): () => void {
      const key = `${kind}:${id}`
      const before = taken.get(key) ?? 0
      if (before >= WAITING_MAX)
        throw new HutongError(
          'throttled',
          `${WAITING_MAX} requests of ${name} wait at /v1/feed already: let one be answered before the next, or ask with wait=0`,
          { retryAfter: RETRY_AFTER },
        )
      taken.set(key, before + 1)
      return () => {
        const left = (taken.get(key) ?? 1) - 1
        if (left > 0) taken.set(key, left)
        else taken.delete(key)
      }
    },
  }
}

interface Asked {
  actor: Actor
  limit: number
  mine: boolean
  concerns(event: Event): boolean
}

const BATCH = 100
/** Most entries that one look passes over. */
const SCAN_MAX = 2_000

/** A page ends before the second event of a conversation when each must be acknowledged before the next. `more`: there is more to look at. */
async function readPage(
  { news, files, now }: Feed,
  after: number,
  { actor, limit, mine, concerns }: Asked,
): Promise<{ items: Event[]; position: number; more: boolean }> {
  const items: Event[] = []
  const under = new Set<string>()
  let position = after
  for (let scanned = 0; scanned < SCAN_MAX; scanned += BATCH) {
    const found = await news.read({ after: position, limit: BATCH, ...onlySite(actor) })
    for (const one of found) {
      const wanted = concerns(one)
      if (wanted && (items.length === limit || (mine && under.has(one.conversation))))
        return { items, position, more: true }
      position = one.position
      if (!wanted) continue
      under.add(one.conversation)
      items.push(linked(one, files, now()))
    }
    if (found.length < BATCH) return { items, position, more: false }
  }
  return { items, position, more: true }
}

function onlySite({ sites }: Actor): { site?: string } {
  const [only] = sites
  return sites !== 'all' && sites.length === 1 && only !== undefined ? { site: only } : {}
}

interface Waiting {
  gone: AbortSignal
  concerns(event: Event): boolean
}

/** Waits for commits from now on; nothing that is committed between two looks is missed. */
function createWait({ news, relay }: Pick<Feed, 'news' | 'relay'>, { gone, concerns }: Waiting) {
  let fresh = false
  let wake: (() => void) | undefined
  let passed = 0
  const tell = () => {
    fresh = true
    wake?.()
  }
  const leave = news.add({
    concerns,
    wake: tell,
    pass(position) {
      if (wake && !fresh) passed = position
    },
  })
  gone.addEventListener('abort', tell)
  const over = () => gone.aborted || relay.draining

  /** Until there is news, or milliseconds later. */
  async function rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    wake = resolve
    if (!fresh) await promise
    clearTimeout(timer)
  }

  return {
    over,
    /** Resolves with the position up to which there was nothing, for whoever has read all there was. */
    async until(end: number): Promise<number> {
      for (let left = end - performance.now(); !fresh && !over() && left > 0; left = end - performance.now())
        await rest(Math.min(left, LOOK_MS))
      wake = undefined
      fresh = false
      return passed
    },
    stop() {
      leave()
      gone.removeEventListener('abort', tell)
    },
  }
}
