import { decodeWords } from 'postal-mime'
import { decodeText } from './charset.ts'
import { type Attachment, type Body, type BodyType, type Headers, header, type Mail } from './mail.ts'

/** A content type or disposition: its value in lower case, and its parameters. */
export interface Structured {
  value: string
  parameters: Readonly<Record<string, string>>
}

/** Deepest nesting that is looked into, and most parts that are taken: what lies beyond is left out. */
export const DEPTH_MAX = 20
export const PARTS_MAX = 200
/** Longest block of headers, and longest value of one, that are read; the rest is left out. In bytes. */
export const HEADERS_MAX = 256 * 1024
const VALUE_MAX = 16 * 1024
/** Most parameters of a content type. */
const PARAMETERS_MAX = 100

/**
 * A whole source, read without waiting and without throwing: broken mail is read as far as it goes. For what is small
 * (bounces, tests); a mailbox hands over its parts one by one.
 */
export function readMail(source: Uint8Array): Mail {
  return mailOf(split(latin(source).replace(/^(>?From [^\n]*\n)+/, '')))
}

/** The same of headers and content that are had apart. */
export function readPart(block: Uint8Array, content: Uint8Array): Mail {
  return mailOf({ headers: readHeaders(block), content: latin(content) })
}

function mailOf({ headers, content }: Pick<Node, 'headers' | 'content'>): Mail {
  const found: Found = { bodies: [], attachments: [], count: 0, cut: false }
  walk({ headers, content, path: '', depth: 0 }, found)
  const { bodies, attachments, returned, cut } = found
  return { headers, bodies, attachments, ...(returned && { returned }), ...(cut && { cut }) }
}

/** The header block of a mail. */
export function readHeaders(block: Uint8Array): Headers {
  return split(latin(block)).headers
}

interface Found {
  bodies: Body[]
  attachments: Attachment[]
  returned?: Headers
  count: number
  cut: boolean
}

interface Node {
  headers: Headers
  content: string
  path: string
  depth: number
}

/** One char for each byte, so that bytes can be cut like text. */
function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function split(text: string): { headers: Headers; content: string } {
  const end = /\r?\n[ \t]*\r?\n|\r\r/.exec(`\n${text}`)
  if (!end) return { headers: headersOf(text), content: '' }
  const at = Math.max(0, end.index - 1)
  return { headers: headersOf(text.slice(0, at)), content: text.slice(end.index - 1 + end[0].length) }
}

function headersOf(block: string): Headers {
  const unfolded = block
    .slice(0, HEADERS_MAX)
    .replace(/\r\n?/g, '\n')
    .replace(/\n(?=[ \t])/g, '')
  return unfolded.split('\n').flatMap((line) => {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(line) ?? []
    if (name === undefined || value === undefined) return []
    return [{ name: name.toLowerCase(), value: decodeText(Buffer.from(value.slice(0, VALUE_MAX).trim(), 'latin1')) }]
  })
}

/** The words of a header as people read them. */
export function words(value: string): string {
  return decodeWords(value.replace(/=\?(?:x-)?(?:gb2312|gbk|gb_2312-80|cp936)\?/gi, '=?gb18030?'))
}

export function structured(value: string): Structured {
  const plain = value.replace(/\((?:[^()\\"]|\\.)*\)\s*(?=;|$)/g, '')
  const [, first = ''] = /^\s*"?([^;"\s]*)/.exec(plain) ?? []
  const raw: Record<string, string> = {}
  const found = [...plain.matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g)]
  for (const [, name = '', quoted, bare = ''] of found.slice(0, PARAMETERS_MAX))
    raw[name.toLowerCase()] ??= (quoted === undefined ? bare : quoted.replace(/\\(["\\])/g, '$1')).trim()
  return { value: first.toLowerCase(), parameters: continued(raw) }
}

/** RFC 2231: `name*0*=utf-8''…` in pieces, percent-encoded or not. */
function continued(raw: Readonly<Record<string, string>>): Record<string, string> {
  const whole: Record<string, string> = {}
  const pieces = new Map<string, { order: number; text: string }[]>()
  for (const [key, text] of Object.entries(raw)) {
    const [, name = key, number, star] = /^([^*]+)(?:\*(\d+))?(\*)?$/.exec(key) ?? []
    if (number === undefined && star === undefined) whole[name] ??= words(text)
    else
      pieces.set(name, [...(pieces.get(name) ?? []), { order: Number(number ?? 0), text: star ? text : escaped(text) }])
  }
  for (const [name, list] of pieces) {
    const joined = list
      .sort((a, b) => a.order - b.order)
      .map(({ text }) => text)
      .join('')
    const [, charset, rest = joined] = /^([\w.:-]*)'[^']*'(.*)$/s.exec(joined) ?? []
    const bytes = rest.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    whole[name] = decodeText(Buffer.from(bytes, 'latin1'), charset)
  }
  return whole
}

function escaped(text: string): string {
  return text.replace(/[%']/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
}

function walk(node: Node, found: Found): void {
  if (node.depth > DEPTH_MAX || found.count >= PARTS_MAX) {
    found.cut = true
    return
  }
  found.count += 1
  const type = structured(header(node.headers, 'content-type') || 'text/plain')
  const boundary = type.parameters.boundary ?? /^--(?!-[ \t]*$)(\S{1,200})[ \t]*$/m.exec(node.content)?.[1]
  if (type.value.startsWith('multipart/') && boundary) {
    const pieces = between(node.content, boundary)
    for (const [index, piece] of pieces.entries())
      walk({ ...split(piece), path: `${node.path}${node.path && '.'}${index + 1}`, depth: node.depth + 1 }, found)
    return
  }
  leaf({ ...node, path: node.path || '1' }, type, found)
}

function between(content: string, boundary: string): string[] {
  const mark = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pieces = content.split(new RegExp(`(?:^|\\r?\\n|\\r)--${mark}(?=--|[ \\t]*(?:\\r?\\n|\\r|$))`))
  const end = pieces.findIndex((piece, index) => index > 0 && piece.startsWith('--'))
  return pieces.slice(1, end === -1 ? undefined : end).map((piece) => piece.replace(/^[ \t]*(\r\n|\n|\r)?/, ''))
}

const READ: readonly BodyType[] = ['text/plain', 'text/html', 'message/delivery-status', 'message/feedback-report']

function leaf(node: Node, type: Structured, found: Found): void {
  const disposition = structured(header(node.headers, 'content-disposition'))
  const name = disposition.parameters.filename ?? type.parameters.name
  const bytes = undone(node.content, header(node.headers, 'content-transfer-encoding'))
  if (/^(message\/(rfc822|global)|text\/rfc822-headers|message\/(rfc822|global)-headers)$/.test(type.value))
    found.returned ??= readHeaders(bytes)
  const known = READ.find((one) => one === type.value || (type.value === '' && one === 'text/plain'))
  const global = type.value === 'message/global-delivery-status' ? 'message/delivery-status' : undefined
  const read = known ?? global
  if (read && disposition.value !== 'attachment' && (name === undefined || !read.startsWith('text/'))) {
    const { charset, format, delsp } = type.parameters
    const flowed = /^flowed$/i.test(format ?? '') ? { flowed: { deleteSpace: /^yes$/i.test(delsp ?? '') } } : {}
    found.bodies.push({ type: read, bytes, ...(charset === undefined ? {} : { charset }), ...flowed })
    return
  }
  const contentId = header(node.headers, 'content-id').replace(/^<|>$/g, '')
  found.attachments.push({
    part: node.path,
    name: name ?? '',
    type: type.value || 'application/octet-stream',
    bytes: bytes.length,
    ...(contentId === '' ? {} : { contentId }),
    inline: disposition.value === 'inline' || (contentId !== '' && disposition.value !== 'attachment'),
  })
}

function undone(content: string, encoding: string): Uint8Array {
  const how = encoding.toLowerCase()
  if (how.includes('base64')) return Buffer.from(content, 'base64')
  if (!how.includes('quoted')) return Buffer.from(content, 'latin1')
  const text = content
    .replace(/(?<![ \t])[ \t]+(?=\r?\n|$)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}
