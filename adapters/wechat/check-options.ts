import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import type { WeChatOptions } from './index.ts'

const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy })
const whole = (most: number, remedy: string) =>
  z.int({ error: remedy }).min(0, { error: remedy }).max(most, { error: remedy })

const options = z.object({
  channel: text('must be the id of the channel, or be left out').optional(),
  site: text('must be the id of the site that the account belongs to'),
  appId: z.string({ error: 'must be the AppID, as wx0123456789abcdef' }).regex(/^wx[\da-f]{16}$/, {
    error: 'must be the AppID, as wx0123456789abcdef',
  }),
  secret: text('must be the AppSecret'),
  token: z
    .string({ error: 'must be the token of the callback: 3 to 32 letters and digits' })
    .regex(/^[A-Za-z\d]{3,32}$/, {
      error: 'must be the token of the callback: 3 to 32 letters and digits',
    }),
  encodingAesKeys: z
    .array(z.string().regex(/^[A-Za-z\d]{43}$/, { error: 'must be an EncodingAESKey: 43 letters and digits' }))
    .optional(),
  passiveReplyMs: whole(4_500, 'must be whole milliseconds, at most 4500: the platform waits for 5 seconds').optional(),
  welcome: text('must be words for those who follow the account, or be left out').optional(),
})

/** Throws `misconfigured` that names every wrong option and its remedy, one a line; `field` is the first of them. */
export function checkOptions(given: WeChatOptions): void {
  const { error } = options.safeParse(given)
  if (!error) return
  const mistakes = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const said = mistakes.map(({ field, message }) => `${field}: ${message}`).join('\n')
  throw new HutongError('misconfigured', said, { field: mistakes[0]?.field ?? '' })
}
