import { createHash } from 'node:crypto'
import { degrade } from '@hutong/core/degrade'
import { type MediumKind, type Part, type PartOf, TEXT_MAX } from '@hutong/core/parts'
import { type MessagePayload, type MiniProgramCard, type Place, TYPE, type UrlLink } from './bot.ts'
import { CAPABILITIES } from './capabilities.ts'

/** What a message is; what stands in it beside its text has to be asked for. */
export type Said =
  | { kind: 'parts'; parts: Part[] }
  | { kind: 'medium'; as: MediumKind; native: string; name: string }
  | { kind: 'url' | 'location' | 'mini-program' }
  | { kind: 'recall'; native: string }

/** Where a message belongs. `ours`: the account itself wrote it, here or on its telephone. */
export interface Incoming {
  address: string
  room: boolean
  talker: string
  ours: boolean
  /** In a room, whether the account was spoken to. */
  mentioned: boolean
  native: string
  at?: number
  said: Said
}

const ROOM = 'room:'

export function roomAddress(id: string): string {
  return `${ROOM}${id}`
}

/** The id by which the puppet knows the person or room of an address. */
export function conversationOf(address: string): string {
  return address.startsWith(ROOM) ? address.slice(ROOM.length) : address
}

/** Undefined for what belongs to no conversation: what the account writes to itself or to its file helper. */
export function decode(payload: MessagePayload, self: string): Incoming | undefined {
  const { id, talkerId, listenerId, roomId, mentionIdList = [], timestamp } = payload
  const ours = talkerId === self
  const person = ours ? listenerId : talkerId
  if (!roomId && (!person || person === self || person === 'filehelper')) return undefined
  const at = timestamp > SECONDS_END ? timestamp : timestamp * 1000
  return {
    address: roomId ? roomAddress(roomId) : (person ?? ''),
    room: Boolean(roomId),
    talker: talkerId,
    ours,
    mentioned: mentionIdList.includes(self),
    native: nativeOf(id),
    ...(Number.isFinite(at) && at > 0 ? { at: Math.round(at) } : {}),
    said: saidIn(payload),
  }
}

/** Greater numbers are milliseconds: as seconds they would be the year 5138. */
const SECONDS_END = 1e11

/** The puppet's id, or one made of it where it has signs that ids may not have. */
export function nativeOf(id: string): string {
  return /^[\w.:@/+=-]{1,128}$/.test(id) ? id : createHash('sha256').update(id).digest('hex')
}

function saidIn({ type, text = '', filename = '' }: MessagePayload): Said {
  const medium = MEDIA[type]
  if (medium) return { kind: 'medium', ...medium, name: filename }
  switch (type) {
    case TYPE.text:
      return text === '' ? unsupported('Text', 'an empty message') : parts(...pieces(text))
    case TYPE.url:
      return { kind: 'url' }
    case TYPE.location:
      return { kind: 'location' }
    case TYPE.miniProgram:
      return { kind: 'mini-program' }
    case TYPE.recalled:
      return { kind: 'recall', native: nativeOf(text) }
    default:
      return unsupported(...(OTHERS[type] ?? [`type ${type}`, 'a message that can only be read in WeChat']))
  }
}

const MEDIA: Readonly<Record<number, { as: MediumKind; native: string }>> = {
  [TYPE.attachment]: { as: 'file', native: 'Attachment' },
  [TYPE.audio]: { as: 'audio', native: 'Audio' },
  [TYPE.emoticon]: { as: 'image', native: 'Emoticon' },
  [TYPE.image]: { as: 'image', native: 'Image' },
  [TYPE.video]: { as: 'video', native: 'Video' },
}

const OTHERS: Readonly<Record<number, readonly [native: string, words: string]>> = {
  [TYPE.unknown]: ['Unknown', 'a message that can only be read in WeChat'],
  [TYPE.contact]: ['Contact', 'a contact card'],
  [TYPE.chatHistory]: ['ChatHistory', 'a forwarded chat'],
  [TYPE.groupNote]: ['GroupNote', 'a note to the group'],
  [TYPE.transfer]: ['Transfer', 'a money transfer, which is taken or refused in WeChat'],
  [TYPE.redEnvelope]: ['RedEnvelope', 'a red envelope, which is opened in WeChat'],
  [TYPE.post]: ['Post', 'a post'],
}

function parts(...made: Part[]): { kind: 'parts'; parts: Part[] } {
  return { kind: 'parts', parts: made }
}

export function unsupported(native: string, words: string): { kind: 'parts'; parts: Part[] } {
  return parts({ kind: 'unsupported', native: native.slice(0, 64), text: `[${words}]`.slice(0, TEXT_MAX) })
}

const MOST_PIECES = 10

function pieces(text: string): Part[] {
  const count = Math.min(Math.ceil(text.length / TEXT_MAX), MOST_PIECES)
  return Array.from({ length: count }, (_, index) => plain(text.slice(index * TEXT_MAX, (index + 1) * TEXT_MAX)))
}

function plain(text: string): Part {
  return { kind: 'text', text, format: 'plain' }
}

export function linkPart({ title, url, description, thumbnailUrl }: UrlLink): Part {
  if (!isWeb(url)) return plain([title, description, url].filter(Boolean).join('\n').slice(0, TEXT_MAX) || '[link]')
  return {
    kind: 'card',
    title: title.slice(0, 255) || url.slice(0, 255),
    ...(description ? { text: description.slice(0, 2_000) } : {}),
    ...(thumbnailUrl && isWeb(thumbnailUrl) ? { image: thumbnailUrl } : {}),
    url,
    buttons: [],
  }
}

export function placePart({ latitude, longitude, name, address }: Place): Part {
  return {
    kind: 'location',
    latitude,
    longitude,
    ...(name ? { name: name.slice(0, 255) } : {}),
    ...(address ? { address: address.slice(0, 500) } : {}),
  }
}

/** A mini-program opens in WeChat alone: of what was shared, its name remains. */
export function miniProgramPart({ title, description }: MiniProgramCard): Part {
  const words = [title, description].filter(Boolean).join(': ')
  return { kind: 'unsupported', native: 'MiniProgram', text: `[mini-program] ${words}`.trim().slice(0, TEXT_MAX) }
}

/** Links that begin with `link` are pages of a mini-program: what follows is the page. `username`: its gh_ id, which most puppets need. */
export interface MiniProgram {
  link: string
  appId: string
  username?: string
}

/** One message of the platform. */
export type Draft =
  | { kind: 'text'; text: string }
  | { kind: 'file'; file: string; name?: string }
  | { kind: 'url'; link: UrlLink }
  | { kind: 'mini-program'; card: MiniProgramCard }

export function encode(part: Part, miniPrograms: readonly MiniProgram[]): Draft {
  switch (part.kind) {
    case 'text':
      return { kind: 'text', text: part.text }
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      if (part.file === undefined) return asText(part)
      return { kind: 'file', file: part.file, ...(part.name === undefined ? {} : { name: part.name }) }
    case 'card':
      return cardDraft(part, miniPrograms)
    default:
      return asText(part)
  }
}

function cardDraft(part: PartOf<'card'>, miniPrograms: readonly MiniProgram[]): Draft {
  const { title, text = '', image, url = '' } = part
  const mini = miniPrograms.find(({ link }) => url.startsWith(link))
  if (mini) {
    const { appId: appid, link, username } = mini
    const shown = { title, ...(text && { description: text }), ...(image && { thumbUrl: image }) }
    return {
      kind: 'mini-program',
      card: { appid, pagePath: url.slice(link.length), ...shown, ...(username && { username }) },
    }
  }
  if (!isWeb(url) || part.buttons.length > 0) return asText(part)
  return { kind: 'url', link: { title, url, description: text, ...(image && { thumbnailUrl: image }) } }
}

/** In one message, however long: a message that is sent in pieces could be lost in part. */
function asText(part: Part): Draft {
  const { messages } = degrade([part], { ...CAPABILITIES, parts: ['text'], text: { ...CAPABILITIES.text, max: null } })
  const texts = messages.flat().flatMap((one) => (one.kind === 'text' ? [one.text] : []))
  return { kind: 'text', text: texts.join('\n') }
}

function isWeb(url: string): boolean {
  return url.length <= 2_048 && /^https?:\/\/\S+$/i.test(url)
}
