import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeContent } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { type Refusal, refuse } from './refusals.ts'
import { card, cardsOf, cut, cutTo, fileOf, isPicture, shapeRefusal, webUrl } from './shapes.ts'
import { cardContent, type TemplateCard, templateCard } from './template-card.ts'

const text = z.string()
const media = z.strictObject({ media_id: text.min(1) })
const article = z.strictObject({
  title: cutTo(128),
  description: cutTo(512).optional(),
  url: webUrl.optional(),
  picurl: text.optional(),
  appid: text.optional(),
  pagepath: text.optional(),
})
const mpArticle = z.strictObject({
  title: cutTo(128),
  thumb_media_id: text.min(1),
  author: cutTo(64).optional(),
  content_source_url: text.optional(),
  content: text,
  digest: cutTo(512).optional(),
})

/** The fields of every type as documented; a field that is not documented is a mistake of the sender. */
const BODIES = {
  text: z.strictObject({ content: text }),
  image: media,
  voice: media,
  video: z.strictObject({ media_id: text.min(1), title: cutTo(128).optional(), description: cutTo(512).optional() }),
  file: media,
  textcard: z.strictObject({
    title: cutTo(128),
    description: cutTo(512),
    url: webUrl,
    btntxt: text.max(4).optional(),
  }),
  news: z.strictObject({ articles: z.array(article) }),
  mpnews: z.strictObject({ articles: z.array(mpArticle) }),
  markdown: z.strictObject({ content: text }),
  miniprogram_notice: z.strictObject({
    appid: text.min(1),
    page: text.optional(),
    title: text.min(4).max(12),
    description: text.min(4).max(12).optional(),
    emphasis_first_item: z.boolean().optional(),
    content_item: z
      .array(z.strictObject({ key: text.min(1).max(10), value: text.min(1).max(30) }))
      .max(10)
      .optional(),
  }),
  template_card: templateCard,
} as const

type Bodies = { readonly [Type in keyof typeof BODIES]: z.infer<(typeof BODIES)[Type]> }

export interface AppMessage {
  readonly content: FakeContent
  readonly card?: TemplateCard
}

/** Longest text and markdown in bytes of UTF-8; what is longer is cut without a word. */
const TEXT_BYTES = 2048
/** Types that groups take. */
export const GROUP_TYPES = ['text', 'image', 'voice', 'video', 'file', 'textcard', 'news', 'mpnews', 'markdown']
export const APP_TYPES = Object.keys(BODIES)

/** What the recipient will see, or why the platform refuses it whoever it is for. `bodies` are the fields beside the common ones. */
export function readAppMessage(
  type: unknown,
  bodies: Readonly<Record<string, unknown>>,
  { types, store }: { types: readonly string[]; store: FakeMediaStore },
): AppMessage | Refusal {
  if (!isType(type) || !types.includes(type)) return refuse(40008, String(type))
  const unknown = Object.keys(bodies).filter((name) => name !== type)
  if (unknown.length > 0) return refuse(40058, `unexpected ${unknown.join(', ')}`)
  const read = BODIES[type].safeParse(bodies[type])
  if (!read.success) return shapeRefusal(type, read.error)
  if (type === 'template_card') {
    const made = read.data as TemplateCard
    return { content: cardContent(made), card: made }
  }
  const content = contentOf(type, read.data as Bodies[keyof Bodies], store)
  return 'errcode' in content ? content : { content }
}

function isType(value: unknown): value is keyof Bodies {
  return typeof value === 'string' && Object.hasOwn(BODIES, value)
}

function contentOf(
  type: Exclude<keyof Bodies, 'template_card'>,
  body: Bodies[keyof Bodies],
  store: FakeMediaStore,
): FakeContent | Refusal {
  const as = <Type extends keyof Bodies>(_type: Type) => body as Bodies[Type]
  switch (type) {
    case 'text':
    case 'markdown':
      return as(type).content === '' ? refuse(44004) : { kind: 'text', text: cut(as(type).content, TEXT_BYTES) }
    case 'image':
    case 'voice':
    case 'file':
      return fileOf(store, type, as(type))
    case 'video':
      return fileOf(store, type, as(type))
    case 'textcard': {
      const { title, description, url } = as(type)
      return cardsOf('link', [card({ title, description, url })])
    }
    case 'news':
      return newsOf(as(type))
    case 'mpnews':
      return mpNewsOf(as(type), store)
    case 'miniprogram_notice':
      return noticeOf(as(type))
  }
}

function newsOf({ articles }: Bodies['news']): FakeContent | Refusal {
  if (articles.length < 1 || articles.length > 8) return refuse(45008)
  if (articles.some(({ url, appid }) => url === undefined && appid === undefined))
    return refuse(40058, 'news.articles.url')
  return cardsOf(
    'news',
    articles.map(({ title, description, url, picurl }) => card({ title, description, url, picture: picurl })),
  )
}

function mpNewsOf({ articles }: Bodies['mpnews'], store: FakeMediaStore): FakeContent | Refusal {
  if (articles.length < 1 || articles.length > 8) return refuse(45008)
  const missing = articles.find(({ thumb_media_id: id }) => !isPicture(store, id))
  if (missing !== undefined) return refuse(40007, missing.thumb_media_id)
  return cardsOf(
    'news',
    articles.map(({ title, digest, content_source_url: url, thumb_media_id: id }) =>
      card({ title, description: digest, url, picture: `/phone/media/${id}` }),
    ),
  )
}

function noticeOf({ title, description, content_item: items = [] }: Bodies['miniprogram_notice']): FakeContent {
  const lines = items.map(({ key, value }) => `${key}: ${value}`)
  return cardsOf('mini-program', [
    card({ title, description: [description ?? '', ...lines].filter(Boolean).join('\n') }),
  ])
}
