import { z } from 'zod'

const MINUTE = 60_000
const DAY = 86_400_000
const words = z.string().min(1).max(500).optional()

/** Who has the floor when, and what customers are told of it. */
export const floorSettings = z.strictObject({
  /** Whoever asks for a person gets one, whatever backend has the floor. By default where people are in the routing chain. */
  onRequest: z.boolean().optional(),
  /** Tells customers who come to wait for a person that they do. */
  tellWaiting: z.boolean().default(true),
  /** A customer who waits in the queue for longer is told that nobody is forgotten; without it nobody is. */
  unansweredMs: z.int().min(MINUTE).max(DAY).optional(),
  /** A customer who says nothing for so long after the last word of a person is a bot's again; without it none is. */
  backToBotAfterMs: z
    .int()
    .min(MINUTE)
    .max(30 * DAY)
    .optional(),
  /** Which backend gets the floor back; the first of the routing chain when absent. */
  backTo: z.string().min(1).max(64).optional(),
  /** The site's own words, by language, in place of the relay's. */
  says: z
    .record(
      z.string().min(2).max(35),
      z.strictObject({
        /** Somebody is at the desk. */
        queued: words,
        /** Nobody is; what the customer can do is said after it. */
        nobody: words,
        /** After `nobody` where no address is asked for. */
        leave: words,
        /** After `unansweredMs`. */
        again: words,
      }),
    )
    .default({}),
})

export type FloorSettings = z.output<typeof floorSettings>
