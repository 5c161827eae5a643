import { isAutomaticSubject } from './automatic-subject.ts'
import { type Headers, hasHeader, header } from './mail.ts'
import { words } from './mime.ts'
import { senderOf } from './people.ts'

/** Why a mail must not be answered by a robot. */
export type Automatic = 'bounce' | 'auto-reply' | 'receipt' | 'list' | 'bulk' | 'system'

/** Whether it only answers what we sent. Behind any other kind a customer may be: a list that she wrote to, a form that she filled in. */
export function isOnlyAnAnswer(kind: Automatic): boolean {
  return kind === 'bounce' || kind === 'auto-reply' || kind === 'receipt'
}

/** Undefined for mail that a person wrote. */
export function automaticOf(headers: Headers): Automatic | undefined {
  const from = senderOf(headers)?.address
  const submitted = header(headers, 'auto-submitted').trim().toLowerCase()
  if (/^auto-replied/.test(submitted)) return 'auto-reply'
  if (submitted !== '' && !/^no\b/.test(submitted)) return 'system'
  const precedence = header(headers, 'precedence').trim().toLowerCase()
  if (precedence === 'auto_reply' || hasHeader(headers, ...REPLY_HEADERS)) return 'auto-reply'
  const answers = hasHeader(headers, 'in-reply-to', 'references')
  if (isAutomaticSubject(words(header(headers, 'subject')), { answers })) return 'auto-reply'
  if (isReceipt(headers)) return 'receipt'
  if (hasHeader(headers, 'list-id', 'list-post', 'mailing-list', 'x-mailing-list') || precedence === 'list')
    return 'list'
  if (/^(bulk|junk)$/.test(precedence) || hasHeader(headers, ...BULK_HEADERS)) return 'bulk'
  if (!answers && isCounted(headers)) return 'bulk'
  if (isRobot(headers, from)) return 'system'
  return undefined
}

const REPLY_HEADERS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-autoreply-from',
  'x-auto-reply',
  'x-mail-autoreply',
]
const BULK_HEADERS = [
  'list-unsubscribe',
  'x-campaign',
  'x-campaignid',
  'x-mailgun-campaign-id',
  'x-mc-user',
  'x-csa-complaints',
]
const SYSTEM_HEADERS = ['x-ms-exchange-generated-message-source', 'x-otrs-loop', 'x-rt-loop-prevention', 'x-cron-env']

/** Senders in bulk have complaints counted by Feedback-ID; Amazon puts its own on every mail that it carries. */
function isCounted(headers: Headers): boolean {
  const id = header(headers, 'feedback-id').trim()
  return id !== '' && !/:AmazonSES$/i.test(id)
}

/** Exchange names the mailbox whose rule sent a mail: a rule that redirects leaves the writer's own address in From. */
function isByRule(headers: Headers, from: string | undefined): boolean {
  const mailbox = header(headers, 'x-ms-exchange-inbox-rules-loop').trim().toLowerCase()
  return mailbox !== '' && mailbox === from
}

/** Exchange marks its own automatic mail so; people's mail carries only what it does not want back. */
function suppressesAll(headers: Headers): boolean {
  const asked = header(headers, 'x-auto-response-suppress').toLowerCase()
  return /\ball\b/.test(asked) || (/\boof\b/.test(asked) && /\bautoreply\b/.test(asked))
}

function isReceipt(headers: Headers): boolean {
  return /report-type\s*=\s*"?disposition-notification|^\s*message\/disposition-notification/i.test(
    header(headers, 'content-type'),
  )
}

/** A sender that nobody reads, or an empty way back. */
function isRobot(headers: Headers, from: string | undefined): boolean {
  if (hasHeader(headers, 'return-path') && /^<?\s*>?$/.test(header(headers, 'return-path').trim())) return true
  if (suppressesAll(headers) || hasHeader(headers, ...SYSTEM_HEADERS) || isByRule(headers, from)) return true
  return isDaemon(from) || NO_REPLY.test(from ?? '')
}

/** Alone, or a word of its own beside others: in the name or at the head of the domain. */
const NO_REPLY = /(?:^|[-_.+@])(?:no|do[-_.]?not)[-_.]?reply(?:[-_.+@\d]|$)/

export function isDaemon(address: string | undefined): boolean {
  return /^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_]?master|poostmaster|mail-?delivery|bounces?|mmsportal|system-?administrator)(?:[-+_.@]|$)/.test(
    address ?? '',
  )
}
