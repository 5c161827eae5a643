import { Readable } from 'node:stream'
import type { Host, StoredFile } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { PARTS_MAX, type Part, part, TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { type Kept, type Letter, messagesOf } from './codec.ts'
import type { Attachment } from './mail.ts'

export interface ContentOptions {
  host: Host
  site: string
  limits: ContentLimits
}

export interface ContentLimits {
  /** Attachments of one mail that are kept. */
  attachments: number
  /** Bytes of one attachment, and of all of one mail. */
  attachmentBytes: number
  mailBytes: number
}

/** Content of an attachment, transfer encoding undone. */
export type Download = (part: string) => Promise<Readable>

/** Most messages that one mail becomes; a longer text goes on in a file. */
const MESSAGES_MAX = 5
/** Longest list of what was not kept. */
const LEFT_MAX = 2_000

/** The parts a mail becomes, and the files among them. */
export async function contentOf(
  options: ContentOptions,
  letter: Letter,
  download: Download,
): Promise<{ content: Part[]; kept: Kept[] }> {
  const { kept, left } = await keep(options, letter.attachments, download)
  const shown = parse(z.array(part), messagesOf(letter, kept).flat())
  // One each for the subject, the file with the whole text, and what was left.
  const room = MESSAGES_MAX * PARTS_MAX - kept.length - 3
  const texts = shown.filter(({ kind }) => kind === 'text')
  const media = shown.filter(({ kind }) => kind !== 'text')
  const rest = texts.length > room ? await storeRest(options, letter) : undefined
  if (typeof rest === 'string') left.push(`${REST}: ${rest}`)
  const all: Part[] = [...texts.slice(0, Math.max(room, 1)), ...media]
  if (rest !== undefined && typeof rest !== 'string')
    all.push({ kind: 'file', file: rest.id, name: rest.name, type: rest.type, bytes: rest.bytes })
  if (left.length > 0) all.push({ kind: 'unsupported', native: 'attachment', text: listed(left) })
  const empty: Part = { kind: 'unsupported', native: 'mail', text: letter.subject || 'an empty mail' }
  return { content: all.length > 0 ? all : [empty], kept }
}

const REST = 'message.txt'

/** The text as a whole, so that nobody has to put it together. */
function storeRest({ host, site, limits }: ContentOptions, { full }: Letter): Promise<StoredFile | string> {
  const attachment = { part: '', name: REST, type: 'text/plain', inline: false }
  const content = Readable.from([Buffer.from(full)], { objectMode: false })
  return store(host, { attachment, site, maxBytes: limits.mailBytes, content })
}

function listed(left: readonly string[]): string {
  const text = left.join('\n')
  if (text.length <= LEFT_MAX) return text.slice(0, TEXT_MAX)
  const lines = text.slice(0, LEFT_MAX).split('\n').slice(0, -1)
  return [...lines, `… ${left.length - lines.length} more`].join('\n')
}

/** What stays at the server is named, so that a person can ask for it another way. */
async function keep(
  { host, site, limits }: ContentOptions,
  attachments: readonly Attachment[],
  download: Download,
): Promise<{ kept: Kept[]; left: string[] }> {
  const kept: Kept[] = []
  const left: string[] = []
  let room = limits.mailBytes
  for (const attachment of attachments) {
    const maxBytes = Math.min(limits.attachmentBytes, room)
    const stored =
      kept.length < limits.attachments && maxBytes > 0
        ? await store(host, { attachment, site, maxBytes, content: await download(attachment.part) })
        : 'too many attachments'
    if (typeof stored === 'string') left.push(`${(attachment.name || attachment.type).slice(0, 255)}: ${stored}`)
    else {
      kept.push({ attachment, file: stored })
      room -= stored.bytes
    }
  }
  return { kept, left }
}

interface Storing {
  attachment: Attachment
  site: string
  maxBytes: number
  content: Readable
}

/** The stored file, or why the storage does not take it. */
async function store(host: Host, { attachment, site, maxBytes, content }: Storing): Promise<StoredFile | string> {
  const { name, type } = attachment
  const meta = { site, name: name.slice(0, 255) || 'attachment', type, maxBytes }
  try {
    return await host.files.put(Readable.toWeb(content) as ReadableStream<Uint8Array>, meta)
  } catch (thrown) {
    content.destroy()
    if (thrown instanceof HutongError && isOfFile(thrown)) return thrown.message
    throw thrown
  }
}

/** Whether it is this file that cannot be kept (too large, empty, of no accepted type), not the storage that fails. */
function isOfFile({ code, field }: HutongError): boolean {
  return code === 'too_large' || code === 'unsupported_type' || (code === 'invalid' && field === 'file')
}
