import { z } from 'zod'
import { attributes, floor, participant } from './entry.ts'

/**
 * How an identity was proven to belong to the contact. `token`: it holds the secret that made it, nothing more. `platform`: the
 * platform that brought its messages knows who it is.
 */
export const verification = z.enum(['token', 'signed', 'platform', 'union', 'dmarc', 'scene', 'code'])

export const identity = z.object({
  channel: z.string().max(64),
  address: z.string().max(320),
  verified: verification.optional(),
  at: z.int(),
  /** When the contact last came back to it from another one. */
  usedAt: z.int().optional(),
})

/** What a contact's page told us last; passing facts, overwritten and never in the log. */
export const visit = z.object({
  url: z.string().max(2_048).optional(),
  title: z.string().max(255).optional(),
  referrer: z.string().max(2_048).optional(),
  device: z.string().max(255).optional(),
  timezone: z.string().max(64).optional(),
  /** What the page says of the visitor and the matter; the page says it, nobody has verified it. */
  attributes: attributes.refine((all) => Object.keys(all).length <= 50, 'at most 50 attributes').optional(),
})

/** What may be said about a person, by the person or by the site. */
export const profile = z.object({
  name: z.string().max(128).optional(),
  email: z.string().max(320).optional(),
  phone: z.string().max(32).optional(),
  avatar: z.string().max(2_048).optional(),
  locale: z.string().max(35).optional(),
})

export const contact = profile.extend({
  id: z.string(),
  site: z.string(),
  attributes,
  visit: visit.optional(),
  identities: z.array(identity),
  createdAt: z.int(),
  seenAt: z.int(),
})

/** Up to which `seq` a participant has received and read the log; both only grow. */
export const cursor = z.object({ participant, delivered: z.int().nonnegative(), read: z.int().nonnegative() })

export const conversation = z.object({
  id: z.string(),
  site: z.string(),
  contact: z.string(),
  status: z.enum(['open', 'closed']),
  last: z.int().nonnegative(),
  floor,
  /** The channel the contact wrote on last. */
  channel: z.string(),
  attributes,
  createdAt: z.int(),
  updatedAt: z.int(),
  /** Since when the contact waits for a person; null when nobody waits. */
  waitingSince: z.int().nullable(),
})

export type Verification = z.infer<typeof verification>
export type Identity = z.infer<typeof identity>
export type Visit = z.infer<typeof visit>
export type Profile = z.infer<typeof profile>
export type Contact = z.infer<typeof contact>
export type Cursor = z.infer<typeof cursor>
export type Conversation = z.infer<typeof conversation>
