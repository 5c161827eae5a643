import { body } from '@hutong/core/entry'
import { z } from 'zod'
import { secretMistake } from './signer.ts'

const kinds = z.enum(body.options.map(({ shape }) => shape.kind.value))

export const webhookOptions = z
  .strictObject({
    /** The name that contacts see. */
    title: z.string().min(1).max(80).optional(),
    /** Whoever writes the configuration chooses it, so private addresses are allowed. */
    url: z.string().superRefine((value, context) => {
      const message = urlMistake(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    }),
    /** What every request is signed with, one signature each: the new one beside the old one while secrets change. */
    secrets: z
      .array(
        z.string().superRefine((value, context) => {
          const message = secretMistake(value)
          if (message !== undefined) context.addIssue({ code: 'custom', message })
        }),
        { error: 'must be a list of secrets, such as ["whsec_…"]' },
      )
      .min(1)
      .max(5),
    hears: z.enum(['floor', 'everything']).default('floor'),
    /** With `everything`: the kinds of entries and the ids of sites that it wants. What it has to answer it is told in any case. */
    kinds: z.array(kinds).min(1).optional(),
    sites: z.array(z.string().min(1).max(64)).min(1).optional(),
    /** Milliseconds until the floor goes on when no answer came. */
    answerWithin: z.int().min(1_000).max(600_000).default(15_000),
    /** Milliseconds that one request may take. */
    timeoutMs: z.int().min(100).max(30_000).default(15_000),
  })
  .superRefine(({ hears, ...rest }, context) => {
    for (const field of ['kinds', 'sites'] as const)
      if (hears === 'floor' && rest[field] !== undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'is for "hears": "everything" alone' })
  })
export type WebhookOptions = z.input<typeof webhookOptions>
export type WebhookSettings = z.output<typeof webhookOptions>

function urlMistake(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an http(s) URL'
  if (url.username !== '' || url.password !== '')
    return 'must hold no user name and no password: the signature tells who calls'
  return undefined
}
