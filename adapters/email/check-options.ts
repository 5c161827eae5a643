import { createPrivateKey } from 'node:crypto'
import { HutongError } from '@hutong/core/errors'
import { z } from 'zod'
import { isLoopback } from './account.ts'
import type { EmailOptions } from './index.ts'
import { isAddress } from './people.ts'

const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy })
const address = z
  .string({ error: 'must be an e-mail address' })
  .refine(isAddress, { error: 'must be an e-mail address' })
const count = (remedy: string) => z.int({ error: remedy }).nonnegative({ error: remedy }).optional()
const call = (remedy: string) => z.custom((value) => typeof value === 'function', { error: remedy })

const security = z.enum(['tls', 'starttls', 'none'], { error: 'must be tls, starttls or none' })
const server = z
  .object({
    host: text('must be the name of the mail server, as imap.shop.example'),
    port: z
      .int({ error: 'must be a port from 1 to 65535' })
      .min(1)
      .max(65_535, { error: 'must be a port from 1 to 65535' }),
    security,
  })
  .refine(({ host, security }) => security !== 'none' || isLoopback(host), {
    path: ['security'],
    error: 'use tls or starttls; none is for a loopback host alone',
  })

const user = text('must be the name of the login, mostly the address')
const login = z.union([
  z.object({ user, password: text('must be the password or the authorisation code of the provider') }),
  z.object({ user, accessToken: call('must be a function that gives an access token') }),
])

const options = z.object({
  channel: text('must be the id of the channel, or be left out').optional(),
  site: text('must be the id of the site that the mailbox belongs to'),
  address,
  aliases: z.array(address).optional(),
  imap: server,
  smtp: server,
  login,
  secret: z
    .string({ error: 'must be at least 32 bytes long; make one with: openssl rand -base64 48' })
    .refine((secret) => Buffer.byteLength(secret) >= 32, {
      error: 'must be at least 32 bytes long; make one with: openssl rand -base64 48',
    }),
  folder: text('must be the name of a folder, or be left out for INBOX').optional(),
  backlogDays: count('must be a whole number of days, 0 or more'),
  gatherMs: count('must be whole milliseconds, 0 or more'),
  patience: count('must be whole milliseconds, 0 or more'),
  dkim: z
    .object({
      domainName: text('must be the domain that signs'),
      keySelector: text('must be the selector of the key in the DNS'),
      privateKey: z.string().refine(isSigningKey, { error: 'must be an RSA private key as PEM, without a passphrase' }),
    })
    .optional(),
})

/** Throws `misconfigured` that names every wrong option and its remedy, one a line; `field` is the first of them. */
export function checkOptions(given: EmailOptions): void {
  const { error } = options.safeParse(given)
  if (!error) return
  const mistakes = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const said = mistakes.map(({ field, message }) => `${field}: ${message}`).join('\n')
  throw new HutongError('misconfigured', said, { field: mistakes[0]?.field ?? '' })
}

function isSigningKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}
