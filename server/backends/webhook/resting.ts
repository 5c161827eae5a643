import type { BackendHost } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

/** Where it stands in a backend's state until when it is to be left alone. */
export const RESTING = 'resting'

/** What waits comes back spread over this part of the time that was asked for, and no later than `RETRY_AFTER_MAX`. */
const SPREAD = 0.1
/** Longest time that a webhook is left alone because it asks for it, in milliseconds. */
export const RETRY_AFTER_MAX = 24 * 3_600_000

/** How soon what waits looks again while the backend is being enabled, in milliseconds. */
const WAKING_LOOK_MS = 250

/** `waking`: it is about to be over, and `until` is for the relay that dies meanwhile. */
const resting = z.object({ since: z.int(), until: z.int(), waking: z.boolean().optional() })
export type Resting = z.infer<typeof resting>

type Host = Pick<BackendHost, 'state' | 'clock' | 'logger'>

/** Keeps that the webhook asked to be left alone for so many milliseconds; a shorter time changes nothing. */
export async function letRest({ state, clock, logger }: Host, ms: number): Promise<void> {
  const since = clock.now()
  const until = since + ms
  const known = await read(state)
  if (known !== undefined && known.until >= until) return
  await state.set(RESTING, { since, until } satisfies Resting)
  logger.warn(
    { until: new Date(until).toISOString() },
    'a webhook asks to be left alone; nothing is brought to it until then',
  )
}

/** Rejects with `unavailable` while nothing may be brought; `retryAfter` says when to come again, which is no try. */
export async function verifyRested({ state, clock }: Pick<Host, 'state' | 'clock'>): Promise<void> {
  const known = await read(state)
  const now = clock.now()
  if (known === undefined || known.until <= now) return
  const { since, until, waking = false } = known
  if (waking) throw leftAlone(WAKING_LOOK_MS)
  const spread = Math.min((until - since) * SPREAD, Math.max(0, since + RETRY_AFTER_MAX - until))
  throw leftAlone(until - now + Math.round(Math.random() * spread))
}

function leftAlone(retryAfter: number): HutongError {
  return new HutongError('unavailable', 'the webhook is left alone for a time', { retryAfter })
}

async function read(state: Pick<BackendHost['state'], 'get'>): Promise<Resting | undefined> {
  return resting.optional().parse(await state.get(RESTING))
}
