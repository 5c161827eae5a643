import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import { type FakeElement, readFakeXml } from '@hutong/tencent/fake-read-xml'
import { isRecord, readJson } from '@hutong/tencent/fake-server'
import type { FakeCard, FakeContent, FakeFile } from '@hutong/tencent/fake-shown'
import { z } from 'zod'

const text = z.string()
const media = z.strictObject({ MediaId: text })
const number = z.union([z.int(), z.string().regex(/^\d+$/)])
const article = z.strictObject({ Title: text, Description: text, PicUrl: text, Url: text })
const common = { ToUserName: text, FromUserName: text, CreateTime: number }

const REPLY = z.discriminatedUnion('MsgType', [
  z.strictObject({ ...common, MsgType: z.literal('text'), Content: text.min(1) }),
  z.strictObject({ ...common, MsgType: z.literal('image'), Image: media }),
  z.strictObject({ ...common, MsgType: z.literal('voice'), Voice: media }),
  z.strictObject({
    ...common,
    MsgType: z.literal('video'),
    Video: media.extend({ Title: text.optional(), Description: text.optional() }),
  }),
  z.strictObject({
    ...common,
    MsgType: z.literal('music'),
    Music: z.strictObject({
      Title: text.optional(),
      Description: text.optional(),
      MusicUrl: text.optional(),
      HQMusicUrl: text.optional(),
      ThumbMediaId: text,
    }),
  }),
  z.strictObject({
    ...common,
    MsgType: z.literal('news'),
    ArticleCount: number,
    Articles: z.union([z.strictObject({ item: z.union([article, z.array(article)]) }), z.array(article)]),
  }),
  z.strictObject({
    ...common,
    MsgType: z.literal('transfer_customer_service'),
    TransInfo: z.strictObject({ KfAccount: text }).optional(),
  }),
])

type Reply = z.infer<typeof REPLY>

export interface ReplyContext {
  /** The account and the customer: a reply names them the other way round. */
  account: string
  openid: string
  format: 'xml' | 'json'
  store: FakeMediaStore
}

/** What the customer sees of an answer to a push; undefined when the platform finds it wrong. */
export function readPassiveReply(body: string, context: ReplyContext): FakeContent[] | undefined {
  const value: FakeElement | unknown =
    context.format === 'xml' ? readFakeXml(body) : readJson(new TextEncoder().encode(body))
  const read = REPLY.safeParse(value)
  if (!isRecord(value) || !read.success) return undefined
  const { ToUserName, FromUserName } = read.data
  return ToUserName === context.openid && FromUserName === context.account
    ? contentsOf(read.data, context.store)
    : undefined
}

function contentsOf(reply: Reply, store: FakeMediaStore): FakeContent[] | undefined {
  switch (reply.MsgType) {
    case 'text':
      return [{ kind: 'text', text: reply.Content }]
    case 'image':
      return files(store, 'image', reply.Image.MediaId)
    case 'voice':
      return files(store, 'voice', reply.Voice.MediaId)
    case 'video': {
      const { MediaId, Title = '', Description = '' } = reply.Video
      return files(store, 'video', MediaId)?.map((one) => ({ ...one, title: Title, description: Description }))
    }
    case 'music': {
      const { Title = '', Description = '', MusicUrl = '' } = reply.Music
      return cards('music', [{ title: Title, description: Description, url: MusicUrl, picture: '' }])
    }
    case 'news': {
      const articles = Array.isArray(reply.Articles) ? reply.Articles : [reply.Articles.item].flat()
      return Number(reply.ArticleCount) === articles.length ? cards('news', articles.map(articleCard)) : undefined
    }
    case 'transfer_customer_service':
      return []
  }
}

function articleCard({ Title, Description, PicUrl, Url }: z.infer<typeof article>): FakeCard {
  return { title: Title, description: Description, url: Url, picture: PicUrl }
}

function cards(of: 'music' | 'news', all: readonly FakeCard[]): FakeContent[] {
  return [{ kind: 'cards', of, cards: all }]
}

function files(store: FakeMediaStore, kind: 'image' | 'voice' | 'video', id: string): FakeFile[] | undefined {
  const found = store.get(id)
  return found?.kind === kind ? [{ kind, media: id, name: found.name }] : undefined
}
