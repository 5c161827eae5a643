import type { Part } from '@hutong/core/parts'

export interface Envelope {
  /** Subject of the thread, or undefined for a new one. */
  subject: string | undefined
  /** Where answers go: the mailbox or its plus-address. */
  replyAddress: string
  /** Options that stand as numbered lines in the text: in HTML they become links that answer. */
  options: readonly { number: number; label: string }[]
}

/** The content of one outgoing mail. Images in storage are shown by `cid:`, see `contentIdOf`. */
export interface Letter {
  subject: string
  text: string
  html: string
}

/** The Content-ID, without angle brackets, that an image of our storage travels under. */
export function contentIdOf(file: string): string {
  return `${file}@hutong`
}

/** One mail of these parts: text and HTML say the same, styles are inlined, nothing is loaded from elsewhere. */
export function encode(parts: readonly Part[], envelope: Envelope): Letter {
  const text = parts.map((one) => (one.kind === 'text' ? one.text : '')).join('\n\n')
  return { subject: envelope.subject ?? '', text, html: `<p>${text}</p>` }
}
