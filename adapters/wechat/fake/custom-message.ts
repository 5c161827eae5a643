import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeCard, FakeCardKind, FakeContent } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { type Refusal, refuse } from './refusals.ts'

/** Longest text in bytes of UTF-8. */
const TEXT_BYTES = 2048

const text = z.string()
const media = z.strictObject({ media_id: text })

/**
 * The fields of every type as the platform documents them
 * (https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html); a field it does not document is a
 * mistake of the sender. A video's picture stands in the platform's sample and is said to be needed nowhere: the fake asks for it, so
 * that nothing rests on its being left out.
 */
const BODIES = {
  text: z.strictObject({ content: text }),
  image: media,
  voice: media,
  video: z.strictObject({
    media_id: text,
    thumb_media_id: text,
    title: text.optional(),
    description: text.optional(),
  }),
  music: z.strictObject({
    title: text.optional(),
    description: text.optional(),
    musicurl: text,
    hqmusicurl: text,
    thumb_media_id: text,
  }),
  news: z.strictObject({
    articles: z.array(
      z.strictObject({ title: text, description: text.optional(), url: text.optional(), picurl: text.optional() }),
    ),
  }),
  mpnews: media,
  mpnewsarticle: z.strictObject({ article_id: text }),
  msgmenu: z.strictObject({
    head_content: text.optional(),
    list: z.array(z.strictObject({ id: text, content: text })).min(1),
    tail_content: text.optional(),
  }),
  wxcard: z.strictObject({ card_id: text }),
  miniprogrampage: z.strictObject({ title: text, appid: text, pagepath: text, thumb_media_id: text }),
} as const

type Bodies = { readonly [Type in keyof typeof BODIES]: z.infer<(typeof BODIES)[Type]> }
type Seen = FakeContent | Refusal

/** What the customer will see of a message to `custom/send`, or why the platform refuses it whoever it is for. */
export function readCustomMessage(message: Readonly<Record<string, unknown>>, store: FakeMediaStore): Seen {
  const { touser: _to, msgtype, customservice, ...bodies } = message
  if (!isType(msgtype)) return refuse(40008)
  const unknown = Object.keys(bodies).filter((name) => name !== msgtype)
  if (unknown.length > 0) return refuse(40035, `unexpected ${unknown.join(', ')}`)
  const kf = z.strictObject({ kf_account: text }).optional().safeParse(customservice)
  if (!kf.success) return refuse(47001, 'customservice')
  const read = BODIES[msgtype].safeParse(bodies[msgtype])
  if (!read.success) return shapeRefusal(msgtype, read.error)
  return contentOf(msgtype, read.data as Bodies[keyof Bodies], store)
}

function isType(value: unknown): value is keyof Bodies {
  return typeof value === 'string' && Object.hasOwn(BODIES, value)
}

function shapeRefusal(type: string, { issues: [issue] }: z.ZodError): Refusal {
  const path = [type, ...(issue?.path ?? [])].join('.')
  if (issue?.code === 'unrecognized_keys') return refuse(40035, `unexpected ${issue.keys.join(', ')} in ${path}`)
  return path.endsWith('media_id') ? refuse(41006, path) : refuse(47001, path)
}

function contentOf(type: keyof Bodies, body: Bodies[keyof Bodies], store: FakeMediaStore): Seen {
  const as = <Type extends keyof Bodies>(_type: Type) => body as Bodies[Type]
  switch (type) {
    case 'text':
      return textOf(as(type).content)
    case 'image':
    case 'voice':
      return fileOf(store, type, as(type).media_id)
    case 'video':
      return videoOf(as(type), store)
    case 'music':
      return withThumb(as(type).thumb_media_id, store, () => musicOf(as('music')))
    case 'news':
      return as(type).articles.length === 1 ? cardsOf('news', as(type).articles.map(articleCard)) : refuse(45008)
    // Permanent material is nothing that this fake keeps, so that none of its ids can be right.
    case 'mpnews':
      return refuse(40007, as(type).media_id)
    case 'mpnewsarticle':
      return refuse(53600, as(type).article_id)
    case 'msgmenu':
      return menuOf(as(type))
    case 'wxcard':
      return cardsOf('coupon', [card({ title: as(type).card_id })])
    case 'miniprogrampage':
      return withThumb(as(type).thumb_media_id, store, () => pageOf(as('miniprogrampage')))
  }
}

function textOf(content: string): Seen {
  if (content === '') return refuse(44004)
  return Buffer.byteLength(content) > TEXT_BYTES ? refuse(45002) : { kind: 'text', text: content }
}

function fileOf(store: FakeMediaStore, kind: 'image' | 'voice' | 'video', id: string): Seen {
  const found = store.get(id)
  return found?.kind === kind ? { kind, media: id, name: found.name } : refuse(40007, id)
}

function videoOf(body: Bodies['video'], store: FakeMediaStore): Seen {
  const { title = '', description = '' } = body
  const found = fileOf(store, 'video', body.media_id)
  return withThumb(body.thumb_media_id, store, () => ('media' in found ? { ...found, title, description } : found))
}

function withThumb(id: string, store: FakeMediaStore, content: () => Seen): Seen {
  return isPicture(store, id) ? content() : refuse(40007, id)
}

function isPicture(store: FakeMediaStore, id: string): boolean {
  return ['thumb', 'image'].includes(store.get(id)?.kind ?? '')
}

function menuOf({ head_content = '', list, tail_content = '' }: Bodies['msgmenu']): Seen {
  return {
    kind: 'menu',
    head: head_content,
    items: list.map(({ id, content }) => ({ id, text: content })),
    tail: tail_content,
  }
}

function musicOf({ title, description, musicurl }: Bodies['music']): Seen {
  return cardsOf('music', [card({ title, description, url: musicurl })])
}

function pageOf({ title, pagepath, thumb_media_id }: Bodies['miniprogrampage']): Seen {
  return cardsOf('mini-program', [card({ title, description: pagepath, picture: `/phone/media/${thumb_media_id}` })])
}

function articleCard({ title, description, url, picurl }: Bodies['news']['articles'][number]): FakeCard {
  return card({ title, description, url, picture: picurl })
}

function cardsOf(of: FakeCardKind, cards: readonly FakeCard[]): FakeContent {
  return { kind: 'cards', of, cards }
}

function card({
  title = '',
  description = '',
  url = '',
  picture = '',
}: { [Name in keyof FakeCard]?: string | undefined }): FakeCard {
  return { title, description, url, picture }
}
