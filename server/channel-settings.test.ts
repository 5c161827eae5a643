import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type ConfigInput, parseConfig, redacted } from './config.ts'

const MAIL = { kind: 'email' as const, id: 'mail', site: 'shop', from: 'help@shop.example', password: 'code-of-qq' }
const SERVERS = { imap: { host: 'imap.shop.example', port: 993 }, smtp: { host: 'smtp.shop.example', port: 465 } }

function configOf(...channels: object[]) {
  return parseConfig({
    secret: 'a secret that is long enough for everything',
    sites: [{ key: 'shop', name: 'Shop' }],
    channels: channels as NonNullable<ConfigInput['channels']>,
  })
}

function mistakesOf(...channels: object[]): string[] {
  try {
    configOf(...channels)
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

describe('the settings of a mailbox', () => {
  it('needs an address, a password and the name of its provider, nothing more', () => {
    expect(configOf({ ...MAIL, preset: 'qq' }).channels[0]).toMatchObject({ id: 'mail', preset: 'qq', folder: 'INBOX' })
  })

  it('takes any number of mailboxes for one site', () => {
    const second = { ...MAIL, ...SERVERS, id: 'sales', from: 'sales@shop.example' }
    expect(configOf({ ...MAIL, ...SERVERS }, second).channels.map(({ id }) => id)).toEqual(['mail', 'sales'])
  })

  it('says which servers are missing when no provider is named', () => {
    expect(mistakesOf({ ...MAIL, imap: SERVERS.imap })).toEqual([
      'channels.0.smtp: is needed, or a preset: qq, 163, exmail, outlook, gmail',
    ])
  })

  it('names all mistakes of a mailbox at once, those of its servers too', () => {
    const imap = { host: '', port: 70_000 }
    const mistakes = mistakesOf({ ...MAIL, from: 'help', imap, password: undefined, backlogDays: -1 })
    expect(mistakes.map((one) => one.split(': ')[0]).toSorted()).toEqual([
      'channels.0.backlogDays',
      'channels.0.from',
      'channels.0.imap.host',
      'channels.0.imap.port',
      'channels.0.password',
      'channels.0.smtp',
    ])
  })

  it('wants one way to sign in, not two and not none', () => {
    const oauth = { tokenUrl: 'https://login.example/token', clientId: 'us', refreshToken: 'r' }
    expect(mistakesOf({ ...MAIL, preset: 'gmail', oauth })).toEqual([
      'channels.0.password: give either password or oauth',
    ])
    expect(mistakesOf({ ...MAIL, preset: 'gmail', password: undefined })).toEqual([
      'channels.0.password: is needed, or oauth',
    ])
    expect(mistakesOf({ ...MAIL, preset: 'gmail', password: undefined, oauth })).toEqual([])
  })

  it('says that Microsoft takes no password, before anybody tries', () => {
    expect(mistakesOf({ ...MAIL, preset: 'outlook' })).toEqual([
      'channels.0.password: Microsoft takes no passwords any more; give oauth in its place, docs/email.md says how',
    ])
    expect(mistakesOf({ ...MAIL, ...SERVERS, preset: 'outlook' })).toEqual([])
  })

  it('says of a key that cannot sign mail that it cannot, before any mail is sent', () => {
    const odd = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const privateKey of ['-----BEGIN PRIVATE KEY-----\nno key\n-----END PRIVATE KEY-----', odd])
      expect(
        mistakesOf({ ...MAIL, preset: 'qq', dkim: { domain: 'shop.example', selector: 's1', privateKey } }),
      ).toEqual(['channels.0.dkim.privateKey: must be an RSA private key as PEM, without a passphrase'])
  })

  it('refuses to send a password in the open to another machine', () => {
    const smtp = { ...SERVERS.smtp, security: 'none' }
    expect(mistakesOf({ ...MAIL, ...SERVERS, smtp })).toEqual([
      'channels.0.smtp.security: none is for a server on this machine alone; use tls or starttls',
    ])
    expect(mistakesOf({ ...MAIL, ...SERVERS, smtp: { ...smtp, host: '127.0.0.1' } })).toEqual([])
  })

  it('names every mistake that channels make with one another', () => {
    const copy = { ...MAIL, preset: 'qq', from: 'Help@shop.example' }
    expect(
      mistakesOf({ ...MAIL, preset: 'qq' }, { ...copy, site: 'elsewhere' }, { ...MAIL, id: 'web', preset: 'qq' }),
    ).toEqual([
      'channels.1.id: "mail" is used by another channel',
      'channels.1.site: there is no site "elsewhere"',
      'channels.1.from: "Help@shop.example" is read by another channel',
      'channels.2.id: "web" is the widget’s own channel',
      'channels.2.from: "help@shop.example" is read by another channel',
    ])
  })

  it('shows no password, refresh token or key when it is printed', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    const dkim = { domain: 'shop.example', selector: 's1', privateKey }
    const oauth = {
      tokenUrl: 'https://login.example/token',
      clientId: 'us',
      clientSecret: 'SESAME',
      refreshToken: 'SESAME',
    }
    const channels = [
      { ...MAIL, preset: 'qq', password: 'SESAME', dkim },
      { ...MAIL, id: 'two', from: 'two@shop.example', preset: 'outlook', password: undefined, oauth },
    ]
    const shown = JSON.stringify(redacted(configOf(...channels)))
    expect(shown).not.toMatch(/SESAME|PRIVATE KEY/)
    expect(shown).toContain('help@shop.example')
  })
})
