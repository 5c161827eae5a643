import { createHash } from 'node:crypto'
import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeContent, FakeShown } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { createRecent } from './recent.ts'
import { OK, type Refusal, refuse } from './refusals.ts'
import { bytes, card, cardsOf, fileOf, shapeRefusal, webUrl } from './shapes.ts'
import { cardContent, templateCard } from './template-card.ts'

export interface Robots {
  /** `webhook/send`. */
  send(key: string | null, json: Readonly<Record<string, unknown>>): object
  has(key: string | null): boolean
  /** What the group of this robot sees, oldest first. */
  sees(key: string): readonly FakeShown[]
}

const text = z.string()
const markdown = z.strictObject({ content: bytes(4096) })
const media = z.strictObject({ media_id: text.min(1) })
const BODIES = {
  text: z.strictObject({
    content: bytes(2048),
    mentioned_list: z.array(text).optional(),
    mentioned_mobile_list: z.array(text).optional(),
  }),
  markdown,
  markdown_v2: markdown,
  image: z.strictObject({ base64: text.min(1), md5: text.regex(/^[0-9a-f]{32}$/) }),
  news: z.strictObject({
    articles: z
      .array(
        z.strictObject({
          title: bytes(128),
          description: bytes(512, 0).optional(),
          url: webUrl,
          picurl: text.optional(),
        }),
      )
      .min(1)
      .max(8),
  }),
  file: media,
  voice: media,
  template_card: templateCard,
} as const
type Bodies = { readonly [Type in keyof typeof BODIES]: z.infer<(typeof BODIES)[Type]> }

/** Largest picture of a robot in bytes. */
const PICTURE_BYTES = 2 * 1024 * 1024

/** Robots of groups (https://developer.work.weixin.qq.com/document/path/91770): 20 messages a minute each. */
export function createRobots(
  keys: readonly string[],
  { clock, media: store }: { clock: FakeClock; media: FakeMediaStore },
): Robots {
  const groups = new Map<string, FakeShown[]>(keys.map((key) => [key, []]))
  const recent = createRecent(clock, [{ count: 20, ms: 60_000 }])
  return {
    has: (key) => groups.has(key ?? ''),
    sees(key) {
      const group = groups.get(key)
      if (group === undefined) throw new Error('no robot has this key')
      return group
    },
    send(key, { msgtype, ...bodies }) {
      const group = groups.get(key ?? '')
      if (key === null || group === undefined) return refuse(93000)
      const content = read(msgtype, bodies, store)
      if ('errcode' in content) return content
      if (!recent.take(key)) return refuse(45009)
      group.push({ id: `g${group.length + 1}`, from: 'account', at: clock.now(), ...content })
      return OK
    },
  }
}

function read(type: unknown, bodies: Readonly<Record<string, unknown>>, store: FakeMediaStore): FakeContent | Refusal {
  if (typeof type !== 'string' || !isType(type)) return refuse(40008, String(type))
  const unknown = Object.keys(bodies).filter((name) => name !== type)
  if (unknown.length > 0) return refuse(40058, `unexpected ${unknown.join(', ')}`)
  const parsed = BODIES[type].safeParse(bodies[type])
  if (!parsed.success) return shapeRefusal(type, parsed.error)
  return contentOf(type, parsed.data as Bodies[keyof Bodies], store)
}

function isType(value: string): value is keyof Bodies {
  return Object.hasOwn(BODIES, value)
}

function contentOf(type: keyof Bodies, body: Bodies[keyof Bodies], store: FakeMediaStore): FakeContent | Refusal {
  const as = <Type extends keyof Bodies>(_type: Type) => body as Bodies[Type]
  switch (type) {
    case 'text':
    case 'markdown':
    case 'markdown_v2':
      return { kind: 'text', text: as(type).content }
    case 'image':
      return pictureOf(as(type), store)
    case 'file':
    case 'voice':
      return fileOf(store, type, as(type))
    case 'news':
      return cardsOf(
        'news',
        as(type).articles.map(({ title, description, url, picurl }) =>
          card({ title, description, url, picture: picurl }),
        ),
      )
    case 'template_card': {
      const made = as(type)
      const known = made.card_type === 'text_notice' || made.card_type === 'news_notice'
      return known ? cardContent(made) : refuse(40058, `template_card.card_type ${made.card_type}`)
    }
  }
}

function pictureOf({ base64, md5 }: Bodies['image'], store: FakeMediaStore): FakeContent | Refusal {
  const picture = new Uint8Array(Buffer.from(base64, 'base64'))
  if (createHash('md5').update(picture).digest('hex') !== md5) return refuse(301019)
  if (picture.length > PICTURE_BYTES) return refuse(45001)
  const { id, name } = store.keep('image', 'picture.png', picture)
  return { kind: 'image', media: id, name }
}
