import { HutongError } from '@hutong/core/errors'

export interface MailServer {
  host: string
  port: number
  /** `tls` from the first byte, or `starttls`, which is never done without; `none` is accepted for a loopback host alone. */
  security: 'tls' | 'starttls' | 'none'
}

export type Login =
  | { user: string; password: string }
  /**
   * OAuth2. `refresh` is true when a server refused the last token: the answer must be a new one. Both servers share it: it is
   * asked once at a time, and for a new one at most once a minute.
   */
  | { user: string; accessToken(refresh: boolean): Promise<string> }

/** How long a new token is given to everybody: a server that refuses it too would refuse the next one as well. */
const RENEWED_MS = 60_000

/** The login, its tokens shared: whoever hears of a refusal first asks for the new one, and all get it. */
export function shareTokens(login: Login, now: () => number): Login {
  return 'password' in login ? login : sharing(login, now)
}

type TokenLogin = Exclude<Login, { password: string }>

function sharing(login: TokenLogin, now: () => number): TokenLogin {
  const asking = new Map<boolean, Promise<string>>()
  let renewed: { token: string; until: number } | undefined

  async function ask(refresh: boolean): Promise<string> {
    const token = await tokenOf(login, refresh)
    if (refresh) renewed = { token, until: now() + RENEWED_MS }
    return token
  }

  return {
    user: login.user,
    async accessToken(refresh) {
      if (renewed && renewed.until > now()) return renewed.token
      const underWay = asking.get(true) ?? asking.get(refresh)
      if (underWay) return underWay
      const started = ask(refresh).finally(() => asking.delete(refresh))
      asking.set(refresh, started)
      return started
    },
  }
}

async function tokenOf(login: TokenLogin, refresh: boolean): Promise<string> {
  try {
    return await login.accessToken(refresh)
  } catch (cause) {
    if (cause instanceof HutongError) throw cause
    throw new HutongError('unreachable', 'no access token was given for the mailbox', { cause })
  }
}

/** What an operator can do about a server that takes no token, not even a new one. */
export function tokenRefused(cause: HutongError): HutongError {
  const remedy = 'check that it was granted for this user and that its scope covers IMAP and SMTP'
  return new HutongError('misconfigured', `${cause.message}; the access token is new: ${remedy}`, {
    field: 'login',
    cause: cause.cause,
  })
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
