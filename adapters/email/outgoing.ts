import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Delivery, FileStorage } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import { isMedium, type Part, type PartOf } from '@hutong/core/parts'
import { encode } from './codec.ts'
import { contentIdOf } from './letter.ts'
import { optionsOf } from './offers.ts'
import type { OutgoingMail } from './sender.ts'
import type { Thread } from './threads.ts'

export interface Composing {
  files: FileStorage
  from: { name: string; address: string }
  /** Without angle brackets. */
  messageId: string
  /** Where answers go. */
  replyAddress: string
  thread: Thread
}

/** The mail of one delivery: the same words, ids and date for every try. */
export async function compose(
  { to, entry, parts }: Pick<Delivery, 'to' | 'entry' | 'parts'>,
  { files, from, messageId, replyAddress, thread }: Composing,
): Promise<OutgoingMail> {
  const letter = encode(parts, {
    subject: thread.subject,
    title: from.name,
    replyAddress,
    options: optionsOf(entry),
  })
  const stored = parts.filter((one) => isMedium(one.kind)) as PartOf<'file'>[]
  const attachments = await Promise.all(stored.map((one) => attachment(files, one)))
  const last = thread.references.at(-1)
  return {
    messageId: `<${messageId}>`,
    date: new Date(entry.at),
    from,
    to: { name: '', address: to.address },
    ...(replyAddress !== from.address && { replyTo: { name: from.name, address: replyAddress } }),
    subject: letter.subject,
    text: letter.text,
    html: letter.html,
    attachments: attachments.flatMap((one) => one ?? []),
    ...(last !== undefined && { inReplyTo: `<${last}>`, references: thread.references.map((id) => `<${id}>`) }),
    headers: marks(entry),
  }
}

/** RFC 3834: said of what no person wrote, and of nothing else, or vacation notices would stop for people too. */
function marks({ from }: Entry): Record<string, string> {
  if (from.kind === 'agent' || from.kind === 'contact') return {}
  return { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'OOF, AutoReply' }
}

/** Undefined for files that are not ours: those stand as links in the text. */
async function attachment(files: FileStorage, one: PartOf<'file'> | Part) {
  if (!('file' in one) || one.file === undefined) return undefined
  const found = await files.get(one.file)
  if (!found) return undefined
  const inline = (one as Part).kind === 'image'
  return {
    filename: ('name' in one ? one.name : undefined) ?? found.file.name,
    contentType: found.file.type,
    content: Readable.fromWeb(found.content as NodeStream<Uint8Array>),
    ...(inline && { cid: contentIdOf(one.file), contentDisposition: 'inline' as const }),
  }
}
