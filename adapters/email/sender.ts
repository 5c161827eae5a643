import { type ErrorCode, HutongError } from '@hutong/core/errors'
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer'
import { type Login, type MailServer, tokenRefused } from './account.ts'
import { withoutSecrets } from './without-secrets.ts'

/** The half of the platform that mail leaves by: the only file that speaks SMTP. Everything it throws is a HutongError. */

export interface Sender {
  /**
   * Resolves once the server has taken the mail; `lost` when the answer never came to a mail it had whole. `compose` is asked
   * anew for every try, because the streams of its attachments can be read once.
   */
  send(compose: () => Promise<OutgoingMail>): Promise<'sent' | 'lost'>
  /** Signs in and sends nothing; rejects with what `send` would. */
  check(): Promise<void>
  close(): void
}

export interface SenderOptions {
  server: MailServer
  login: Login | undefined
  dkim?: Dkim | undefined
  /** Milliseconds without an answer after which a connection is given up. Default 60 000. */
  patience?: number | undefined
}

export interface Dkim {
  domainName: string
  keySelector: string
  privateKey: string
}

export function createSender({ server, login, dkim, patience = 60_000 }: SenderOptions): Sender {
  const transport = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    maxConnections: 3,
    // A mail whose connection broke may have arrived: whether it is sent again is decided above, not by the pool.
    maxRequeues: 0,
    connectionTimeout: Math.min(patience, 15_000),
    greetingTimeout: Math.min(patience, 15_000),
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim && { dkim }),
    ...(login && { auth: smtpAuth(login) }),
  })
  if (login && 'accessToken' in login) provide(transport, login)
  const whole = watchWhole(transport)

  async function send(compose: () => Promise<OutgoingMail>, tries = 1): Promise<'sent' | 'lost'> {
    const mail = await compose()
    whole.delete(mail.messageId)
    try {
      await transport.sendMail(mail)
      return 'sent'
    } catch (cause) {
      const error = smtpError(cause, login)
      const lost = whole.has(mail.messageId)
      const refused = login !== undefined && 'accessToken' in login && error.field === 'login'
      if (refused && tries === 1) await login.accessToken(true)
      else if (refused) throw tokenRefused(error)
      else if (error.code !== 'unreachable') throw error
      else if (lost) return 'lost'
      // A pooled connection that the server closed meanwhile says nothing about the server.
      else if (tries > 1) throw error
      return await send(compose, tries + 1)
    } finally {
      whole.delete(mail.messageId)
    }
  }

  async function check(tries = 1): Promise<void> {
    try {
      await transport.verify()
    } catch (cause) {
      const error = smtpError(cause, login)
      const refused = login !== undefined && 'accessToken' in login && error.field === 'login'
      if (!refused) throw error
      if (tries > 1) throw tokenRefused(error)
      await login.accessToken(true)
      await check(tries + 1)
    }
  }

  return { send: (compose) => send(compose), check: () => check(), close: () => transport.close() }
}

/** A token is asked for at every login: the library would keep it beyond its end, and some servers refuse it without a hint. */
function provide(transport: Transporter, login: Exclude<Login, { password: string }>): void {
  const ended = 1
  type Done = (error: Error | null, token?: string, expires?: number) => void
  transport.set('oauth2_provision_cb', (_user: string, renew: boolean, done: Done) => {
    login.accessToken(renew).then(
      (token) => done(null, token, ended),
      // The library writes codes of its own onto the error it is given.
      (cause: unknown) => done(new Error('no access token', { cause })),
    )
  })
}

function smtpAuth(login: Login) {
  if ('password' in login) return { user: login.user, pass: login.password }
  return { type: 'OAuth2' as const, user: login.user }
}

export type OutgoingMail = SendMailOptions & { messageId: string }

/** The Message-IDs of mails that were handed to a connection to their last byte: the server may have them. */
function watchWhole(transport: Transporter): Set<string> {
  const whole = new Set<string>()
  transport.use('stream', ({ data, message }, done) => {
    const open = message.createReadStream.bind(message)
    message.createReadStream = (options) => {
      const stream = open(options)
      stream.once('end', () => whole.add(String(data.messageId)))
      return stream
    }
    done()
  })
  return whole
}

/** RFC 3463 codes of addresses that do not exist or take no mail any more. */
const GONE = /\b5\.1\.[1236]\b|\b5\.1\.10\b|\b5\.2\.1\b/
const NO_SUCH_USER =
  /user (unknown|not found)|no such (user|recipient|mailbox)|mailbox (unavailable|not found)|does not exist|invalid recipient/i
const SLOW_DOWN = /\b4\.[27]\.\d|grey ?list|too many|rate|frequen|try (again )?later|throttl/i

/** Without the library's error, which repeats the server's words. */
function refusedLogin(said: string): HutongError {
  return new HutongError('misconfigured', `login: the mail server refuses it: ${said}`, { field: 'login' })
}

function smtpError(cause: unknown, login: Login | undefined): HutongError {
  if (cause instanceof HutongError) return cause
  if (cause instanceof Error && cause.cause instanceof HutongError) return cause.cause
  const {
    code,
    responseCode = 0,
    response = '',
    command,
  } = cause as {
    code?: string
    responseCode?: number
    response?: string
    command?: string
  }
  const said = response || (cause instanceof Error ? cause.message : 'no answer')
  const refused = (row: ErrorCode, means: string, retryAfter?: number) =>
    new HutongError(row, `${means}: ${said}`, { cause, ...(retryAfter !== undefined && { retryAfter }) })
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2' || responseCode === 535)
    return responseCode >= 400 && responseCode < 500
      ? new HutongError('unavailable', `the mail server does not take the login now: ${withoutSecrets(said, login)}`)
      : refusedLogin(withoutSecrets(said, login))
  if (code === 'EREQUIRETLS' || code === 'ECONFIG') return refused('misconfigured', 'the mail server cannot be used so')
  if (responseCode === 421 || (responseCode >= 450 && responseCode < 453 && SLOW_DOWN.test(said)))
    return refused('throttled', 'the mail server asks to come back later', 60_000)
  if (responseCode >= 400 && responseCode < 500) return refused('unavailable', 'the mail server takes no mail now')
  if (responseCode === 552 && /\b5\.3\.4\b|size/i.test(said)) return refused('rejected', 'the mail is too large')
  if (responseCode >= 500 && (GONE.test(said) || (command === 'RCPT TO' && NO_SUCH_USER.test(said))))
    return refused('gone', 'the address takes no mail')
  if (responseCode >= 500) return refused('rejected', 'the mail server refuses the mail')
  if (code === 'EENVELOPE' || code === 'EMESSAGE' || code === 'ESTREAM')
    return refused('rejected', 'the mail cannot be sent')
  return refused('unreachable', 'the mail server is not reachable')
}
