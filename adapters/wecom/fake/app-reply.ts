import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import { type FakeElement, readFakeXml } from '@hutong/tencent/fake-read-xml'
import type { FakeContent } from '@hutong/tencent/fake-shown'
import { card, cardsOf, cut, fileOf } from './shapes.ts'

/** An answer to a callback: something to show, or the text for the pressed button. */
export interface AppReply {
  readonly content?: FakeContent
  readonly button?: string
}

const TEXT_BYTES = 2048

/** Reads what an app answers to a callback (https://developer.work.weixin.qq.com/document/path/90241). Undefined for what is none. */
export function readAppReply(
  xml: string,
  { userid, store }: { userid: string; store: FakeMediaStore },
): AppReply | undefined {
  const root = readFakeXml(xml)
  if (root === undefined || textOf(root, 'ToUserName')?.toLowerCase() !== userid.toLowerCase()) return undefined
  const type = textOf(root, 'MsgType')
  if (type === 'text') {
    const text = textOf(root, 'Content')
    return text === undefined || text === '' ? undefined : { content: { kind: 'text', text: cut(text, TEXT_BYTES) } }
  }
  if (type === 'image' || type === 'voice' || type === 'video') {
    const inner = inside(root, type === 'image' ? 'Image' : type === 'voice' ? 'Voice' : 'Video')
    const content = fileOf(store, type, { media_id: (inner && textOf(inner, 'MediaId')) ?? '' })
    return 'errcode' in content ? undefined : { content }
  }
  if (type === 'news') return newsOf(root)
  const button = type === 'update_button' ? inside(root, 'Button') : undefined
  const words = button && textOf(button, 'ReplaceName')
  return words === undefined ? undefined : { button: words }
}

function newsOf(root: FakeElement): AppReply | undefined {
  const articles = inside(root, 'Articles')
  const list = typeof articles === 'object' ? articles.item : undefined
  const items = list === undefined ? [] : Array.isArray(list) ? list : [list]
  if (items.length < 1 || items.length > 8 || textOf(root, 'ArticleCount') !== String(items.length)) return undefined
  const cards = items.map((item) =>
    card({
      title: textOf(item, 'Title'),
      description: textOf(item, 'Description'),
      url: textOf(item, 'Url'),
      picture: textOf(item, 'PicUrl'),
    }),
  )
  return { content: cardsOf('news', cards) }
}

function inside(element: FakeElement, name: string): FakeElement | undefined {
  const found = typeof element === 'string' ? undefined : element[name]
  return Array.isArray(found) ? undefined : found
}

function textOf(element: FakeElement, name: string): string | undefined {
  const found = inside(element, name)
  return typeof found === 'string' ? found : undefined
}
