import { createHash } from 'node:crypto'
import type { StoredFile } from '@hutong/core/adapter'
import { PARTS_MAX, type PartInput, TEXT_MAX } from '@hutong/core/parts'
import { type Dmarc, dmarcOf } from './authentication-results.ts'
import { type Automatic, automaticOf } from './automatic.ts'
import { type Bounce, bounceOf } from './bounce.ts'
import { decodeText } from './charset.ts'
import { textOfHtml, unfold } from './html-text.ts'
import { type Attachment, type Body, header, type Mail } from './mail.ts'
import { words } from './mime.ts'
import { idsIn, type Person, peopleIn, receiversOf, senderOf } from './people.ts'
import { trimHtml } from './reply-html.ts'
import { type Trimmed, trimReply } from './reply-text.ts'

export { type Envelope, encode, type Letter as OutgoingLetter } from './letter.ts'

/** What a mail says. Nothing of it is trusted: `dmarc` tells whether `from` is proven. */
export interface Letter extends Trimmed {
  /** Its Message-ID without angle brackets, or one made of its content: the same whenever the same mail is read. */
  id: string
  from: Person | undefined
  replyTo: Person | undefined
  /** Every address it was sent or delivered to, in lower case. */
  to: string[]
  subject: string
  /** Milliseconds since 1970, as the sender says. */
  sentAt: number | undefined
  /** The whole HTML as it came: for `safeHtml()`, never for a reader. */
  html: string | undefined
  attachments: Attachment[]
  /** Message ids without angle brackets; the nearest first. */
  answers: string[]
  /** DMARC by an `Authentication-Results` of a server we trust. */
  dmarc: Dmarc
  /** Whether it says to be from one of our own addresses. */
  own: boolean
  /** Of what it carries: two mails under one id are told apart by it. */
  digest: string
  /** Why it must not be answered by a robot; undefined for mail written by a person. */
  automatic: Automatic | undefined
  bounce: Bounce | undefined
}

/** What of the channel's configuration a mail is read with. */
export interface Reading {
  /** Our own addresses, in lower case. */
  own: readonly string[]
  /** The authserv-ids whose verdicts count. */
  authservIds: readonly string[]
}

/** Longest date that is read, its comment included. */
const DATE_MAX = 200

/** Total: every mail becomes a letter, however broken. */
export function decode(mail: Mail, reading: Reading): Letter {
  const { headers, attachments } = mail
  const plain = textOf(mail.bodies, 'text/plain')
  const html = textOf(mail.bodies, 'text/html')
  const sent = Date.parse(
    header(headers, 'date')
      .slice(0, DATE_MAX)
      .replace(/\s*\([^)]*\)\s*$/, ''),
  )
  const from = senderOf(headers)
  const digest = digestOf(mail)
  const bounce = bounceOf(mail, plain ?? (html === undefined ? '' : textOfHtml(html)))
  return {
    ...trimmed(plain, html),
    id: idsIn(header(headers, 'message-id'))[0] ?? contentId(mail, digest),
    from,
    replyTo: peopleIn(header(headers, 'reply-to'))[0],
    to: receiversOf(headers),
    subject: words(header(headers, 'subject')).trim(),
    sentAt: Number.isNaN(sent) ? undefined : sent,
    html,
    attachments,
    answers: [
      ...new Set([...idsIn(header(headers, 'in-reply-to')), ...idsIn(header(headers, 'references')).reverse()]),
    ],
    dmarc: dmarcOf(headers, reading.authservIds),
    own: from !== undefined && reading.own.includes(from.address),
    digest,
    automatic: bounce ? 'bounce' : automaticOf(headers),
    bounce,
  }
}

/** HTML says more of where a quote begins, so it is read first; text that holds no words of its own gives way to it. */
function trimmed(plain: string | undefined, html: string | undefined): Trimmed {
  const byHtml = html === undefined ? undefined : trimHtml(html)
  const byText = plain === undefined || plain.trim() === '' ? undefined : trimReply(plain)
  if (byHtml && byHtml.full.trim() !== '') return byHtml
  return byText ?? byHtml ?? { text: '', quoted: '', signature: '', full: '' }
}

function textOf(bodies: readonly Body[], type: Body['type']): string | undefined {
  const found = bodies.filter((one) => one.type === type)
  if (found.length === 0) return undefined
  return found
    .map(({ bytes, charset, flowed }) => {
      const text = decodeText(bytes, charset).replaceAll('\u0000', '').replace(/\r\n?/g, '\n')
      return flowed ? unfold(text, flowed.deleteSpace) : text
    })
    .join('\n')
}

/** Of what does not change on the way through a mailbox. */
function digestOf({ bodies, attachments }: Mail): string {
  const hash = createHash('sha256')
  for (const { type, bytes } of bodies) hash.update(`\n${type}:${bytes.length}\n`).update(bytes)
  for (const { name, type } of attachments) hash.update(`\n${name}:${type}`)
  return hash.digest('hex')
}

/** An id for mail that has none: the same for every copy of it. */
function contentId({ headers }: Mail, digest: string): string {
  const hash = createHash('sha256').update(digest)
  for (const name of ['date', 'from', 'to', 'subject']) hash.update(`${name}:${header(headers, name)}\n`)
  return `${hash.digest('hex').slice(0, 40)}@no-message-id`
}

/** A stored attachment beside the letter's own record of it. */
export interface Kept {
  attachment: Attachment
  file: StoredFile
}

/** The letter as messages of our model, each within its limits; empty when there is nothing to show. */
export function messagesOf(letter: Letter, kept: readonly Kept[]): PartInput[][] {
  const said = letter.text === '' && kept.length === 0 ? letter.subject : letter.text
  const texts: PartInput[] = pieces(said).map((text) => ({ kind: 'text', text, format: 'plain' }))
  const all = [...texts, ...kept.map(medium)]
  const count = Math.ceil(all.length / PARTS_MAX)
  return Array.from({ length: count }, (_, index) => all.slice(index * PARTS_MAX, (index + 1) * PARTS_MAX))
}

function medium({ file, attachment }: Kept): PartInput {
  const [family] = file.type.split('/')
  const kind = family === 'image' || family === 'audio' || family === 'video' ? family : 'file'
  const name = (attachment.name || file.name).slice(0, 255)
  return { kind, file: file.id, type: file.type, bytes: file.bytes, ...(name === '' ? {} : { name }) }
}

function pieces(text: string): string[] {
  const found: string[] = []
  for (let rest = text.trim(); rest !== ''; ) {
    const cut = rest.length <= TEXT_MAX ? rest.length : Math.max(rest.lastIndexOf('\n', TEXT_MAX), TEXT_MAX / 2)
    const end = /[\ud800-\udbff]/.test(rest.charAt(cut - 1)) && cut < rest.length ? cut - 1 : cut
    found.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return found
}
