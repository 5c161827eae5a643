import type { Backend } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'

export const pullOptions = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Milliseconds until the floor goes on when no answer came. */
  answerWithin: z.int().min(1_000).max(600_000).default(30_000),
})
export type PullOptions = z.input<typeof pullOptions>

/** A backend without an address of its own: it asks `GET /v1/feed?mine=true` with the token of its name, and acts over REST. */
export function createPullBackend(name: string, input: PullOptions): Backend {
  const { title, answerWithin } = pullOptions.parse(input)
  return {
    name,
    ...(title !== undefined && { title }),
    answerWithin,
    answers: 'later',
    fetches: true,
    handle: () => Promise.reject(new HutongError('internal', `${name} fetches its events; nothing is brought to it`)),
  }
}
