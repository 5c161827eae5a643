import { type Headers, header } from './mail.ts'

/** Why a mail must not be answered by a robot. */
export type Automatic = 'bounce' | 'auto-reply' | 'list' | 'bulk' | 'system' | 'own'

export function automaticOf(headers: Headers, own: readonly string[]): Automatic | undefined {
  if (own.includes(header(headers, 'from'))) return 'own'
  return undefined
}
