import { z } from 'zod'
import { attributes, floor, participant } from './entry.ts'

const instant = z.int()

export const verification = z
  .enum(['token', 'signed', 'platform', 'union', 'dmarc', 'scene', 'code'])
  .describe(
    'How an address was proven to be the contact’s. `token`: it holds the secret that made it, nothing more; `signed`: the site’s own server says so; `platform`: the platform that brought its messages knows who it is; `union`: the platform calls it one person on several accounts; `dmarc`: the mail passed it; `scene`: a link made for this conversation came back; `code`: a code sent there came back. Absent: not proven',
  )

export const identity = z
  .object({
    channel: z.string().max(64).describe('Id of the channel'),
    address: z
      .string()
      .max(320)
      .meta({
        description: 'What the platform calls the contact: an e-mail address, an openid, the id of a browser',
        examples: ['lin@people.example'],
      }),
    verified: verification.optional(),
    at: instant.describe('When it became known: milliseconds since 1970, UTC'),
    usedAt: instant
      .optional()
      .describe('When the contact last came back to it from another one (ms since 1970); absent: never'),
  })
  .describe('An address of the contact on one channel')

export const visit = z
  .object({
    url: z.string().max(2_048).optional().describe('The page that is open'),
    title: z.string().max(255).optional().describe('That page’s title'),
    referrer: z.string().max(2_048).optional().describe('From where the contact came to it'),
    device: z.string().max(255).optional().describe('Browser and system, as the page names them'),
    timezone: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'IANA name', examples: ['Asia/Shanghai'] }),
    attributes: attributes
      .refine((all) => Object.keys(all).length <= 50, 'at most 50 attributes')
      .optional()
      .describe('What the page says of the visitor and the matter; nobody has verified it'),
  })
  .meta({
    description: 'What a contact’s page told last; overwritten, and never in the log',
    examples: [{ url: 'https://shop.example/tea', title: 'Tea', attributes: { cart: 3 } }],
  })

/** What may be said about a person, by the person or by the site. */
export const profile = z.object({
  name: z
    .string()
    .max(128)
    .optional()
    .meta({ description: 'Absent while unknown', examples: ['李雷'] }),
  email: z.string().max(320).optional().describe('For people to read; what is proven stands in `identities`'),
  phone: z
    .string()
    .max(32)
    .optional()
    .meta({ description: 'As it was given', examples: ['+86 138 0000 0000'] }),
  avatar: z.string().max(2_048).optional().describe('URL of a picture'),
  locale: z
    .string()
    .max(35)
    .optional()
    .meta({ description: 'Language tag', examples: ['zh-CN'] }),
})

export const contact = profile
  .extend({
    id: z.string().meta({ description: 'Of the contact', examples: ['c_2mKqH7vXb9yTzR4nP0sJfw'] }),
    site: z.string().describe('Id of its site'),
    attributes,
    visit: visit.optional(),
    identities: z.array(identity).describe('Its addresses on the channels'),
    createdAt: instant.describe('When it first wrote: milliseconds since 1970, UTC'),
    seenAt: instant.describe('When it was last heard of: milliseconds since 1970, UTC'),
  })
  .describe('A person who has written')

export const cursor = z
  .object({
    participant: participant.describe('Whose it is'),
    delivered: z.int().nonnegative().describe('Everything up to this `seq` was received; 0 for nothing'),
    read: z.int().nonnegative().describe('Everything up to this `seq` was read; 0 for nothing'),
  })
  .describe('How far a participant has received and read the log; both numbers only grow')

export const conversation = z
  .object({
    id: z.string().meta({ description: 'Of the conversation', examples: ['v_Yx3nV8rJtq0aBd5fGk1wLQ'] }),
    site: z.string().describe('Id of its site'),
    contact: z.string().describe('Id of its contact'),
    status: z.enum(['open', 'closed']).describe('A closed one is opened again by the contact’s next message'),
    last: z.int().nonnegative().describe('`seq` of the newest entry'),
    floor,
    channel: z.string().describe('Id of the channel the contact wrote on last'),
    attributes,
    createdAt: instant.describe('When it began: milliseconds since 1970, UTC'),
    updatedAt: instant.describe('When its log last grew: milliseconds since 1970, UTC'),
    waitingSince: instant
      .nullable()
      .describe('Since when the contact waits for a person (ms since 1970); null when nobody waits'),
  })
  .describe('One contact’s thread with one site, over any number of channels')

export type Verification = z.infer<typeof verification>
export type Identity = z.infer<typeof identity>
export type Visit = z.infer<typeof visit>
export type Profile = z.infer<typeof profile>
export type Contact = z.infer<typeof contact>
export type Cursor = z.infer<typeof cursor>
export type Conversation = z.infer<typeof conversation>
