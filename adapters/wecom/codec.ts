import { createHash } from 'node:crypto'
import { type Part, type PartOf, TEXT_MAX } from '@hutong/core/parts'
import type { Payload, PayloadValue } from '@hutong/tencent/payload'
import { buttonCard, choicesCard, readPress } from './app-card.ts'
import { asText, type Draft, fileDraft, markdown, type Place, pageCard, plain } from './app-draft.ts'
import { PASSING } from './app-events.ts'

/** What a callback of the app is: somebody wrote something, or something happened that needs no place in the log. */
export type Incoming =
  | { kind: 'message'; from: string; native: string; at: number | undefined; said: Said }
  | { kind: 'event'; name: string; means: string }

export type Said =
  | { kind: 'parts'; parts: Part[] }
  /** A file that is still at the platform; `url` is a picture's other place. */
  | { kind: 'medium'; as: 'image' | 'audio' | 'video'; mediaId: string; url?: string }
  | { kind: 'pick'; conversation: string; of: number; option: string; responseCode: string }

/** Total: what it does not know is an `unsupported` part when a person sent it, else an event. */
export function decode(payload: Payload): Incoming {
  const type = text(payload.MsgType)
  const from = text(payload.FromUserName)
  const event = type === 'event' ? text(payload.Event) : type === '' ? text(payload.InfoType) || 'unknown' : undefined
  const said = event === undefined ? decodeMessage(type, payload) : decodeEvent(event, payload)
  if (said === undefined || from === '' || from === 'sys') {
    const name = (event ?? type).slice(0, 64)
    return { kind: 'event', name, means: meansOf(name, payload) }
  }
  const seconds = Number(text(payload.CreateTime))
  return { kind: 'message', from, native: nativeOf(payload), at: seconds > 0 ? seconds * 1000 : undefined, said }
}

function meansOf(event: string, payload: Payload): string {
  if (text(payload.InfoType) !== '') return 'is for providers of apps'
  return (Object.hasOwn(PASSING, event) && PASSING[event]) || 'is not known'
}

function decodeMessage(type: string, payload: Payload): Said {
  switch (type) {
    case 'text':
      return words(text(payload.Content)) ?? unsupported(type, '')
    case 'image':
      return medium('image', payload) ?? unsupported(type, text(payload.PicUrl))
    case 'voice':
      return medium('audio', payload) ?? unsupported(type, '')
    case 'video':
      return medium('video', payload) ?? unsupported(type, '')
    case 'location':
      return place(payload) ?? unsupported(type, text(payload.Label))
    case 'link':
      return link(payload)
    default:
      return unsupported(type, '')
  }
}

/** Undefined for what is no message. */
function decodeEvent(event: string, payload: Payload): Said | undefined {
  const key = text(payload.EventKey)
  switch (event) {
    case 'click':
      return words(key)
    case 'scancode_waitmsg':
      return words(text(inside(payload.ScanCodeInfo).ScanResult)) ?? unsupported(event, key)
    case 'location_select':
      return place(inside(payload.SendLocationInfo)) ?? unsupported(event, key)
    case 'template_card_event':
      return press(payload) ?? unsupported(event, key)
    default:
      return Object.hasOwn(PASSING, event) ? undefined : unsupported(event, key)
  }
}

function press(payload: Payload): Said | undefined {
  const pressed = readPress(text(payload.EventKey))
  if (pressed === undefined) return undefined
  const [selected] = list(inside(payload.SelectedItems).SelectedItem)
  const [chosen] = list(inside(inside(selected).OptionIds).OptionId)
  const option = pressed.option || text(chosen)
  if (option === '') return undefined
  return { kind: 'pick', ...pressed, option, responseCode: text(payload.ResponseCode) }
}

function words(content: string): Said | undefined {
  if (content === '') return undefined
  const pieces = Array.from({ length: Math.ceil(content.length / TEXT_MAX) }, (_, index) =>
    content.slice(index * TEXT_MAX, (index + 1) * TEXT_MAX),
  )
  return said(...pieces.slice(0, 10).map((piece) => ({ kind: 'text', text: piece, format: 'plain' }) as const))
}

function medium(as: 'image' | 'audio' | 'video', payload: Payload): Said | undefined {
  const mediaId = text(payload.MediaId)
  const url = text(payload.PicUrl)
  return mediaId === '' ? undefined : { kind: 'medium', as, mediaId, ...(isWeb(url) ? { url } : {}) }
}

function place(payload: Payload): Said | undefined {
  const [latitude, longitude] = [text(payload.Location_X), text(payload.Location_Y)].map(degrees)
  if (latitude === undefined || longitude === undefined) return undefined
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined
  const name = (text(payload.Label) || text(payload.Poiname)).slice(0, 255)
  return said({ kind: 'location', latitude, longitude, ...(name === '' ? {} : { name }) })
}

function degrees(value: string): number | undefined {
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined
}

function link(payload: Payload): Said {
  const [title, description] = [text(payload.Title), text(payload.Description)]
  const [url, image] = [text(payload.Url), text(payload.PicUrl)]
  const head = title || description || url
  if (head === '') return unsupported('link', '')
  const made: PartOf<'card'> = { kind: 'card', title: head.slice(0, 255), buttons: [] }
  if (description !== '') made.text = description.slice(0, 2_000)
  if (isWeb(url)) made.url = url
  if (isWeb(image)) made.image = image
  return said(made)
}

function unsupported(native: string, words: string): Said {
  const name = native.slice(0, 64)
  return said({ kind: 'unsupported', native: name, text: (words === '' ? `[${name}]` : words).slice(0, TEXT_MAX) })
}

function said(...parts: Part[]): Said {
  return { kind: 'parts', parts }
}

/** The platform's id, or for events, which have none, one that only the very same event has. */
function nativeOf(payload: Payload): string {
  const id = text(payload.MsgId)
  if (/^[\w-]{1,64}$/.test(id)) return id
  return `e_${createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 40)}`
}

function isWeb(url: string): boolean {
  return url.length <= 2_048 && /^https?:\/\/\S+$/i.test(url)
}

function text(value: PayloadValue | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function inside(value: PayloadValue | undefined): Payload {
  return isPayload(value) ? value : {}
}

function isPayload(value: PayloadValue | undefined): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: PayloadValue | undefined): readonly PayloadValue[] {
  if (value === undefined) return []
  return isList(value) ? value : [value]
}

function isList(value: PayloadValue): value is readonly PayloadValue[] {
  return Array.isArray(value)
}

/** What is to be sent for these parts, in order; the same parts and place give the same. */
export function encode(parts: readonly Part[], place: Place): Draft[] {
  return parts.flatMap((part) => encodePart(part, place))
}

function encodePart(part: Part, place: Place): Draft[] {
  switch (part.kind) {
    case 'text':
      return [part.format === 'markdown' ? markdown(part.text) : plain(part.text)]
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return fileDraft(part, place)
    case 'choices':
      return place.group ? asText(part, place) : choicesCard(part, place)
    case 'card':
      if (part.buttons.length === 0) return pageCard(part, place)
      return place.group ? asText(part, place) : buttonCard(part, place)
    case 'location':
    case 'form':
    case 'rating':
    case 'unsupported':
      return asText(part, place)
  }
}
