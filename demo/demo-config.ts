import type { ConfigInput } from '@hutong/server/config'

export const SITE = 'courtyard-tea'

/** A chat-completions endpoint. */
export interface DemoModel {
  baseUrl: string
  model: string
  apiKey?: string
  /** The name that customers see. */
  title?: string
}

interface DemoSettings {
  data: string
  port: number
  shop: string
  model?: DemoModel
}

/** The demonstration's relay: one site, what answers there first, people behind it. */
export function demoConfig({ data, port, shop, model }: DemoSettings): ConfigInput {
  return {
    mode: 'development',
    data,
    listen: { host: '127.0.0.1', port },
    sites: [
      {
        key: SITE,
        name: 'Courtyard Tea',
        origins: [shop, shop.replace('127.0.0.1', 'localhost')],
        locales: ['en', 'zh-CN'],
        routing: [model ? 'openai' : 'keyword', 'desk'],
        typingPreview: true,
        ratings: { ask: 'csat' },
      },
    ],
    /** The buttons on the simulated phones put the clock forward; nobody has to sign in again for that. */
    sessions: { idleMs: 14 * 86_400_000 },
    backends: model ? { openai: { ...model } } : { keyword: { answers: ANSWERS } },
    log: { level: 'warn' },
  }
}

const text = (words: string) => [{ kind: 'text' as const, text: words, format: 'markdown' as const }]

const ANSWERS = [
  {
    any: ['配送', '运费', '快递', '发货', '包邮'],
    parts: text('一般**二至四个工作日**送达，满 300 元包邮，不满收 12 元运费。'),
  },
  {
    any: ['营业', '几点', '开门', '关门', '上班'],
    parts: text('**每天九点至十八点**都有人在，网上随时可以下单。'),
  },
  {
    any: ['价格', '多少钱', '价钱', '便宜'],
    parts: text('每 50 克：**西湖龙井 ¥188**、**武夷肉桂 ¥248**、**凤庆滇红 ¥138**。'),
  },
  { any: ['退货', '退款', '退换'], parts: text('未拆封的茶，三十天内都可以退。把订单号告诉我们就行。') },
  {
    any: ['推荐', '哪款', '选哪'],
    parts: [
      {
        kind: 'choices' as const,
        text: '您平时更喜欢哪种口味？',
        options: [
          { id: 'longjing', label: '清鲜' },
          { id: 'rougui', label: '浓香' },
          { id: 'dianhong', label: '甜润' },
        ],
      },
    ],
  },
  { any: ['清鲜'], parts: text('那就**西湖龙井**：板栗香，回甘清甜。') },
  { any: ['浓香'], parts: text('那就**武夷肉桂**：桂皮辛香，岩韵悠长。') },
  { any: ['甜润'], parts: text('那就**凤庆滇红**：桂圆干和蜜香。') },
  { any: ['您好', '你好'], parts: text('您好！配送、退换、选茶，都可以问我；想找人工客服，说“转人工”就行。') },
  {
    any: ['delivery', 'shipping', 'ship', 'deliver'],
    parts: text('We deliver in **2 to 4 working days**. From € 40 it is free, below that € 4.90.'),
  },
  {
    any: ['hours', 'opening', 'are you open', 'do you open', 'do you close', 'closing time'],
    parts: text('We are here **every day, 9 to 18**. You can order at any time.'),
  },
  {
    any: ['price', 'prices', 'cost', 'costs', 'how much', 'expensive', 'cheap'],
    parts: text('For 50 g: **Longjing € 24**, **Rougui € 32**, **Dianhong € 18**.'),
  },
  {
    any: ['return', 'returns', 'refund'],
    parts: text('Unopened tea can come back within 30 days. Your order number is all we need.'),
  },
  {
    any: ['recommend', 'which', 'choose', 'suggestion'],
    parts: [
      {
        kind: 'choices' as const,
        text: 'What do you like best in a cup?',
        options: [
          { id: 'longjing', label: 'Fresh' },
          { id: 'rougui', label: 'Bold' },
          { id: 'dianhong', label: 'Sweet' },
        ],
      },
    ],
  },
  { any: ['fresh'], parts: text('Then **Longjing** from West Lake: chestnut and fresh peas.') },
  { any: ['bold'], parts: text('Then **Rougui** from Wuyi: cinnamon bark and warm stone.') },
  { any: ['sweet'], parts: text('Then **Dianhong** from Fengqing: malt and dried longan.') },
  {
    any: ['hi', 'hello', 'hey'],
    parts: text('Hello! Ask me about delivery, returns or which tea to choose. Say “agent” and a person comes.'),
  },
]
