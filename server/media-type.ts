import { fileTypeFromBuffer } from 'file-type'

/** How much of a file's beginning its type is told from. */
export const HEAD_BYTES = 4_100

/** What a browser may show in place; everything else is only ever offered for download. */
const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/ogg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/wav',
])

const SAME: Readonly<Record<string, string>> = { 'audio/vnd.wave': 'audio/wav', 'audio/opus': 'audio/ogg' }

/** Containers whose beginning does not tell what they hold: the claimed type is believed among these. */
const INSIDE: Readonly<Record<string, RegExp>> = {
  'application/zip':
    /^application\/(vnd\.openxmlformats-officedocument|vnd\.oasis\.opendocument)\.[\w.-]+$|^application\/epub\+zip$/,
  'application/x-cfb': /^application\/(msword|vnd\.ms-(excel|powerpoint|outlook))$/,
  'video/mp4': /^audio\/(mp4|x-m4a)$/,
  'video/webm': /^audio\/webm$/,
  'text/plain': /^(text\/(csv|markdown|calendar|vcard|tab-separated-values)|application\/json)$/,
}

/** The media type of a file by its first bytes; the claim only decides between types that begin alike. */
export async function sniff(head: Uint8Array, claim: { name: string; type?: string | undefined }): Promise<string> {
  const found = (await fileTypeFromBuffer(head))?.mime ?? textType(head) ?? 'application/octet-stream'
  const type = (SAME[found] ?? found).split(';')[0]?.trim() ?? found
  const claimed = claim.type?.split(';')[0]?.trim().toLowerCase() ?? ''
  return INSIDE[type]?.test(claimed) ? claimed : type
}

/** `text/plain`, a markup type, or undefined when the bytes are not text. */
function textType(head: Uint8Array): string | undefined {
  if (head.includes(0)) return
  const text = new TextDecoder('utf-8').decode(head, { stream: true })
  if (text.includes('\uFFFD') && !isLegacyText(head)) return
  const start = text.replace(/^[\uFEFF\s]+/, '').toLowerCase()
  if (!start.startsWith('<')) return 'text/plain'
  if (/<svg[\s>]/.test(start)) return 'image/svg+xml'
  return start.startsWith('<?xml') ? 'application/xml' : 'text/html'
}

/** Text in an older encoding (GBK, Latin-1): no control characters but white space. */
function isLegacyText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
}

/** Whether a list like `['image/*', 'application/pdf']` takes the type. Markup has to be named in full; a star on both sides takes all. */
export function accepted(type: string, types: readonly string[]): boolean {
  if (types.includes(type) || types.includes('*/*')) return true
  return !/svg|html|xml$/.test(type) && types.includes(`${type.slice(0, type.indexOf('/'))}/*`)
}

export function showsInline(type: string): boolean {
  return INLINE.has(type)
}
