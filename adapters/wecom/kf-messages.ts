import type { Capabilities } from '@hutong/core/adapter'
import { degrade } from '@hutong/core/degrade'
import type { Option, Part, PartOf } from '@hutong/core/parts'
import { toChina } from '@hutong/tencent/gcj'
import { KF_CAPABILITIES } from './kf-capabilities.ts'

/** A message as `send_msg` wants it, without the addressee (https://developer.work.weixin.qq.com/document/path/94677). */
export type KfMessage = { readonly msgtype: string } & Readonly<Record<string, unknown>>

/** What was uploaded for a part. */
export interface KfUploaded {
  readonly type: 'image' | 'voice' | 'video' | 'file'
  readonly mediaId: string
}

export interface KfEncoding {
  /** The entry that the message is part of, so that a tap can name it. */
  readonly seq: number
  readonly uploaded?: KfUploaded | undefined
  /** The picture of a link. */
  readonly thumb?: string | undefined
}

const TEXT_ONLY: Capabilities = { ...KF_CAPABILITIES, parts: ['text'], choices: { max: 0, label: 0 } }
const URL_BYTES = 2_048
const TITLE_BYTES = 128
const DESCRIPTION_BYTES = 512
const HEAD_BYTES = 1_024
const ITEM_BYTES = 128

/** Whether a card fits into a link, which needs an address; one that does not is sent as text. */
export function isLink(part: Part): part is PartOf<'card'> & { url: string } {
  return (
    part.kind === 'card' &&
    /^https?:/i.test(part.url ?? '') &&
    bytes(part.url ?? '') <= URL_BYTES &&
    bytes(part.title) <= TITLE_BYTES &&
    bytes(part.text ?? '') <= DESCRIPTION_BYTES
  )
}

/** One part as the platform's messages: two when the words above a menu are longer than its head may be. */
export function encode(part: Part, { seq, uploaded, thumb }: KfEncoding): KfMessage[] {
  if (uploaded !== undefined) return [{ msgtype: uploaded.type, [uploaded.type]: { media_id: uploaded.mediaId } }]
  if (isLink(part) && thumb !== undefined) {
    const { title, text, url } = part
    return [{ msgtype: 'link', link: { title, ...(text && { desc: text }), url, thumb_media_id: thumb } }]
  }
  switch (part.kind) {
    case 'text':
      return [text(part.text)]
    case 'location': {
      const { name, address } = part
      return [
        { msgtype: 'location', location: { ...(name && { name }), ...(address && { address }), ...toChina(part) } },
      ]
    }
    case 'choices':
      return menu(part, seq)
    default:
      return asText(part)
  }
}

/** In as many texts as its words need. */
function asText(part: Part): KfMessage[] {
  return degrade([part], TEXT_ONLY).messages.flatMap((message) =>
    message.flatMap((one) => (one.kind === 'text' ? [text(one.text)] : [])),
  )
}

function menu({ text: lead = '', options }: PartOf<'choices'>, seq: number): KfMessage[] {
  const list = options.map((option, index) => ({
    type: 'click',
    click: { id: menuId(seq, index), content: item(option) },
  }))
  if (bytes(lead) > HEAD_BYTES) return [text(lead), { msgtype: 'msgmenu', msgmenu: { list } }]
  return [{ msgtype: 'msgmenu', msgmenu: { ...(lead.trim() && { head_content: lead }), list } }]
}

/** Names the offer and the option; which those are stands in what was remembered of the offer. */
export function menuId(seq: number, index: number): string {
  return `${seq}.${index}`
}

export function readMenuId(id: string): { seq: number; index: number } | undefined {
  const [, seq, index] = /^(\d{1,15})\.(\d{1,2})$/.exec(id) ?? []
  return seq === undefined || index === undefined ? undefined : { seq: Number(seq), index: Number(index) }
}

function item({ label, description }: Option): string {
  const whole = description?.trim() ? `${label} – ${description}` : label
  return bytes(whole) <= ITEM_BYTES ? whole : label
}

export function text(content: string): KfMessage {
  return { msgtype: 'text', text: { content } }
}

function bytes(words: string): number {
  return Buffer.byteLength(words)
}
