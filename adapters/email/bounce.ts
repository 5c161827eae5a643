import { isDaemon } from './automatic.ts'
import { type Report, reportsIn } from './bounce-reports.ts'
import { decodeText } from './charset.ts'
import { type Headers, hasHeader, header, type Mail } from './mail.ts'
import { words } from './mime.ts'
import { idsIn, isAddress, receiversOf, senderOf } from './people.ts'

/** A report that a mail of ours did not arrive, is late, or was complained about. */
export interface Bounce {
  kind: 'failed' | 'delayed' | 'complaint'
  /** Whom it did not reach, in lower case; undefined when the report does not say. */
  recipient: string | undefined
  /** Everyone it did not reach, `recipient` first. */
  recipients: string[]
  /** The Message-ID of the mail it is about, without angle brackets. */
  messageId: string | undefined
  /**
   * Whether machines wrote it for machines, or it brings back the mail or its headers with that id; `words` is what people may
   * write as well.
   */
  form: 'machine' | 'returned' | 'words'
  /** RFC 3463, for example 5.1.1. */
  status: string | undefined
  /** Whether trying again is useless. */
  permanent: boolean
  /** What the other server said, for people to read; '' when it said nothing. */
  reason: string
}

/** Reports are short; longer texts are read up to here. */
const READ_MAX = 20_000

/** `said` is what a person would read of the mail. */
export function bounceOf(mail: Mail, said: string): Bounce | undefined {
  const text = said.slice(0, READ_MAX)
  const kind = kindOf(mail, text)
  if (kind === undefined) return undefined
  const notice = noticeOf(text)
  const reports = reportsIn([...machineTexts(mail), notice])
  const returned = mail.returned ?? returnedIn(text, notice)
  const sentTo = returned === undefined ? [] : addresseesOf(returned)
  const named = reports.flatMap((one) => chosen(one, sentTo))
  const failed = header(mail.headers, 'x-failed-recipients')
    .split(/[\s,;]+/)
    .flatMap((one) => addressesIn(one.slice(0, 320)).slice(0, 1))
  const read = kind === 'complaint' ? [] : addressesSaid(notice, mail.headers, { sentTo, failed })
  const fallback = kind === 'complaint' && sentTo.length === 0 ? [senderOf(mail.headers)?.address ?? ''] : sentTo
  const recipients = [named, read, failed, fallback.filter((one) => one !== '')].find((one) => one.length > 0) ?? []
  const status = reports.map((one) => one.status).find((one) => one !== undefined) ?? statusIn(notice)
  const returnedId = returned === undefined ? undefined : idsIn(header(returned, 'message-id'))[0]
  return {
    kind,
    recipient: recipients[0],
    recipients: [...new Set(recipients)],
    messageId: returnedId ?? answered(mail.headers),
    form: machineTexts(mail).length > 0 ? 'machine' : returnedId === undefined ? 'words' : 'returned',
    status,
    permanent: kind === 'complaint' || (kind === 'failed' && !/^4/.test(status ?? '')),
    reason: reasonOf(reports, notice),
  }
}

/** Whom we wrote to; where the mail was handed on to only when it does not say. */
function addresseesOf(returned: Headers): string[] {
  const written = receiversOf(returned.filter(({ name }) => name === 'to' || name === 'cc'))
  return written.length > 0 ? written : receiversOf(returned)
}

function answered(headers: Headers): string | undefined {
  return idsIn(header(headers, 'in-reply-to'))[0] ?? idsIn(header(headers, 'references')).at(-1)
}

function machineTexts(mail: Mail): string[] {
  return mail.bodies
    .filter(({ type }) => type.startsWith('message/'))
    .map(({ bytes, charset }) => decodeText(bytes, charset).replace(/\r\n?/g, '\n'))
}

function kindOf(mail: Mail, text: string): Bounce['kind'] | undefined {
  const { headers, bodies } = mail
  const subject = words(header(headers, 'subject'))
  const type = header(headers, 'content-type')
  if (bodies.some((one) => one.type === 'message/feedback-report') || /report-type\s*=\s*"?feedback/i.test(type))
    return 'complaint'
  if (hasHeader(headers, 'x-apple-unsubscribe')) return 'complaint'
  if (/^\s*(?:complaint about message|abuse report|email feedback report)/i.test(subject)) return 'complaint'
  if (!isFailure(mail, subject, text)) return undefined
  const machine = [...machineTexts(mail), text].join('\n')
  const actions = [...machine.matchAll(/^action:\s*(\w+)/gim)].map(([, action = '']) => action.toLowerCase())
  if (actions.length > 0) {
    if (actions.includes('failed')) return 'failed'
    return actions.includes('delayed') ? 'delayed' : undefined
  }
  return LATE.test(subject) || LATE.test(text.slice(0, 1_500)) ? 'delayed' : 'failed'
}

const LATE =
  /\bdelay(?:ed)?\)|\bdelayed\b|delivery (?:status notification )?\(?delay|will (?:be retried|retry)|still being retried|warning: (?:message|could not send)|延迟(?:投递|通知)|暂时无法投递|將繼續嘗試|задержан/i

/** One sign of its own is enough when it is a report; otherwise a sender without a face and words of failure. */
function isFailure(mail: Mail, subject: string, text: string): boolean {
  const { headers, bodies } = mail
  if (bodies.some((one) => one.type === 'message/delivery-status')) return true
  const type = header(headers, 'content-type')
  if (/report-type\s*=\s*"?delivery-status/i.test(type) || hasHeader(headers, 'x-failed-recipients')) return true
  const from = senderOf(headers)?.address
  const who = header(headers, 'from')
    .toLowerCase()
    .replace(/@[\w.-]+/g, '@')
  const path = header(headers, 'return-path').trim()
  const faceless =
    isDaemon(from) || /mail(?:er)?[-_. ]?daemon|post_?master|mail delivery|<\s*>/.test(who) || path === '<>'
  const robot = faceless || UNREAD.test(who) || /admin|system|mail|notification/.test(who)
  const names = addressesIn(text).some((one) => one !== from && !receiversOf(headers).includes(one))
  return (
    (faceless && (FAILED_SUBJECT.test(subject) || FAILED_TEXT.test(text))) ||
    (robot && names && !ANSWERED.test(subject) && FAILED_SUBJECT.test(subject) && FAILED_TEXT.test(text)) ||
    (mail.returned !== undefined && names && UNREAD.test(who) && FAILED_TEXT.test(text)) ||
    (robot && /"notificationType"\s*:\s*"(?:Bounce|Complaint)"/.test(text))
  )
}

const ANSWERED = /^(?:re|aw|sv|fwd?|wg|tr|回复|回覆|答复|转发|轉寄)\s*[:：]/i
const UNREAD = /no-?reply|do-?not-?reply/
const FAILED_SUBJECT =
  /undeliver|non-?deliver|not be delivered|delivery[\s-]*(?:status|failure|failed|problem|notification|report|has failed|unsuccessful)|mail (?:delivery|system error)|message (?:delivery|not|could not|undeliver)|returned mail|failure notice|mail failure|returned to sender|postmaster notify|error sending your mail|permanent (?:delivery )?fail|could not (?:be )?deliver|cannot send message|rejected|bounce|user unknown|退信|退回|无法(?:投递|送达|发送)|未(?:能)?送达|投递失败|發送失敗|发送失败|傳送失敗|無法(?:傳送|投遞|遞送)|未傳遞|недостав|не доставлен|non remis|non délivr|échec|unzustellbar|nicht zugestellt|no se (?:pudo|puede|ha podido)|mancato recapito|onbestelbaar|niet bezorgd|não (?:entregue|foi)|配信(?:不能|できません)|送信できません|エラーメール|배달(?:되지|할 수)|반송/iu
const FAILED_TEXT =
  /(?:could|can|was|were|has|have|is|are)(?: ?n[o']t|not) (?:be )?(?:able to )?(?:delivered|deliver|reach|sent|been delivered)|unable to (?:deliver|relay|send)|undeliver|did not reach|delivery (?:to|of|has|failed|error|attempt|problem)|failed (?:permanently|to deliver)|permanent (?:error|fail|fatal)|trouble delivering|error occurred while (?:trying|attempting)|(?:user|recipient|mailbox|account|address|host|domain)\b.{0,60}(?:unknown|not found|does(?: not|n't) exist|unavailable|disabled|full|rejected|reject|not listed)|(?:unknown|no such|invalid)\b.{0,30}\b(?:user|recipient|mailbox|address|userid|account)|\b5\d\d[ -]#?5\.\d+\.\d+|\b[45]\d\d [45]\.\d\.\d|transcript of session|unsent message|was (?:rejected|returned|blocked|not accepted)|notificationType|无法(?:投递|送达|发送)|退信|收件人.{0,20}不存在|投递失败|地址不存在|無法(?:傳送|投遞|送達)|недостав|не может быть доставлен|送信できません|配信できません|届けることができません|エラー/iu

const RETURNED =
  /^.*(?:(?:copy|header|headers|text|rest|part) of (?:the |your )?(?:original )?(?:message|mail)|original (?:message|mail|headers?)(?: header)?s?\b.{0,30}(?:follow|below|--|$)|message headers? follow|(?:returned|unsent|undelivered|bounced) message|below this line is|copy of the message|原始(?:邮件|信件|信息)|原邮件|--- ?original message).*$/im
const COPIED = /^(?:return-path|received|dkim-signature|x-received|message-id|arc-seal|delivered-to)\s*:/im

/** What the other server says, without the mail it returns below. */
function noticeOf(text: string): string {
  const marks = [RETURNED, COPIED].map((pattern) => text.search(pattern)).filter((at) => at > 40)
  return text.slice(0, Math.min(text.length, ...marks))
}

function returnedIn(text: string, notice: string): Headers | undefined {
  const rest = text.slice(notice.length)
  const found = [...rest.matchAll(/^[ \t>]*(to|cc|message-id|from|subject)[ \t]*:[ \t]*(.+(?:\n[ \t]+.+)*)$/gim)]
  const headers = found.map(([, name = '', value = '']) => ({
    name: name.toLowerCase(),
    value: value.replace(/\n\s*/g, ' '),
  }))
  return headers.length === 0 ? undefined : headers
}

/** What the report names; when it names two, the one that we sent to. */
function chosen({ original, final }: Report, sentTo: readonly string[]): string[] {
  const named = [final, original].filter((one) => one !== undefined)
  const ours = named.find((one) => sentTo.includes(one))
  return ours === undefined ? named.slice(0, 1) : [ours]
}

/** Bounded as addresses are, so that a word without an end is not read once for each of its letters. */
const ADDRESS = /[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})*/gu

function addressesIn(text: string): string[] {
  return (text.match(ADDRESS) ?? []).filter(isAddress).map((one) => one.toLowerCase().replace(/\.$/, ''))
}

interface Known {
  /** To whom the returned mail was addressed. */
  sentTo: readonly string[]
  /** Whom the headers say it did not reach. */
  failed: readonly string[]
}

/** Longest line whose words are looked at. */
const LINE_MAX = 1_000

/** Addresses a notice speaks of, the likeliest first: where they stand tells what they are. */
function addressesSaid(notice: string, headers: Headers, { sentTo, failed }: Known): string[] {
  const known = [...sentTo, ...failed]
  const ours = [...receiversOf(headers), senderOf(headers)?.address ?? ''].filter((one) => !known.includes(one))
  const scores = new Map(failed.map((address) => [address, 4 + (sentTo.includes(address) ? 3 : 0)]))
  for (const line of notice.split('\n').map((one) => one.slice(0, LINE_MAX)))
    for (const match of line.matchAll(ADDRESS)) {
      const address = match[0].toLowerCase().replace(/^['"]|['".]+$/g, '')
      if (!isAddress(address)) continue
      const before = line.slice(0, match.index)
      const place = placeOf(before, line.slice(match.index + match[0].length))
      const sent = sentTo.includes(address) ? 3 : 0
      const self = ours.includes(address) ? -6 : isDaemon(address) ? -2 : 0
      scores.set(address, Math.max(scores.get(address) ?? -9, place + sent + self))
    }
  const best = Math.max(...scores.values())
  return [...scores].filter(([, score]) => score === best && score > -6).map(([address]) => address)
}

function placeOf(before: string, after: string): number {
  if (
    /(?:rcpt to|recipients?|emailaddress"|收件人|recipient address|userid|address)\s*["']?\s*[:：]\s*["'<]*$/i.test(
      before,
    )
  )
    return 6
  if (/^[\s>*•·"'<(-]*$/.test(before)) return 5
  if (
    /(?:deliver\w*|send|sent|reach\w*|message|mail|发送到|投递到|送达).{0,40}(?:to|到|给|至)?[\s:：<"']*$/i.test(before)
  )
    return 4
  if (/^>?(?:\.\.\.|:)/.test(after) || /\b5\d\d\b.{0,20}<?$/.test(before)) return 3
  if (/(?:from|sender|envelope-from|mail from)\s*[:=]?\s*<?$/i.test(before)) return -4
  return 1
}

function statusIn(text: string): string | undefined {
  const [, enhanced] = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(text) ?? []
  if (enhanced !== undefined) return enhanced
  const [, code] = /(?<![\d.])([45])[0-5]\d(?=[ -])/.exec(text) ?? []
  return code === undefined ? undefined : `${code}.0.0`
}

/** Longest reason that is kept. */
const REASON_MAX = 500

function reasonOf(reports: readonly Report[], notice: string): string {
  const said = reports.map(({ reason }) => reason).find((one) => one !== undefined && one !== '')
  const lines = notice.split('\n').map((line) => line.trim())
  const told =
    said ??
    lines.find((line) => /(?<![\d.])[45]\d\d[ -]|[45]\.\d+\.\d+/.test(line)) ??
    lines.find((line) => FAILED_TEXT.test(line)) ??
    lines.find((line) => line !== '') ??
    ''
  return told.replace(/\s+/g, ' ').slice(0, REASON_MAX)
}
