import { type Headers, hasHeader, header } from './mail.ts'
import { words } from './mime.ts'
import { senderOf } from './people.ts'

/** Why a mail must not be answered by a robot. `list` and `bulk` may still be worth reading. */
export type Automatic = 'bounce' | 'auto-reply' | 'list' | 'bulk' | 'system'

/** Undefined for mail that a person wrote. */
export function automaticOf(headers: Headers): Automatic | undefined {
  const from = senderOf(headers)?.address
  const submitted = header(headers, 'auto-submitted').trim().toLowerCase()
  if (/^auto-replied/.test(submitted)) return 'auto-reply'
  if (submitted !== '' && !/^no\b/.test(submitted)) return 'system'
  const precedence = header(headers, 'precedence').trim().toLowerCase()
  if (precedence === 'auto_reply' || hasHeader(headers, ...REPLY_HEADERS)) return 'auto-reply'
  if (isSubjectOfReply(words(header(headers, 'subject')))) return 'auto-reply'
  if (isReceipt(headers)) return 'system'
  if (hasHeader(headers, 'list-id', 'list-post', 'mailing-list', 'x-mailing-list') || precedence === 'list')
    return 'list'
  if (/^(bulk|junk)$/.test(precedence) || hasHeader(headers, ...BULK_HEADERS)) return 'bulk'
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
const BULK_HEADERS = ['list-unsubscribe', 'x-campaign', 'x-campaignid', 'x-mailgun-campaign-id', 'x-mc-user']

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
  if (suppressesAll(headers)) return true
  return isDaemon(from) || /^(?:no|do[-_.]?not|donot)[-_.]?reply\b/.test(from ?? '')
}

export function isDaemon(address: string | undefined): boolean {
  return /^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_]?master|poostmaster|mail-?delivery|bounces?|mmsportal|system-?administrator)(?:[-+_.@]|$)/.test(
    address ?? '',
  )
}

/** Only a whole beginning counts, and what ends it: people write about holidays and automatic replies, too. */
function isSubjectOfReply(subject: string): boolean {
  return SUBJECT_OF_REPLY.test(subject.trim())
}

const SUBJECT_OF_REPLY =
  /^(?:(?:re|aw|sv|回复|回覆|答复)\s*[:：]\s*)?(?:\[?auto(?:matic|mated)?[-_ ]?(?:reply|response|responder|antwort)\]?|out[- ]of[- ](?:the[- ])?office(?: (?:auto-?reply|reply|response|message|notification|notice))?|ooo(?=\s*[:：])|vacation (?:reply|response|notice)|automatische antwort|abwesenheitsnotiz|abwesend(?=\s*[:：])|réponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|risposta automatica|automatisch antwoord|autosvar|automatiskt? svar|automaattinen vastaus|automatyczna odpowiedź|odpowiedź automatyczna|автоответ|автоматический ответ|自动回复|自動回覆|自动答复|自動回复|\[自动回复\]|【自动回复】|（自动回复）|外出自动回复|休假自动回复|自動応答|자동\s?회신|자동\s?응답)(?=\s*(?:$|[:：\-–—|\]】）)（(【[!！.。]|(?:re|aw|fwd?)\s*:|from\b|for\b))/iu
