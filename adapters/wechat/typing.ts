import type { Clock, Logger } from '@hutong/core/adapter'
import type { Client } from './client.ts'

export interface TypingOptions {
  client: Pick<Client, 'typing'>
  clock: Clock
  logger: Logger
  /** When a customer was last heard of, in ms. */
  lastHeard(openid: string): number | undefined
}

/** https://developers.weixin.qq.com/doc/service/api/customer/message/api_typing.html */
const NEEDS_MS = 30_000
const LASTS_MS = 15_000

/** Shows that somebody types: soon after the customer was heard of, and once in the time that it stays shown. Never throws. */
export function createTyping({ client, clock, logger, lastHeard }: TypingOptions) {
  const shown = new Map<string, number>()

  function forget(now: number): void {
    for (const [openid, until] of shown) if (until <= now) shown.delete(openid)
  }

  return async (openid: string, on: boolean): Promise<void> => {
    const now = clock.now()
    forget(now)
    if (on === shown.has(openid)) return
    if (on && (lastHeard(openid) ?? Number.NEGATIVE_INFINITY) < now - NEEDS_MS) return
    if (on) shown.set(openid, now + LASTS_MS)
    else shown.delete(openid)
    await client.typing(openid, on).catch((error: unknown) => {
      logger.debug({ error }, 'WeChat does not show that somebody types')
    })
  }
}
