import type { Original } from '@hutong/core/adapter'
import { decode } from './codec.ts'
import { readMail } from './mime.ts'
import { safeHtml } from './safe-html.ts'

/** A mail of which headers and bodies were kept, as an agent may look at it. Total: broken mail is read as far as it goes. */
export function originalOf(raw: string, { remote }: { remote: boolean }): Original {
  const letter = decode(readMail(Buffer.from(raw, 'latin1')), { own: [], authservIds: [] })
  const { subject, full, quoted, signature, html } = letter
  const blocked = html === undefined ? undefined : safeHtml(html, { remote: false, inline: () => undefined })
  const shown = remote && html !== undefined ? safeHtml(html, { remote: true, inline: () => undefined }) : blocked
  return {
    subject,
    text: full,
    quoted,
    signature,
    ...(shown !== undefined && { html: shown }),
    remote: blocked?.includes('data-remote-src') ?? false,
  }
}
