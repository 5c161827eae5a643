import { type Event, event } from '@hutong/core/backend'
import { z } from 'zod'
import { type Actor, mayEnter } from '../auth.ts'
import type { Files } from '../files.ts'
import { withUrls } from '../present.ts'
import type { Relay } from '../relay.ts'
import { isToldTo } from '../route.ts'
import type { LogStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'

export interface FeedOptions {
  relay: Pick<Relay, 'onEvents' | 'draining'>
  store: Pick<LogStore, 'feed' | 'position'>
  files: Pick<Files, 'url'>
}

/** Longest time a request waits, in seconds: below what proxies allow. */
const WAIT_MAX = 30
/** How often a request that waits looks whether the relay goes away. */
const LOOK_MS = 500

const query = z.object({
  after: z.coerce.number().int().nonnegative().optional().meta({
    description: 'The position up to which everything is safe with you: it acknowledges what came before. Absent: now',
  }),
  wait: z.coerce.number().int().min(0).max(WAIT_MAX).default(0).meta({ description: 'Seconds to wait for news' }),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  mine: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Only what the backend of your name has to answer, one event per conversation at a time' }),
})

export function feedOperation(options: FeedOptions): Operation {
  return operation({
    method: 'get',
    path: '/v1/feed',
    access: 'actor',
    id: 'readFeed',
    tag: 'feed',
    summary: 'What happened after a position, oldest first. The same again until you ask after a later one',
    query,
    answer: z.object({
      items: z.array(event),
      position: z.int().meta({ description: 'Ask after this one next' }),
    }),
    async handle({ actor, query: { after, wait, limit, mine }, request }) {
      const asked = { actor, limit, mine: mine === 'true' }
      const news = createNews(options.relay, request.signal)
      const end = performance.now() + wait * 1_000
      let position = after ?? (await options.store.position())
      try {
        for (;;) {
          const page = await readPage(options, position, asked)
          position = page.position
          const left = end - performance.now()
          if (page.items.length > 0 || left <= 0 || news.over()) return page
          await news.wait(Math.min(left, LOOK_MS))
        }
      } finally {
        news.stop()
      }
    },
  })
}

interface Asked {
  actor: Actor
  limit: number
  mine: boolean
}

const BATCH = 100
/** Most entries that one look passes over. */
const SCAN_MAX = 2_000

/** A page ends before the second event of a conversation when each must be acknowledged before the next. */
async function readPage(
  { store, files }: FeedOptions,
  after: number,
  { actor, limit, mine }: Asked,
): Promise<{ items: Event[]; position: number }> {
  const items: Event[] = []
  const under = new Set<string>()
  let position = after
  for (let scanned = 0; scanned < SCAN_MAX; scanned += BATCH) {
    const found = await store.feed({ after: position, limit: BATCH, ...onlySite(actor) })
    for (const one of found) {
      const wanted = mayEnter(actor, one.site) && (!mine || isToldTo(one, actor.id))
      if (wanted && (items.length === limit || (mine && under.has(one.conversation)))) return { items, position }
      position = one.position
      if (!wanted) continue
      under.add(one.conversation)
      items.push({ ...one, entry: withUrls(one.entry, files) })
    }
    if (found.length < BATCH) break
  }
  return { items, position }
}

function onlySite({ sites }: Actor): { site?: string } {
  const [only] = sites
  return sites !== 'all' && sites.length === 1 && only !== undefined ? { site: only } : {}
}

/** Waits for commits from now on; nothing that is committed between two looks is missed. */
function createNews(relay: FeedOptions['relay'], gone: AbortSignal) {
  let fresh = false
  let wake: (() => void) | undefined
  const tell = () => {
    fresh = true
    wake?.()
  }
  const stopListening = relay.onEvents(tell)
  gone.addEventListener('abort', tell)
  return {
    over: () => gone.aborted || relay.draining,
    async wait(ms: number): Promise<void> {
      if (!fresh)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      fresh = false
    },
    stop() {
      stopListening()
      gone.removeEventListener('abort', tell)
    },
  }
}
