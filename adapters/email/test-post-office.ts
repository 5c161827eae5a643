import { createMemoryHost, type MemoryHost } from '@hutong/core/memory'
import type { Bench, Person, Written } from '@hutong/core/testkit'
import { decodeText } from './charset.ts'
import { connectInbox } from './client.ts'
import { fetchMails } from './fetch-mail.ts'
import { createEmailAdapter, type EmailOptions } from './index.ts'
import { createReplyTokens } from './reply-token.ts'
import { type Dovecot, PASSWORD, startDovecot } from './test-dovecot.ts'
import { type SmtpStand, startSmtp } from './test-smtp.ts'

/** Dovecot and an SMTP server, for as many mailboxes as a test file needs. */
export interface PostOffice {
  readonly dovecot: Dovecot
  readonly smtp: SmtpStand
  /** An address nobody has used yet. */
  fresh(name: string): string
  /** Options of a channel on this mailbox. */
  options(address: string): EmailOptions
  /** The mails in somebody's inbox, oldest first. */
  inbox(address: string): Promise<Read[]>
  close(): Promise<void>
}

export interface Read {
  text: string
  headers: ReadonlyMap<string, string>
  raw: string
}

export const SECRET = 'a secret of the tests that is long enough'
const PACE = { idle: 25, poll: 10, retry: 300, retryMax: 2_000, lease: 6_000, answer: 500, open: 5_000 }

export async function openPostOffice(): Promise<PostOffice> {
  const dovecot = await startDovecot()
  const smtp = await startSmtp({ dovecot, password: PASSWORD })
  let used = 0
  const imap = { host: '127.0.0.1', port: dovecot.imapPort, security: 'none' as const }
  return {
    dovecot,
    smtp,
    fresh: (name) => `${name}${++used}@stand.test`,
    options: (address) => ({
      site: 'site',
      address,
      name: 'Shop',
      imap,
      smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
      login: { user: address, password: PASSWORD },
      secret: SECRET,
      plusAddress: true,
      pace: PACE,
      patience: 2_000,
      gatherMs: 0,
    }),
    async inbox(address) {
      const opened = await connectInbox({ server: imap, login: { user: address, password: PASSWORD }, folder: 'INBOX' })
      try {
        const mails = await fetchMails(opened, await opened.list(await opened.after(0)))
        return mails.map(({ mail, raw }) => ({
          raw,
          headers: new Map(mail.headers.map(({ name, value }) => [name, value])),
          text: mail.bodies
            .filter(({ type }) => type === 'text/plain')
            .map(({ bytes, charset }) => decodeText(bytes, charset).replace(/\r\n/g, '\n').trimEnd())
            .join('\n'),
        }))
      } finally {
        await opened.close()
      }
    },
    async close() {
      await smtp.close()
      await dovecot.close()
    },
  }
}

export interface Letter {
  from: string
  to: string
  id: string
  text?: string
  subject?: string
  headers?: Readonly<Record<string, string>>
  file?: { name: string; type: string; bytes: Uint8Array }
}

/** The source of a mail as a plain client writes it. */
export function letter({ from, to, id, text = '', subject = '', headers = {}, file }: Letter): string {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const body = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(Buffer.from(text))}`
  const top = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${id}@people.test>`,
    'Date: Sat, 21 Nov 2026 02:00:00 +0000',
    'MIME-Version: 1.0',
    ...more,
  ].join('\r\n')
  if (!file) return `${top}\r\n${body}\r\n`
  const attached = `Content-Type: ${file.type}; name="${file.name}"\r\nContent-Disposition: attachment; filename="${file.name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(file.bytes)}`
  return `${top}\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n${body}\r\n--cut\r\n${attached}\r\n--cut--\r\n`
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n')
}

/** The e-mail adapter on mailboxes of its own, ready for the kit. */
export function mailBench(office: PostOffice): Bench & { mailbox: string } {
  const host = createMemoryHost({ channel: 'mail' })
  const mailbox = office.fresh('support')
  let delivered = 0

  /** True once the place in the mailbox has passed the mail, false once the adapter says that it has to wait. */
  async function put(source: string): Promise<boolean> {
    const waiting = waits(host)
    delivered += 1
    const uid = delivered
    await office.dovecot.deliver(mailbox, source)
    for (let tries = 0; tries < 150; tries += 1) {
      if ((await lastUid(host)) >= uid) return true
      if (waits(host) > waiting) return false
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return false
  }

  function person(name: string): Person {
    const address = office.fresh(name)
    const source = (message: Written): string => {
      const common = { from: address, to: mailbox, id: `${message.id}.${address.split('@')[0]}` }
      if ('text' in message) return letter({ ...common, text: message.text })
      if ('file' in message) return letter({ ...common, text: '', file: message.file })
      const headers = { 'Content-Type': 'application/pkcs7-mime; smime-type=enveloped-data' }
      return letter({ ...common, headers }).replace(/\r\nContent-Type: text\/plain.*\r\n/, '\r\n')
    }
    return {
      address,
      write: (message) => put(source(message)),
      pick: (option) => put(source({ id: `pick-${option}`, text: option })),
      type() {},
      sees: async () => (await office.inbox(address)).map(({ text }) => text),
      seesTyping: () => false,
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    mailbox,
    adapter: () => createEmailAdapter(office.options(mailbox)),
    person: async (name) => person(name),
    fault: (fault) => {
      if (fault !== 'window_closed') office.smtp.fault(fault)
    },
    async report(native, { reason = '' }) {
      await put(bounce({ to: mailbox, native, reason }))
    },
    async forge() {
      for (const source of forged(mailbox)) await put(source)
    },
    async garble() {
      for (const source of GARBLED) await put(source)
    },
    async close() {},
    patience: 5_000,
  }
}

/** What a stranger sends who has seen everything but the secret: a token of another secret, our addresses, a report. */
function forged(mailbox: string): string[] {
  const stranger = createReplyTokens('another secret that is long enough too')
  const native = stranger.messageId({ kind: 'thread', conversation: 'v_1' }, 'd1:0', 'stand.test')
  const code = stranger.messageId({ kind: 'code', conversation: 'v_1' }, 'd1:0', 'stand.test')
  const agent = stranger.messageId({ kind: 'agent', agent: 'a_anna', conversation: 'v_1' }, 'd1:0', 'stand.test')
  const from = 'mallory@evil.test'
  const answer = (id: string, to: string) =>
    letter({ from, to: mailbox, id, text: '123456', headers: { 'In-Reply-To': `<${to}>`, ...FORGED } })
  return [
    answer('thread', native),
    answer('code', code),
    answer('agent', agent),
    letter({ from: mailbox, to: mailbox, id: 'own', text: 'x', headers: { 'Reply-To': from, ...FORGED } }),
    bounce({ to: mailbox, native, reason: 'gone' }),
  ]
}

const FORGED = { 'Authentication-Results': 'mx.evil.test; dmarc=pass header.from=evil.test' }

const GARBLED = [
  '\r\n',
  'no headers at all',
  'From: \r\nSubject: =?x-unknown?q?=ff?=\r\n\r\n\xff\xfe\x00',
  'From: broken\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n',
  'From: x@y.test\r\nContent-Type: text/plain; charset="\r\nContent-Transfer-Encoding: base64\r\n\r\n====\r\n',
]

/** A report as Postfix writes it. */
export function bounce({ to, native, reason }: { to: string; native: string; reason: string }): string {
  return [
    'From: MAILER-DAEMON@mx.stand.test (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    `Message-ID: <report-${Math.random().toString(36).slice(2)}@mx.stand.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=cut',
    '',
    '--cut',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is the mail system at host mx.stand.test. I am sorry to have to inform you that your message could not be delivered.',
    '',
    '--cut',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.stand.test',
    '',
    'Final-Recipient: rfc822; lin@people.test',
    'Action: failed',
    'Status: 5.1.1',
    `Diagnostic-Code: smtp; 550 5.1.1 ${reason}`,
    '',
    '--cut',
    'Content-Type: message/rfc822',
    '',
    `Message-ID: <${native}>`,
    'Subject: hi',
    '',
    'hi',
    '--cut--',
    '',
  ].join('\r\n')
}

function waits({ logged }: MemoryHost): number {
  return logged.filter(({ message }) => message === 'a mail has to wait').length
}

async function lastUid({ state }: MemoryHost): Promise<number> {
  const cursor = await state.get('cursor')
  return (cursor as { lastUid?: number } | undefined)?.lastUid ?? 0
}
