import { createHash } from 'node:crypto'
import { type PartInput, type PartOf, part as partSchema, TEXT_MAX } from '@hutong/core/parts'
import { fromChina } from '@hutong/tencent/gcj'
import type { Payload } from '@hutong/tencent/payload'
import { ACTS, PASSING, PRESSES } from './events.ts'

export { type Article, encode, type Outgoing, passive, readPick, textMessage } from './outgoing.ts'

/** What the platform pushed. `native` is the same for the same push, however often it comes. */
export interface Decoded {
  /** Undefined for what concerns nobody in particular. */
  openid: string | undefined
  native: string
  /** Milliseconds since 1970. */
  at: number | undefined
  /** The account's own id, which a reply must name. */
  account: string
  what: What
}

export type What =
  /** A customer's words. `occasion` is what lets the account answer. */
  | { kind: 'message'; parts: PartInput[]; medium?: Medium; pick?: string; occasion: 'message' | 'menu' }
  | { kind: 'follow' | 'scan'; scene: string | undefined }
  | { kind: 'unfollow' }
  /** What happened without words. `press`: by the menu below the conversation, so that the account may answer. */
  | { kind: 'passing'; name: string; meaning: string; press: boolean }
  /** What a customer did apart from writing, and every event that nobody has heard of. */
  | { kind: 'act'; name: string; parts: PartInput[] }

/** A file that must be fetched; it takes the place of the message's only part. */
export interface Medium {
  kind: 'image' | 'audio' | 'video'
  id: string
  name: string
  transcript: string | undefined
}

/** Total, and the same for the same payload. `labels` are the names of the menu's buttons by their keys. */
export function decode(payload: Payload, labels: ReadonlyMap<string, string> = new Map()): Decoded {
  const type = textOf(payload, 'MsgType')
  const seconds = Number(textOf(payload, 'CreateTime') || Number.NaN)
  const openid = textOf(payload, 'FromUserName') || undefined
  return {
    openid,
    native: nativeOf(payload, type),
    at: Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : undefined,
    account: textOf(payload, 'ToUserName'),
    what: type === 'event' || type === '' ? eventOf(payload, labels) : messageOf(payload, type),
  }
}

/** https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html */
function nativeOf(payload: Payload, type: string): string {
  const id = textOf(payload, 'MsgId')
  if (id !== '' && type !== 'event') return id
  const names = ['FromUserName', 'CreateTime', 'Event', 'InfoType', 'EventKey']
  const told = names.map((name) => textOf(payload, name)).join('/')
  const all = textOf(payload, 'FromUserName') === '' ? JSON.stringify(payload) : told
  return `e-${createHash('sha256').update(all).digest('base64url').slice(0, 32)}`
}

function messageOf(payload: Payload, type: string): What {
  const said = (parts: PartInput[], more: Partial<Extract<What, { kind: 'message' }>> = {}): What => ({
    kind: 'message',
    parts: parts.map(withinLimits),
    occasion: 'message',
    ...more,
  })
  switch (type) {
    case 'text': {
      const pick = textOf(payload, 'bizmsgmenuid')
      const parts = orElse(texts(textOf(payload, 'Content')), type, '[text]')
      return said(parts, pick === '' ? {} : { pick, occasion: 'menu' })
    }
    case 'image':
      return fileOf(payload, said, 'image')
    case 'voice':
      return fileOf(payload, said, 'audio')
    case 'video':
    case 'shortvideo':
      return fileOf(payload, said, 'video')
    case 'location':
      return said([placeOf(payload)])
    case 'link':
      return said([linkOf(payload)])
    default:
      return said([unsupported(type, titled(payload, type))])
  }
}

function fileOf(payload: Payload, said: (parts: PartInput[], more?: { medium: Medium }) => What, kind: Medium['kind']) {
  const [type, id] = [textOf(payload, 'MsgType'), textOf(payload, 'MediaId')]
  const transcript = textOf(payload, 'Recognition').slice(0, TEXT_MAX) || undefined
  const lost = unsupported(type, `[${type}]${transcript === undefined ? '' : ` ${transcript}`}`)
  const format = /^(amr|mp3|speex|silk)$/i.exec(textOf(payload, 'Format'))?.[0].toLowerCase()
  const ending = { image: 'jpg', audio: format ?? 'amr', video: 'mp4' }[kind]
  return id === '' ? said([lost]) : said([lost], { medium: { kind, id, name: `${type}.${ending}`, transcript } })
}

/** The platform's maps are those of China. */
function placeOf(payload: Payload): PartInput {
  const [latitude, longitude] = [
    Number(textOf(payload, 'Location_X') || 'x'),
    Number(textOf(payload, 'Location_Y') || 'x'),
  ]
  const address = textOf(payload, 'Label').slice(0, 500)
  const place: PartInput = { kind: 'location', ...fromChina({ latitude, longitude }), ...(address && { address }) }
  return partSchema.safeParse(place).success ? place : unsupported('location', address || '[location]')
}

/** An address that nobody could open is said in words. */
function linkOf(payload: Payload): PartInput {
  const [title = '', said = '', url = ''] = ['Title', 'Description', 'Url'].map((name) => textOf(payload, name))
  const named = { kind: 'card' as const, title: (title || url).slice(0, 255) }
  const whole = { ...named, text: said.slice(0, 2_000), url }
  if (partSchema.safeParse(whole).success) return whole
  const spoken = { ...named, text: `${said}\n${url}`.trim().slice(0, 2_000) }
  return partSchema.safeParse(spoken).success ? spoken : unsupported('link', '[link]')
}

function titled(payload: Payload, type: string): string {
  return `[${type}] ${textOf(payload, 'Title')}`.trim()
}

function eventOf(payload: Payload, labels: ReadonlyMap<string, string>): What {
  const [name, key] = [textOf(payload, 'Event') || textOf(payload, 'InfoType'), textOf(payload, 'EventKey')]
  switch (name) {
    case 'subscribe':
      return { kind: 'follow', scene: key.startsWith('qrscene_') ? key.slice('qrscene_'.length) : undefined }
    case 'unsubscribe':
      return { kind: 'unfollow' }
    case 'SCAN':
      return { kind: 'scan', scene: key || undefined }
    case 'CLICK':
      return { kind: 'message', parts: orElse(texts(labels.get(key) ?? key), name, '[menu]'), occasion: 'menu' }
    case 'scancode_waitmsg': {
      const scanned = isPayload(payload.ScanCodeInfo) ? textOf(payload.ScanCodeInfo, 'ScanResult') : ''
      return { kind: 'message', parts: orElse(texts(scanned), name, '[code]'), occasion: 'menu' }
    }
  }
  const meaning = Object.hasOwn(PASSING, name) ? PASSING[name] : undefined
  if (meaning !== undefined) return { kind: 'passing', name, meaning, press: PRESSES.includes(name) }
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
  return { kind: 'act', name, parts: [unsupported(name || 'event', act ?? `[${name || 'event'}]`)] }
}

function texts(text: string): PartInput[] {
  const pieces: PartInput[] = []
  for (let rest = text; rest !== ''; rest = rest.slice(TEXT_MAX))
    pieces.push({ kind: 'text', text: rest.slice(0, TEXT_MAX), format: 'plain' })
  return pieces
}

function orElse(parts: PartInput[], native: string, text: string): PartInput[] {
  return parts.length > 0 ? parts : [unsupported(native, text)]
}

export function unsupported(native: string, text: string): PartOf<'unsupported'> {
  return { kind: 'unsupported', native: native.slice(0, 64), text: text.slice(0, TEXT_MAX) }
}

function withinLimits(one: PartInput): PartInput {
  return partSchema.safeParse(one).success ? one : unsupported(one.kind, `[${one.kind}]`)
}

/** Empty for what is missing or no text. */
function textOf(payload: Payload, name: string): string {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
