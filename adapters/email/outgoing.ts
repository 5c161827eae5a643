import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { FileStorage } from '@hutong/core/adapter'
import type { Entry } from '@hutong/core/entry'
import { isMedium, type Part, type PartOf } from '@hutong/core/parts'
import { encode } from './codec.ts'
import { contentIdOf } from './letter.ts'
import type { OutgoingMail } from './sender.ts'
import type { Thread } from './threads.ts'

export interface Composing {
  files: FileStorage
  from: { name: string; address: string }
  to: string
  /** Without angle brackets. */
  messageId: string
  /** Where answers go. */
  replyAddress: string
  /** What a mail is called that no thread gives a subject. */
  title: string
  /** Undefined for mail that hangs on no other. */
  thread: Thread | undefined
  /** Which options the text offers under numbers. */
  options: { number: number; label: string }[]
  at: number
  /** RFC 3834: why no person wrote it. */
  automatic: 'auto-replied' | 'auto-generated' | undefined
}

/** One mail: the same words, ids and date for every try. */
export async function compose(parts: readonly Part[], how: Composing): Promise<OutgoingMail> {
  const { files, from, to, messageId, replyAddress, thread, title, options } = how
  const letter = encode(parts, { subject: thread?.subject, title, replyAddress, options })
  const stored = await Promise.all(parts.map((one) => attachment(files, one)))
  const references = thread?.references ?? []
  const last = references.at(-1)
  return {
    messageId: `<${messageId}>`,
    date: new Date(how.at),
    from,
    to: { name: '', address: to },
    ...(replyAddress !== from.address && { replyTo: { name: from.name, address: replyAddress } }),
    subject: letter.subject,
    text: letter.text,
    html: letter.html,
    attachments: stored.filter((one) => one !== undefined),
    ...(last !== undefined && { inReplyTo: `<${last}>`, references: references.map((id) => `<${id}>`) }),
    headers: how.automatic ? { 'Auto-Submitted': how.automatic, 'X-Auto-Response-Suppress': 'OOF, AutoReply' } : {},
  }
}

/** Said of what no person wrote, and of nothing else, or vacation notices would stop for people too. */
export function automaticOf({ from }: Entry): 'auto-replied' | undefined {
  return from.kind === 'bot' || from.kind === 'system' ? 'auto-replied' : undefined
}

/** Undefined for what is no file of ours: that stands as a link in the text. */
async function attachment(files: FileStorage, one: Part) {
  if (!isMedium(one.kind)) return undefined
  const { file, name, kind } = one as PartOf<'image' | 'file'>
  const found = file === undefined ? undefined : await files.get(file)
  if (file === undefined || !found) return undefined
  return {
    filename: name ?? found.file.name,
    contentType: found.file.type,
    content: Readable.fromWeb(found.content as NodeStream<Uint8Array>),
    ...(kind === 'image' && { cid: contentIdOf(file), contentDisposition: 'inline' as const }),
  }
}
