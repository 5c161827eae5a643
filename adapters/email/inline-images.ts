import type { Kept } from './codec.ts'
import type { Header } from './mail.ts'

/**
 * Attachments are files of their own by the time a mail is looked at again, so what is kept of it begins with one line for each
 * that its HTML may name: `X-Hutong-Inline: <file> <Content-ID in base64url>`.
 */
const NAME = 'X-Hutong-Inline'
const LINE = /^([\w-]{1,64}) ([\w-]{1,700})$/
const ID_MAX = 500

/** The kept source of a mail, with the files that its images became. */
export function noteInline(raw: string, kept: readonly Kept[]): string {
  const lines = kept.flatMap(({ attachment: { contentId = '' }, file }) =>
    contentId === '' || contentId.length > ID_MAX ? [] : [`${NAME}: ${file.id} ${encoded(contentId)}\r\n`],
  )
  return lines.join('') + raw
}

/** The file of a Content-ID. A sender can write such lines too: ours come first, and whoever shows a file asks whose it is. */
export function inlineFile(headers: readonly Header[], contentId: string): string | undefined {
  const wanted = encoded(contentId)
  for (const { name, value } of headers) {
    const [, file, id] = name === NAME.toLowerCase() ? (LINE.exec(value) ?? []) : []
    if (id === wanted) return file
  }
  return undefined
}

function encoded(contentId: string): string {
  return Buffer.from(contentId).toString('base64url')
}
