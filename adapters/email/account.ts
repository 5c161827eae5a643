import { HutongError } from '@hutong/core/errors'

export interface MailServer {
  host: string
  port: number
  /** `tls` from the first byte, or `starttls`, which is never done without; `none` is accepted for a loopback host alone. */
  security: 'tls' | 'starttls' | 'none'
}

export type Login =
  | { user: string; password: string }
  /** OAuth2. `refresh` is true when the server refused the last token. */
  | { user: string; accessToken(refresh: boolean): Promise<string> }

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/

/** Throws `misconfigured` when passwords and mail would travel in the open. */
export function checkSecurity({ host, security }: MailServer, field: string): void {
  if (security === 'none' && !LOOPBACK.test(host))
    throw new HutongError(
      'misconfigured',
      `${field}.security: use tls or starttls; none is for a loopback host alone`,
      {
        field: `${field}.security`,
      },
    )
}
