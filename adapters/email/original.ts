import type { Original, Showing } from '@hutong/core/adapter'
import { decode } from './codec.ts'
import { inlineFile } from './inline-images.ts'
import { readMail } from './mime.ts'
import { safeHtml } from './safe-html.ts'

/** A mail of which headers and bodies were kept, as an agent may look at it. Total: broken mail is read as far as it goes. */
export function originalOf(raw: string, { remote, link }: Showing): Original {
  const mail = readMail(Buffer.from(raw, 'latin1'))
  const letter = decode(mail, { own: [], authservIds: [] })
  const { subject, full, quoted, signature, html } = letter
  const inline = (contentId: string) => {
    const file = inlineFile(mail.headers, contentId)
    return file === undefined ? undefined : link(file)
  }
  const blocked = html === undefined ? undefined : safeHtml(html, { remote: false, inline })
  const shown = remote && html !== undefined ? safeHtml(html, { remote: true, inline }) : blocked
  return {
    subject,
    text: full,
    quoted,
    signature,
    ...(shown !== undefined && { html: shown }),
    remote: blocked?.includes('data-remote-src') ?? false,
  }
}
