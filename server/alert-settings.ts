import { z } from 'zod'
import { channelId } from './channel-id.ts'

/** Settings of a group robot in WeCom, which tells a group of agents of conversations that wait. */
export const alertSettings = z.strictObject({
  kind: z.literal('wecom-robot'),
  /** What stands behind `key=` in the robot's webhook. */
  key: z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, {
    error: 'must be the key of the robot’s webhook, what stands behind "key=" in its address',
  }),
  /** Key of the site whose conversations are told; those of all when absent. */
  site: channelId.optional(),
  /** How long a conversation waits for a person to take it before it is told. */
  waitingMs: z.int().min(0).max(86_400_000).default(0),
  /** How long a customer may be without an answer of a person before that is told; never when absent. */
  answerMs: z.int().min(1_000).max(86_400_000).optional(),
  api: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
})

export type AlertSettings = z.output<typeof alertSettings>
