import { createHash } from 'node:crypto'
import type { Part, PartOf } from '@hutong/core/parts'
import type { Payload } from '@hutong/tencent/payload'

/** A message of `custom/send` without its addressee. */
export type Outgoing =
  | { msgtype: 'text'; text: { content: string } }
  | { msgtype: 'image'; image: { media_id: string } }
  | { msgtype: 'voice'; voice: { media_id: string } }
  | { msgtype: 'video'; video: { media_id: string; thumb_media_id: string; title: string; description: string } }
  | { msgtype: 'news'; news: { articles: [Article] } }
  | { msgtype: 'msgmenu'; msgmenu: { head_content: string; list: MenuItem[]; tail_content: string } }
  | { msgtype: 'miniprogrampage'; miniprogrampage: Page }

export interface Article {
  title: string
  description: string
  url: string
  picurl: string
}

interface MenuItem {
  id: string
  content: string
}

interface Page {
  title: string
  appid: string
  pagepath: string
  thumb_media_id: string
}

/** Links that open a page of a mini-program: what follows `link` is the page's path. */
export interface MiniProgram {
  /** `https://shop.example/mini/` */
  link: string
  appId: string
  /** A picture among the account's material, for the card (520 × 416). */
  thumbMediaId: string
}

export interface Writing {
  conversation: string
  seq: number
  miniPrograms: readonly MiniProgram[]
  /** The id at the platform of the part's file, once it is there. */
  mediaId?: string | undefined
  /** That of the picture that stands for a video until it is played. */
  thumbId?: string | undefined
}

/** One part as one message; undefined for what the platform has no message for. */
export function encode(part: Part, writing: Writing): Outgoing | undefined {
  switch (part.kind) {
    case 'text':
      return textMessage(part.text)
    case 'image':
      return fileMessage(part, writing) ?? pictured(part)
    case 'audio':
    case 'video':
      return fileMessage(part, writing)
    case 'card':
      return cardMessage(part, writing)
    case 'choices':
      return menuMessage(part, writing)
    default:
      return undefined
  }
}

export function textMessage(content: string): Outgoing {
  return { msgtype: 'text', text: { content } }
}

function fileMessage(
  { kind, name = '' }: PartOf<'image' | 'audio' | 'video'>,
  { mediaId, thumbId }: Writing,
): Outgoing | undefined {
  if (mediaId === undefined) return undefined
  const media = { media_id: mediaId }
  if (kind === 'image') return { msgtype: 'image', image: media }
  if (kind === 'audio') return { msgtype: 'voice', voice: media }
  if (thumbId === undefined) return undefined
  return { msgtype: 'video', video: { ...media, thumb_media_id: thumbId, title: name, description: '' } }
}

/** A picture from elsewhere, which the phone loads by itself. */
function pictured({ url, alt, name }: PartOf<'image'>): Outgoing | undefined {
  return url === undefined ? undefined : news({ title: alt || name || '🖼', description: '', url, picurl: url })
}

function cardMessage(card: PartOf<'card'>, { miniPrograms }: Writing): Outgoing {
  const { title, text = '', image = '', url = image } = card
  const program = miniPrograms.find(({ link }) => url.startsWith(link))
  if (program !== undefined) {
    const { link, appId: appid, thumbMediaId: thumb_media_id } = program
    return {
      msgtype: 'miniprogrampage',
      miniprogrampage: { title, appid, pagepath: url.slice(link.length), thumb_media_id },
    }
  }
  // An article without a page would open nothing.
  return url === ''
    ? textMessage([title, text].filter((one) => one !== '').join('\n'))
    : news({ title, description: text, url, picurl: image })
}

function news(article: Article): Outgoing {
  return { msgtype: 'news', news: { articles: [article] } }
}

function menuMessage({ text = '', options }: PartOf<'choices'>, { conversation, seq }: Writing): Outgoing {
  const list = options.map(({ id, label }) => ({ id: `${seq}.${checkOf(conversation)}.${id}`, content: label }))
  return { msgtype: 'msgmenu', msgmenu: { head_content: text, list, tail_content: '' } }
}

/** Entries of other conversations have the same numbers. */
function checkOf(conversation: string): string {
  return createHash('sha256').update(conversation).digest('base64url').slice(0, 6)
}

/** What the id of a menu's item says, when the menu was one of this conversation. */
export function readPick(pick: string, conversation: string): { of: number; id: string } | undefined {
  const { of, check, id } = /^(?<of>[1-9]\d{0,9})\.(?<check>[\w-]{6})\.(?<id>[\w.:-]{1,64})$/.exec(pick)?.groups ?? {}
  return id === undefined || check !== checkOf(conversation) ? undefined : { of: Number(of), id }
}

/** The fields of a reply that answers a push at once; undefined for what only goes as a message of its own. */
export function passive(message: Outgoing, format: 'xml' | 'json'): Payload | undefined {
  switch (message.msgtype) {
    case 'text':
      return { MsgType: 'text', Content: message.text.content }
    case 'image':
      return { MsgType: 'image', Image: { MediaId: message.image.media_id } }
    case 'voice':
      return { MsgType: 'voice', Voice: { MediaId: message.voice.media_id } }
    case 'video': {
      const { media_id, title, description } = message.video
      return { MsgType: 'video', Video: { MediaId: media_id, Title: title, Description: description } }
    }
    case 'news': {
      const items = message.news.articles.map(({ title, description, url, picurl }) => ({
        Title: title,
        Description: description,
        PicUrl: picurl,
        Url: url,
      }))
      return { MsgType: 'news', ArticleCount: items.length, Articles: format === 'xml' ? { item: items } : items }
    }
    default:
      return undefined
  }
}
