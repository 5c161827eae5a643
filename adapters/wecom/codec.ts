import { createHash } from 'node:crypto'
import { type Part, type PartOf, TEXT_MAX } from '@hutong/core/parts'
import { fromChina } from '@hutong/tencent/gcj'
import type { Payload, PayloadValue } from '@hutong/tencent/payload'
import { buttonCard, choicesCard, readPress } from './app-card.ts'
import { asText, type Draft, fileDraft, markdown, type Place, pageCard, plain } from './app-draft.ts'
import { PASSING } from './app-events.ts'
import { listOf, recordOf, textOf } from './kf-fields.ts'

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
  const type = textOf(payload.MsgType)
  const from = textOf(payload.FromUserName)
  const event =
    type === 'event' ? textOf(payload.Event) : type === '' ? textOf(payload.InfoType) || 'unknown' : undefined
  const said = event === undefined ? decodeMessage(type, payload) : decodeEvent(event, payload)
  if (said === undefined || from === '' || from === 'sys') {
    const name = (event ?? type).slice(0, 64)
    return { kind: 'event', name, means: meansOf(name, payload) }
  }
  const seconds = Number(textOf(payload.CreateTime))
  return { kind: 'message', from, native: nativeOf(payload), at: seconds > 0 ? seconds * 1000 : undefined, said }
}

function meansOf(event: string, payload: Payload): string {
  if (textOf(payload.InfoType) !== '') return 'is for providers of apps'
  return (Object.hasOwn(PASSING, event) && PASSING[event]) || 'is not known'
}

function decodeMessage(type: string, payload: Payload): Said {
  switch (type) {
    case 'text':
      return words(textOf(payload.Content)) ?? unsupported(type, '')
    case 'image':
      return medium('image', payload) ?? unsupported(type, textOf(payload.PicUrl))
    case 'voice':
      return medium('audio', payload) ?? unsupported(type, '')
    case 'video':
      return medium('video', payload) ?? unsupported(type, '')
    case 'location':
      return place(payload) ?? unsupported(type, textOf(payload.Label))
    case 'link':
      return link(payload)
    default:
      return unsupported(type, '')
  }
}

/** Undefined for what is no message. */
function decodeEvent(event: string, payload: Payload): Said | undefined {
  const key = textOf(payload.EventKey)
  switch (event) {
    case 'click':
      return words(key)
    case 'scancode_waitmsg':
      return words(textOf(recordOf(payload.ScanCodeInfo).ScanResult)) ?? unsupported(event, key)
    case 'location_select':
      return place(recordOf(payload.SendLocationInfo)) ?? unsupported(event, key)
    case 'template_card_event':
      return press(payload) ?? unsupported(event, key)
    default:
      return Object.hasOwn(PASSING, event) ? undefined : unsupported(event, key)
  }
}

function press(payload: Payload): Said | undefined {
  const pressed = readPress(textOf(payload.EventKey))
  if (pressed === undefined) return undefined
  const selected = firstOf(recordOf(payload.SelectedItems).SelectedItem)
  const chosen = firstOf(recordOf(recordOf(selected).OptionIds).OptionId)
  const option = pressed.option || textOf(chosen)
  if (option === '') return undefined
  return { kind: 'pick', ...pressed, option, responseCode: textOf(payload.ResponseCode) }
}

function words(content: string): Said | undefined {
  if (content === '') return undefined
  const pieces = Array.from({ length: Math.ceil(content.length / TEXT_MAX) }, (_, index) =>
    content.slice(index * TEXT_MAX, (index + 1) * TEXT_MAX),
  )
  return said(...pieces.slice(0, 10).map((piece) => ({ kind: 'text', text: piece, format: 'plain' }) as const))
}

function medium(as: 'image' | 'audio' | 'video', payload: Payload): Said | undefined {
  const mediaId = textOf(payload.MediaId)
  const url = textOf(payload.PicUrl)
  return mediaId === '' ? undefined : { kind: 'medium', as, mediaId, ...(isWeb(url) ? { url } : {}) }
}

function place(payload: Payload): Said | undefined {
  const [latitude, longitude] = [textOf(payload.Location_X), textOf(payload.Location_Y)].map(degrees)
  if (latitude === undefined || longitude === undefined) return undefined
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined
  const name = (textOf(payload.Label) || textOf(payload.Poiname)).slice(0, 255)
  return said({ kind: 'location', ...fromChina({ latitude, longitude }), ...(name === '' ? {} : { name }) })
}

function degrees(value: string): number | undefined {
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined
}

function link(payload: Payload): Said {
  const [title, description] = [textOf(payload.Title), textOf(payload.Description)]
  const [url, image] = [textOf(payload.Url), textOf(payload.PicUrl)]
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
  const id = textOf(payload.MsgId)
  if (/^[\w-]{1,64}$/.test(id)) return id
  return `e_${createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 40)}`
}

function isWeb(url: string): boolean {
  return url.length <= 2_048 && /^https?:\/\/\S+$/i.test(url)
}

/** An element that comes once is no list. */
function firstOf(value: PayloadValue | undefined): PayloadValue | undefined {
  return Array.isArray(value) ? listOf(value)[0] : value
}

/** What is to be sent for these parts, in order; the same parts and place give the same. */
export function encode(parts: readonly Part[], place: Place): Draft[] {
  return parts.flatMap((part) => encodePart(part, place))
}

function encodePart(part: Part, place: Place): Draft[] {
  switch (part.kind) {
    case 'text':
      return part.format === 'markdown' ? [markdown(part.text)] : plain(part.text)
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
