import { z } from 'zod'

const names = z.array(z.string().min(1).max(200)).max(50).default([])

/** Where a Rasa server is and how far the relay may go with it. */
export const rasaOptions = z
  .strictObject({
    /** The name that contacts see. */
    title: z.string().min(1).max(80).optional(),
    /** Where Rasa listens; it belongs into a private network. */
    url: z
      .string()
      .max(1_000)
      .regex(/^https?:\/\/[^\s?#@]+$/, 'must be like "http://rasa:5005", without credentials, "?" and "#"')
      .transform((url) => url.replace(/\/+$/, '')),
    /** `rest`: the answers come with the response. `callback`: each one comes as it is said, and also later. */
    channel: z.enum(['rest', 'callback']).default('rest'),
    /** Rasa's `--auth-token`, for the tracker. The channels of Rasa ask for no credentials. */
    token: z.string().min(1).max(500).optional(),
    /** An `Authorization` header for all requests: for a proxy before Rasa, or a token for `--jwt-secret`. */
    authorization: z
      .string()
      .regex(/^[\x21-\x7e][\x20-\x7e]{0,3999}$/, 'must be one line of plain letters')
      .optional(),
    /** What Rasa must bring with each callback. */
    callbackToken: z
      .string()
      .regex(/^[\w-]{32,200}$/, 'must be 32 to 200 letters, digits, "_" or "-"; make one with: openssl rand -hex 24')
      .optional(),
    /** Wakes a paused tracker when the floor comes back; `pause` also pauses it at a hand-off, `tell` adds what was said meanwhile. */
    resume: z.strictObject({ pause: z.boolean().default(false), tell: z.boolean().default(false) }).optional(),
    /** What makes the floor go on: an intent, an action that ran, a button's payload. */
    handoff: z.strictObject({ intents: names, actions: names, payloads: names }).prefault({}),
    /** What an empty answer means. Rasa's REST channel answers so as well when an action failed or the tracker is paused. */
    silence: z.enum(['handoff', 'accept']).default('handoff'),
    /** Milliseconds. */
    answerWithin: z.int().min(1_000).max(300_000).default(15_000),
  })
  .superRefine(({ channel, callbackToken }, context) => {
    if (channel === 'callback' && callbackToken === undefined)
      context.addIssue({
        code: 'custom',
        path: ['callbackToken'],
        message: 'is missing; anybody could speak as Rasa without it. Make one with: openssl rand -hex 24',
      })
  })
export type RasaOptions = z.input<typeof rasaOptions>
export type RasaSettings = z.output<typeof rasaOptions>
