import type { Mail } from './mail.ts'

/** A report that a mail of ours did not arrive. */
export interface Bounce {
  /** Whom it did not reach, in lower case; undefined when the report does not say. */
  recipient: string | undefined
  /** The Message-ID of our mail, without angle brackets. */
  messageId: string | undefined
  /** RFC 3463, for example 5.1.1. */
  status: string | undefined
  /** `delayed` reports are no failures yet. */
  kind: 'failed' | 'delayed' | 'complaint'
  /** Whether trying again is useless. */
  permanent: boolean
  /** What the other server said, for people to read. */
  reason: string
}

export function bounceOf(_mail: Mail, _text: string): Bounce | undefined {
  return undefined
}
