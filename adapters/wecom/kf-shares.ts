import type { Part } from '@hutong/core/parts'
import { fromChina } from '@hutong/tencent/gcj'
import type { Payload } from '@hutong/tencent/payload'
import { listOf, recordOf, textOf } from './kf-fields.ts'

/** Places, links and what people share out of other parts of WeChat; undefined for what is none of these or has nothing to read. */
export function shareParts(type: string, content: Payload): Part[] | undefined {
  const of = (name: string) => textOf(content[name])
  switch (type) {
    case 'location':
      return location(content)
    case 'link':
      return card({ title: of('title') || of('url'), text: of('desc'), url: of('url'), image: of('pic_url') })
    case 'miniprogram':
      return card({ title: of('title') || of('appid'), text: lines(of('appid'), of('pagepath')) })
    case 'business_card':
      return card({ title: of('userid') })
    case 'channels_shop_product': {
      const [url, image] = [of('product_id'), of('head_image')]
      return card({ title: of('title'), text: lines(price(of('sales_price')), of('shop_nickname'), url), image })
    }
    case 'channels_shop_order': {
      const text = lines(of('order_id'), of('price_wording'), of('state'), of('shop_nickname'))
      return card({ title: of('product_titles') || of('order_id'), text, image: of('image_url') })
    }
    case 'channels':
      return card({ title: of('title') || of('nickname'), text: of('nickname') })
    case 'merged_msg':
      return text(lines(of('title'), ...listOf(content.item).map((one) => mergedLine(recordOf(one)))))
    case 'msgmenu':
      return text(
        lines(of('head_content'), ...listOf(content.list).map((one) => menuLine(recordOf(one))), of('tail_content')),
      )
    default:
      return undefined
  }
}

function location(content: Payload): Part[] | undefined {
  const [latitude, longitude] = [Number(content.latitude), Number(content.longitude)]
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined
  const name = textOf(content.name).slice(0, 255)
  const address = textOf(content.address).slice(0, 500)
  return [
    { kind: 'location', ...fromChina({ latitude, longitude }), ...(name && { name }), ...(address && { address }) },
  ]
}

/** Links that are no web addresses are read as text. */
function card(of: { title: string; text?: string; url?: string; image?: string }): Part[] | undefined {
  const { title, url = '', image = '' } = of
  if (title.trim() === '') return undefined
  const clickable = isWeb(url)
  const words = lines(of.text ?? '', clickable ? '' : url).slice(0, 2_000)
  return [
    {
      kind: 'card',
      title: title.slice(0, 255),
      ...(words && { text: words }),
      ...(clickable && { url }),
      ...(isWeb(image) && { image }),
      buttons: [],
    },
  ]
}

function text(words: string): Part[] | undefined {
  return words === '' ? undefined : [{ kind: 'text', text: words.slice(0, 8_000), format: 'plain' }]
}

function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url) && url.length <= 2_048
}

function lines(...all: readonly string[]): string {
  return all.filter((line) => line.trim() !== '').join('\n')
}

/** In hundredths of a yuan. */
function price(cents: string): string {
  return /^\d+$/.test(cents) ? `¥${(Number(cents) / 100).toFixed(2)}` : cents
}

/** `msg_content` is the message as JSON of its own. */
function mergedLine(item: Payload): string {
  const type = textOf(item.msgtype)
  const said = /"content"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(textOf(item.msg_content))?.[1]
  return `${textOf(item.sender_name)}: ${said === undefined ? `[${type}]` : unquoted(said)}`
}

function unquoted(json: string): string {
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}

function menuLine(item: Payload): string {
  const inside = recordOf(item[textOf(item.type)])
  const words = textOf(inside.content)
  return words === '' ? '' : lines(`• ${words}`, textOf(inside.url))
}
