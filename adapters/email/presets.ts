import type { MailServer } from './account.ts'

/** What an operator would otherwise look up: the servers of a provider, and whether it takes plus-addresses. */
export interface Preset {
  imap: MailServer
  smtp: MailServer
  plusAddress: boolean
  /** The authserv-ids of its own verdicts. */
  authservIds: readonly string[]
}

const tls = (host: string, port: number): MailServer => ({ host, port, security: 'tls' })

/** QQ, 163 and Exmail want an authorisation code of their settings page as the password; Outlook takes OAuth2 alone. */
export const PRESETS = {
  qq: { imap: tls('imap.qq.com', 993), smtp: tls('smtp.qq.com', 465), plusAddress: false, authservIds: ['mx.qq.com'] },
  163: { imap: tls('imap.163.com', 993), smtp: tls('smtp.163.com', 465), plusAddress: false, authservIds: [] },
  exmail: {
    imap: tls('imap.exmail.qq.com', 993),
    smtp: tls('smtp.exmail.qq.com', 465),
    plusAddress: false,
    authservIds: [],
  },
  outlook: {
    imap: tls('outlook.office365.com', 993),
    smtp: { host: 'smtp.office365.com', port: 587, security: 'starttls' },
    plusAddress: true,
    authservIds: [],
  },
  gmail: {
    imap: tls('imap.gmail.com', 993),
    smtp: tls('smtp.gmail.com', 465),
    plusAddress: true,
    authservIds: ['mx.google.com'],
  },
} as const satisfies Record<string, Preset>
