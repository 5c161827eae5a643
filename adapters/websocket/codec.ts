import type { Arrival, Thread } from '@hutong/core/adapter'
import type { Profile } from '@hutong/core/conversation'
import { CONTACT_KINDS, type ContactBody, type Entry, visibleToContact } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import { isMedium, type Part, type PartKind } from '@hutong/core/parts'
import type { Signal } from '@hutong/core/signal'
import { type EntriesPacket, PACKET_MAX, type Ready, sendPacket } from '@hutong/core/wire'
import type { VisitorIdentity } from './identity.ts'
import type { WebSite } from './site.ts'

/** A signed link to a stored file. */
export type FileUrl = (file: { id: string }) => string

export type Sent = Pick<Arrival, 'key' | 'body'>

/** What a visitor sent. Rejects with `invalid`, naming the field. */
export function decodeSend(packet: unknown): Sent {
  const { key, body } = parse(sendPacket, packet)
  if (!isContactBody(body)) throw new HutongError('invalid', `body.kind: a visitor may not send ${body.kind}`)
  return { key, body: body.kind === 'message' || body.kind === 'edit' ? { ...body, parts: owned(body.parts) } : body }
}

function isContactBody(body: Entry['body']): body is ContactBody {
  return (CONTACT_KINDS as readonly string[]).includes(body.kind)
}

/** Visitors write and show; cards, choices and forms are for those who answer them. */
const CONTACT_PARTS: readonly PartKind[] = ['text', 'image', 'file', 'audio', 'video', 'location']

/** A visitor's media are uploads: a foreign link would show agents' browsers to whoever serves it. */
function owned(parts: readonly Part[]): Part[] {
  return parts.map((part, index) => {
    const at = `body.parts.${index}`
    if (!CONTACT_PARTS.includes(part.kind))
      throw refusedField(`${at}.kind`, `a visitor may send ${CONTACT_PARTS.join(', ')}, not ${part.kind}`)
    if (!isMediumPart(part)) return part
    if (part.file === undefined) throw refusedField(`${at}.file`, 'upload the file first and send its id')
    if (part.kind === 'video' && part.poster !== undefined)
      throw refusedField(`${at}.poster`, 'leave it out; a visitor may not send links to pictures elsewhere')
    const { url: _, ...own } = part
    return own
  })
}

function refusedField(field: string, rule: string): HutongError {
  return new HutongError('invalid', `${field}: ${rule}`, { field })
}

type MediumPart = Extract<Part, { file?: string | undefined }>

function isMediumPart(part: Part): part is MediumPart {
  return isMedium(part.kind)
}

/** The entry as its contact sees it, links to files filled in. */
export function encodeEntry(entry: Entry, url: FileUrl): Entry {
  const seen = visibleToContact(entry)
  const { body } = seen
  if ((body.kind !== 'message' && body.kind !== 'edit') || !body.parts.some(isMediumPart)) return seen
  return { ...seen, body: { ...body, parts: body.parts.map((part) => linked(part, url)) } }
}

function linked(part: Part, url: FileUrl): Part {
  return isMediumPart(part) && part.file !== undefined ? { ...part, url: url({ id: part.file }) } : part
}

/** What a visitor's client hears of a signal: what agents and backends do, and how far its own other tabs have read. */
export function encodeSignal(signal: Signal): Signal | undefined {
  if (signal.kind === 'visit') return
  if (signal.from.kind === 'contact' && signal.kind !== 'cursor') return
  if (signal.kind === 'typing') return { kind: 'typing', from: signal.from, on: signal.on }
  return signal
}

/** A Socket.IO EVENT packet of the main namespace, as text. */
export function encodeEvent(name: string, payload: unknown): string {
  return `2${JSON.stringify([name, payload])}`
}

/** An Engine.IO message as an unmasked WebSocket text frame (RFC 6455 §5.2) in one buffer, so that it takes one write. */
export function encodeFrame(packet: string): Buffer {
  const length = Buffer.byteLength(packet) + 1
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = 0x81
  if (start === 2) frame[1] = length
  else if (start === 4) frame.writeUInt16BE(length, 2)
  else frame.writeBigUInt64BE(BigInt(length), 2)
  if (start > 2) frame[1] = start === 4 ? 126 : 127
  frame[start] = 0x34
  frame.write(packet, start + 1)
  return frame
}

/** Room for the names around the entries of a packet. */
const ENVELOPE = 512

/** How many of these, from the first on, fit into one packet; at least one. */
function fitting(entries: readonly Entry[]): number {
  let bytes = ENVELOPE
  for (const [index, entry] of entries.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1
    if (bytes > PACKET_MAX && index > 0) return index
  }
  return entries.length
}

export interface Page {
  conversation: string
  entries: readonly Entry[]
  last: number
}

/**
 * The answer to `after` (keeps the oldest when not all fit) and `history` (keeps the newest). A client that gets fewer than
 * it asked for asks again.
 */
export function encodePage(
  { conversation, entries, last }: Page,
  keep: 'oldest' | 'newest',
  url: FileUrl,
): EntriesPacket {
  const seen = entries.map((entry) => encodeEntry(entry, url))
  const page = keep === 'oldest' ? seen.slice(0, fitting(seen)) : seen.slice(-fitting(seen.toReversed()))
  return { conversation, entries: page, last: Math.max(last, page.at(-1)?.seq ?? 0) }
}

/** As many `entries` packets as the batch needs, as text; one for anything of usual size. */
export function encodeEntries(conversation: string, entries: readonly Entry[], url: FileUrl): string[] {
  const last = entries.at(-1)?.seq ?? 0
  const seen = entries.map((entry) => encodeEntry(entry, url))
  const whole = encodeEvent('entries', { conversation, entries: seen, last } satisfies EntriesPacket)
  if (seen.length <= 1 || whole.length * 3 <= PACKET_MAX || Buffer.byteLength(whole) <= PACKET_MAX) return [whole]
  const texts: string[] = []
  for (let rest: readonly Entry[] = seen; rest.length > 0; ) {
    const count = fitting(rest)
    texts.push(encodeEvent('entries', { conversation, entries: rest.slice(0, count), last }))
    rest = rest.slice(count)
  }
  return texts
}

export interface Welcome {
  site: WebSite
  identity: VisitorIdentity
  found: Thread | undefined
  profile: Profile | undefined
  token?: string | undefined
  at: number
}

export function encodeReady({ site, identity, found, profile, token, at }: Welcome): Ready {
  return {
    ...(token !== undefined && { token }),
    ...(found && {
      contact: { ...profile, id: found.conversation.contact, verified: identity.verified === 'signed' },
      conversation: found.conversation.id,
      floor: found.conversation.floor,
    }),
    last: found?.conversation.last ?? 0,
    cursors: found?.cursors ?? [],
    site: {
      name: site.name,
      staffed: site.staffed(),
      typingPreview: site.typingPreview,
      uploads: { maxBytes: site.uploads.maxBytes, types: [...site.uploads.types] },
    },
    at,
  }
}
