import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeContent, FakeMenuItem } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { type Refusal, refuse } from './refusals.ts'
import { bytes, card, cardsOf, cutTo, fileOf, isPicture, shapeRefusal, webUrl } from './shapes.ts'

const text = z.string()
const media = z.strictObject({ media_id: text.min(1) })
const words = bytes(1024)

const item = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('click'),
    click: z.strictObject({ id: bytes(64, 0).optional(), content: bytes(128) }),
  }),
  z.strictObject({ type: z.literal('view'), view: z.strictObject({ url: webUrl, content: words }) }),
  z.strictObject({
    type: z.literal('miniprogram'),
    miniprogram: z.strictObject({ appid: bytes(32), pagepath: words, content: words }),
  }),
  z.strictObject({
    type: z.literal('text'),
    text: z.strictObject({ content: bytes(256), no_newline: z.literal([0, 1]).optional() }),
  }),
])

/** The fields of every type (https://developer.work.weixin.qq.com/document/path/94677). */
const BODIES = {
  text: z.strictObject({ content: text }),
  image: media,
  voice: media,
  video: media,
  file: media,
  link: z.strictObject({
    title: cutTo(128),
    desc: cutTo(512).optional(),
    url: webUrl,
    thumb_media_id: text.min(1),
  }),
  miniprogram: z.strictObject({
    appid: text.min(1),
    title: cutTo(64).optional(),
    thumb_media_id: text.min(1),
    pagepath: text.min(1),
  }),
  msgmenu: z.strictObject({
    head_content: bytes(1024, 0).optional(),
    list: z.array(item).max(10).optional(),
    tail_content: bytes(1024, 0).optional(),
  }),
  location: z.strictObject({
    name: text.optional(),
    address: text.optional(),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  }),
  business_card: z.strictObject({ userid: text.min(1) }),
  ca_link: z.strictObject({ link_url: webUrl }),
} as const
type Bodies = { readonly [Type in keyof typeof BODIES]: z.infer<(typeof BODIES)[Type]> }

const TEXT_BYTES = 2048
export const KF_TYPES = Object.keys(BODIES)

/** What the customer will see, or why the platform refuses it whoever it is for. `bodies` are the fields beside the common ones. */
export function readKfMessage(
  type: string,
  bodies: Readonly<Record<string, unknown>>,
  { types, store }: { types: readonly string[]; store: FakeMediaStore },
): FakeContent | Refusal {
  if (!isType(type) || !types.includes(type)) return refuse(40008, type)
  const unknown = Object.keys(bodies).filter((name) => name !== type)
  if (unknown.length > 0) return refuse(40058, `unexpected ${unknown.join(', ')}`)
  const read = BODIES[type].safeParse(bodies[type])
  if (!read.success) return shapeRefusal(type, read.error)
  return contentOf(type, read.data as Bodies[keyof Bodies], store)
}

function isType(value: string): value is keyof Bodies {
  return Object.hasOwn(BODIES, value)
}

function contentOf(type: keyof Bodies, body: Bodies[keyof Bodies], store: FakeMediaStore): FakeContent | Refusal {
  const as = <Type extends keyof Bodies>(_type: Type) => body as Bodies[Type]
  switch (type) {
    case 'text':
      return textOf(as(type).content)
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
      return fileOf(store, type, as(type))
    case 'link': {
      const { title, desc, url, thumb_media_id: id } = as(type)
      if (!isPicture(store, id)) return refuse(40007, id)
      return cardsOf('link', [card({ title, description: desc, url, picture: `/phone/media/${id}` })])
    }
    case 'miniprogram': {
      const { title, pagepath, thumb_media_id: id } = as(type)
      if (!isPicture(store, id)) return refuse(40007, id)
      return cardsOf('mini-program', [card({ title, description: pagepath, picture: `/phone/media/${id}` })])
    }
    case 'msgmenu':
      return menuOf(as(type))
    case 'location': {
      const { name = '', address = '', latitude, longitude } = as(type)
      return { kind: 'location', name: [name, address].filter(Boolean).join(' '), latitude, longitude }
    }
    case 'business_card':
      return cardsOf('contact', [card({ title: as(type).userid })])
    case 'ca_link':
      return cardsOf('contact', [card({ title: as(type).link_url, url: as(type).link_url })])
  }
}

function textOf(content: string): FakeContent | Refusal {
  if (content === '') return refuse(44004)
  return Buffer.byteLength(content) > TEXT_BYTES ? refuse(45002) : { kind: 'text', text: content }
}

function menuOf({
  head_content: head = '',
  list = [],
  tail_content: tail = '',
}: Bodies['msgmenu']): FakeContent | Refusal {
  if (head === '' && list.length === 0 && tail === '') return refuse(44004)
  const plain = list.flatMap((one) => (one.type === 'text' ? [one.text.content] : []))
  const items = list.flatMap((one): FakeMenuItem[] => {
    if (one.type === 'click') return [{ id: one.click.id ?? '', text: one.click.content }]
    if (one.type === 'view') return [{ id: '', text: one.view.content, url: one.view.url }]
    return one.type === 'miniprogram' ? [{ id: '', text: one.miniprogram.content, url: '' }] : []
  })
  return { kind: 'menu', head: [head, ...plain].filter(Boolean).join('\n'), items, tail }
}
