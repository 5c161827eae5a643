import type { Host } from '@hutong/core/adapter'
import { parse } from '@hutong/core/parse'
import { z } from 'zod'

const asideShape = z.array(
  z.object({
    uidValidity: z.string(),
    uid: z.int(),
    at: z.number(),
    from: z.string(),
    subject: z.string(),
    reason: z.string(),
  }),
)

/** A mail that could not be taken, where it is, and why. */
export type Aside = Omit<z.infer<typeof asideShape>[number], 'at'>

const ASIDE_MAX = 100

/** Keeps the newest hundred in the channel's state under `aside`, and tells the operator. */
export async function setAside({ state, clock, logger }: Host, mail: Aside): Promise<void> {
  const kept = parse(asideShape, (await state.get('aside')) ?? [])
  const cut = { from: mail.from.slice(0, 200), subject: mail.subject.slice(0, 200), reason: mail.reason.slice(0, 500) }
  await state.set('aside', [...kept, { ...mail, ...cut, at: clock.now() }].slice(-ASIDE_MAX))
  logger.error({ uid: mail.uid, reason: mail.reason }, 'a mail cannot be taken and is set aside')
}
