import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { channelId } from './channel-id.ts'

/** Settings of a mailbox: what an operator writes to connect one. */

export const MAIL_PRESETS = ['qq', '163', 'exmail', 'outlook', 'gmail'] as const

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/

const MIB = 1024 * 1024

const attachmentType = z.string().regex(/^([\w.+-]+\/([\w.+-]+|\*)|\*\/\*)$/, {
  error: 'must be a media type such as "image/png", a family of them such as "image/*", or "*/*" for all',
})

const mailServer = z
  .strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
    /** `tls` from the first byte, or `starttls`. `none` is for a server on this machine alone. */
    security: z.enum(['tls', 'starttls', 'none']).default('tls'),
  })
  .refine(({ host, security }) => security !== 'none' || LOOPBACK.test(host), {
    path: ['security'],
    error: 'none is for a server on this machine alone; use tls or starttls',
  })

/** The refresh grant of OAuth2: the provider's token endpoint and what it wants to hear. */
const oauth = z.strictObject({
  tokenUrl: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  refreshToken: z.string().min(1),
  scope: z.string().min(1).optional(),
})

const dkim = z.strictObject({
  domain: z.string().min(1),
  selector: z.string().min(1),
  /** The private key as PEM. */
  privateKey: z.string().refine(isSigningKey, { error: 'must be an RSA private key as PEM, without a passphrase' }),
})

function isSigningKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

/** Checked although other settings are wrong, so that an operator sees all mistakes at once. */
function isGiven({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

function needed(server: 'imap' | 'smtp') {
  return { path: [server], error: `is needed, or a preset: ${MAIL_PRESETS.join(', ')}`, when: isGiven }
}

export const emailSettings = z
  .strictObject({
    kind: z.literal('email'),
    /** Stored with every address; never give it to another mailbox. */
    id: channelId,
    /** Key of the site that the mailbox belongs to. */
    site: channelId,
    /** The mailbox's address: the sender of what goes out. */
    from: z.email(),
    /** The name beside it; the site's name when absent. */
    name: z.string().min(1).max(80).optional(),
    /** Other addresses whose mail arrives in this mailbox. */
    aliases: z.array(z.email()).default([]),
    /** The servers of a provider; `imap` and `smtp` replace them. */
    preset: z.enum(MAIL_PRESETS).optional(),
    imap: mailServer.optional(),
    smtp: mailServer.optional(),
    /** The login name at both servers; the address when absent. */
    user: z.string().min(1).optional(),
    /** The password or the provider's authorisation code; `oauth` in its place. */
    password: z.string().min(1).optional(),
    oauth: oauth.optional(),
    folder: z.string().min(1).default('INBOX'),
    /** Days before the first start whose mail is taken too. */
    backlogDays: z.int().min(0).max(3_650).default(0),
    /** Whether mail to `name+anything@` arrives here too; as the provider of `preset` does when absent. */
    plusAddress: z.boolean().optional(),
    /** Servers whose Authentication-Results are believed; those of `preset` when absent. */
    authservIds: z.array(z.string().min(1)).optional(),
    /** Answers within this time travel in one mail. */
    gatherMs: z.int().min(0).max(3_600_000).default(20_000),
    /** What is kept of a mail's attachments; the limits of the site's uploads are the widget's alone. */
    attachments: z
      .strictObject({
        maxBytes: z
          .int()
          .min(0)
          .max(100 * MIB)
          .default(50 * MIB),
        types: z.array(attachmentType).default(['*/*']),
      })
      .prefault({}),
    /** Whether visitors of the site are asked for an address while nobody is at the desk; answers then follow them by mail. */
    askVisitors: z.boolean().default(true),
    /**
     * An agent who is away this long gets what her customer wrote by mail, and her answer to it is her reply. Agents get no mail
     * without it.
     */
    notifyAgentsAfterMs: z.int().min(0).max(86_400_000).optional(),
    dkim: dkim.optional(),
  })
  .refine(({ preset, imap }) => preset !== undefined || imap !== undefined, needed('imap'))
  .refine(({ preset, smtp }) => preset !== undefined || smtp !== undefined, needed('smtp'))
  .refine(({ password, oauth }) => password !== undefined || oauth !== undefined, {
    path: ['password'],
    error: 'is needed, or oauth',
    when: isGiven,
  })
  .refine(({ password, oauth }) => password === undefined || oauth === undefined, {
    path: ['password'],
    error: 'give either password or oauth',
    when: isGiven,
  })
  .refine(({ preset, password, imap, smtp }) => preset !== 'outlook' || password === undefined || (imap && smtp), {
    path: ['password'],
    error: 'Microsoft takes no passwords any more; give oauth in its place, docs/email.md says how',
    when: isGiven,
  })

export type EmailSettings = z.output<typeof emailSettings>

/** The mailbox with everything secret replaced. */
export function redactedEmail(channel: EmailSettings, hidden: string): EmailSettings {
  const { password, oauth, dkim } = channel
  return {
    ...channel,
    ...(password !== undefined && { password: hidden }),
    ...(oauth && {
      oauth: { ...oauth, refreshToken: hidden, ...(oauth.clientSecret !== undefined && { clientSecret: hidden }) },
    }),
    ...(dkim && { dkim: { ...dkim, privateKey: hidden } }),
  }
}
