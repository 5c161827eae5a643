import type { Capabilities } from '@hutong/core/adapter'
import { degrade } from '@hutong/core/degrade'
import type { MediumKind, Part, PartOf } from '@hutong/core/parts'
import { APP_CAPABILITIES, GROUP_CAPABILITIES } from './app-capabilities.ts'

/** A message as `message/send` and `appchat/send` take it, without recipients: `msgtype`, and the field of that name. */
export type Body = { readonly msgtype: string } & { readonly [field: string]: string | object }

/** What is to be sent; a stored file has to be uploaded first. */
export type Draft = { kind: 'ready'; body: Body } | { kind: 'file'; part: PartOf<MediumKind>; file: string }

export interface Place {
  group: boolean
  /** What a pick comes back with. */
  conversation: string
  seq: number
  /** Unique for each delivery: the platform takes a card's task once. */
  task: string
  miniPrograms: readonly MiniProgram[]
}

export function ready(body: Body): Draft {
  return { kind: 'ready', body }
}

/**
 * A text in as many messages as it takes. WeCom makes links of `<a href>` in it, whatever it says beside: a space without width keeps it
 * text.
 */
export function plain(content: string): Draft[] {
  const text = content.replaceAll(/<(?=\/?a[\s>])/gi, '<\u200B')
  return texts([{ kind: 'text', text, format: 'plain' }], APP_CAPABILITIES).map((piece) =>
    ready({ msgtype: 'text', text: { content: piece } }),
  )
}

/** The platform knows no pictures inside a text: they become links. */
export function markdown(content: string): Draft {
  return ready({ msgtype: 'markdown', markdown: { content: content.replaceAll(/!(?=\[[^\]]*\]\()/g, '') } })
}

/** A part that this place cannot show, in texts. */
export function asText(part: Part, { group }: Pick<Place, 'group'>): Draft[] {
  const own = group ? GROUP_CAPABILITIES : APP_CAPABILITIES
  const textOnly: Capabilities = { ...own, parts: ['text'], choices: { max: 0, label: 0 }, buttons: 0 }
  return texts([part], textOnly).flatMap(plain)
}

function texts(parts: readonly Part[], capabilities: Capabilities): string[] {
  const { messages } = degrade(parts, capabilities)
  return messages.flat().flatMap((one) => (one.kind === 'text' ? [one.text] : []))
}

export function fileDraft(part: PartOf<MediumKind>, place: Place): Draft[] {
  if (part.file !== undefined) return [{ kind: 'file', part, file: part.file }]
  if (part.kind !== 'image' || part.url === undefined) return asText(part, place)
  const title = part.alt ?? part.name ?? '🖼'
  return bytes(title) > TITLE_BYTES ? asText(part, place) : [news({ title, url: part.url, picurl: part.url })]
}

/** A card without buttons: title, text and picture that open a page. What would be cut by the platform goes as text. */
export function pageCard(one: PartOf<'card'>, place: Place): Draft[] {
  const { title, text = '', image, url } = one
  if (url === undefined || bytes(title) > TITLE_BYTES || bytes(text) > TEXT_BYTES) return asText(one, place)
  const page = miniPage(url, place)
  if (page !== undefined) return [miniCard(one, page, place)]
  if (!isWeb(url)) return asText(one, place)
  if (image === undefined && text !== '')
    return [ready({ msgtype: 'textcard', textcard: { title, description: text, url } })]
  return [
    news({
      title,
      ...(text === '' ? {} : { description: text }),
      url,
      ...(image === undefined ? {} : { picurl: image }),
    }),
  ]
}

/** Links that begin with `link` are pages of a mini-program: what follows is the page. */
export interface MiniProgram {
  link: string
  appId: string
}

export interface MiniPage {
  appid: string
  page: string
}

/** The page of a mini-program that a link stands for. */
export function miniPage(url: string, { miniPrograms }: Pick<Place, 'miniPrograms'>): MiniPage | undefined {
  for (const { link, appId } of miniPrograms)
    if (url.startsWith(link)) return { appid: appId, page: url.slice(link.length) }
  return undefined
}

/** As a notice where its narrow limits allow (titles of 4 to 12 characters), else as an article. */
function miniCard({ title, text, image }: PartOf<'card'>, { appid, page }: MiniPage, { group }: Place): Draft {
  const short = (words: string) => words.length >= 4 && words.length <= 12
  const where = page === '' ? {} : { page }
  if (!group && image === undefined && short(title) && (text === undefined || short(text)))
    return ready({
      msgtype: 'miniprogram_notice',
      miniprogram_notice: { appid, ...where, title, ...(text === undefined ? {} : { description: text }) },
    })
  return news({
    title,
    ...(text === undefined ? {} : { description: text }),
    ...(image === undefined ? {} : { picurl: image }),
    appid,
    ...(page === '' ? {} : { pagepath: page }),
  })
}

function news(article: Readonly<Record<string, string>>): Draft {
  return ready({ msgtype: 'news', news: { articles: [article] } })
}

export function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url)
}

/** A body for a file that was uploaded. */
export function fileBody(kind: string, mediaId: string): Body {
  return { msgtype: kind, [kind]: { media_id: mediaId } }
}

const TITLE_BYTES = 128
const TEXT_BYTES = 512

function bytes(text: string): number {
  return Buffer.byteLength(text)
}
