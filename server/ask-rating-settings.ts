import { ratingScale } from '@hutong/core/parts'
import { z } from 'zod'

const DAY = 86_400_000

/** How a site asks its customers for a rating once their conversation is closed; a site without these settings asks nobody. */
export const ratingSettings = z.strictObject({
  /** One scale, or several that are asked one after another. */
  ask: z.union([ratingScale, z.array(ratingScale).min(1).max(4)], {
    error: 'must be "csat", "nps", "ces" or "solved", or a list of them',
  }),
  /** Asks when an agent has answered. */
  afterAgent: z.boolean().default(true),
  /** Asks when only bots have answered. */
  afterBot: z.boolean().default(true),
  /** Nobody is asked again within this time. */
  withinMs: z
    .int()
    .min(0)
    .max(365 * DAY)
    .default(DAY),
  /** Asks what went wrong when a score is low. */
  comment: z.boolean().default(true),
  /** The site's own questions, by scale and language. */
  questions: z.partialRecord(ratingScale, z.record(z.string().min(2).max(35), z.string().min(1).max(500))).default({}),
})

export type RatingSettings = z.output<typeof ratingSettings>
