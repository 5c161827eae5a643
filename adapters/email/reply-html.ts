import { textOfHtml } from './html-text.ts'
import { type Trimmed, trimReply } from './reply-text.ts'

export function trimHtml(html: string): Trimmed {
  return trimReply(textOfHtml(html))
}
