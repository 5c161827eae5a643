import type { Host } from '@hutong/core/adapter'
import { z } from 'zod'
import type { Client } from './client.ts'

export interface PeopleOptions {
  host: Pick<Host, 'state' | 'clock' | 'join' | 'logger'>
  client: Pick<Client, 'union'>
  site: string
}

/** Who customers are on the other accounts of the same owner. */
export interface People {
  /** Finds out, at most once a day, and tells the relay. Never rejects. */
  meet(openid: string): Promise<void>
}

const DAY_MS = 24 * 3_600_000
const AGAIN_MS = 600_000
const MOST = 10_000
const asked = z.object({ at: z.number() })

export function createPeople({ host, client, site }: PeopleOptions): People {
  const { state, clock, logger } = host
  const recent = new Map<string, number>()

  function lately(at: number | undefined): boolean {
    return at !== undefined && at > clock.now() - DAY_MS
  }

  function remember(openid: string, at: number): void {
    recent.delete(openid)
    recent.set(openid, at)
    const [oldest] = recent.keys()
    if (recent.size > MOST && oldest !== undefined) recent.delete(oldest)
  }

  async function ask(openid: string): Promise<void> {
    const key = `person:${openid}`
    const before = asked.safeParse(await state.get(key)).data?.at
    if (lately(before)) return remember(openid, before ?? 0)
    remember(openid, clock.now())
    const union = await client.union(openid)
    if (union !== undefined) await host.join({ address: openid, verified: 'platform', site }, { union })
    await state.set(key, { at: clock.now() })
  }

  return {
    async meet(openid) {
      if (lately(recent.get(openid))) return
      await ask(openid).catch((error: unknown) => {
        remember(openid, clock.now() - DAY_MS + AGAIN_MS)
        logger.debug({ error }, 'who a customer is elsewhere could not be found out')
      })
    },
  }
}
