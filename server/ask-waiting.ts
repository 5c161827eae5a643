import type { Logger } from '@hutong/core/adapter'
import type { LogStore } from './stores/store.ts'

export interface AskWaitingOptions {
  store: Pick<LogStore, 'conversations'>
  staffed(site: string): boolean
  /** Has the contact of a conversation asked, if that is called for. */
  queued(conversation: string): void
  now(): number
  logger: Logger
}

export interface AskWaiting {
  /** Agents came or went. */
  changed(): void
  idle(): Promise<void>
}

/** Whoever has waited for longer has long closed the page. */
const WAITED_MAX = 86_400_000
const PAGE = 100

/** Once nobody is there for a site any more, those who wait there unanswered are asked as if they had written just then. */
export function createAskWaiting({ store, staffed, queued, now, logger }: AskWaitingOptions): AskWaiting {
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    const since = now() - WAITED_MAX
    for (let before: { updatedAt: number; id: string } | undefined; ; ) {
      const page = await store.conversations({ status: 'open', limit: PAGE, ...(before && { before }) })
      for (const { conversation } of page)
        if (conversation.waitingSince !== null && !staffed(conversation.site)) queued(conversation.id)
      const last = page.at(-1)?.conversation
      if (!last || page.length < PAGE || last.updatedAt < since) return
      before = last
    }
  }

  return {
    changed() {
      asking = (asking ?? Promise.resolve())
        .then(ask)
        .catch((err: unknown) => logger.error({ err }, 'those who wait could not be asked for an address'))
    },
    async idle() {
      await asking
    },
  }
}
