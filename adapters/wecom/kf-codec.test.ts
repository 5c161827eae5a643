import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parts as partsSchema } from '@hutong/core/parts'
import { parseJson } from '@hutong/tencent/json'
import { describe, expect, test } from 'vitest'
import { decode, type KfItem } from './kf-codec.ts'
import { encode, readMenuId } from './kf-messages.ts'

const FOLDER = join(import.meta.dirname, 'fixtures/kf')
const MEDIA = { kind: 'medium', mediaId: '2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw' }

/** What each recorded message or event is. */
const MEANINGS: Readonly<Record<string, object>> = {
  'business-card': { kind: 'said', parts: [{ kind: 'card', title: 'zhangsan', buttons: [] }] },
  channels: { parts: [{ kind: 'card', title: '春茶上市', text: '视频号', buttons: [] }] },
  'channels-shop-order': {
    parts: [
      {
        kind: 'card',
        title: '茶壶',
        text: '3704612354559743232\n¥ 128.00\n待发货\n茶店',
        image: 'https://wx.qpic.cn/p.png',
        buttons: [],
      },
    ],
  },
  'channels-shop-product': {
    parts: [
      {
        kind: 'card',
        title: '茶壶',
        text: '¥128.00\n茶店\nPRODUCT_ID',
        image: 'https://wx.qpic.cn/p.png',
        buttons: [],
      },
    ],
  },
  'enter-session': { kind: 'entered', param: 'abc', welcomeCode: 'aaaaaa', at: 1_615_478_585_000 },
  file: { kind: 'said', parts: [{ ...MEDIA, as: 'file' }] },
  image: { kind: 'said', parts: [{ ...MEDIA, as: 'image' }] },
  link: {
    parts: [
      {
        kind: 'card',
        title: 'TITLE',
        text: 'DESC',
        url: 'https://mp.weixin.qq.com/s/abc',
        image: 'https://mmbiz.qpic.cn/a.png',
        buttons: [],
      },
    ],
  },
  location: {
    parts: [
      {
        kind: 'location',
        name: '广州国际媒体港(广州市海珠区)',
        address: '广东省广州市海珠区滨江东路',
        latitude: expect.closeTo(23.1086, 3),
        longitude: expect.closeTo(113.3151, 3),
      },
    ],
  },
  'merged-msg': {
    parts: [{ kind: 'text', text: '张三与李四的聊天记录\n张三: 茶壶"裂"了\n李四: [image]', format: 'plain' }],
  },
  miniprogram: { parts: [{ kind: 'card', title: 'TITLE', text: 'wx0123456789abcdef\npages/index', buttons: [] }] },
  'msg-send-fail': { kind: 'send-failed', native: 'FAIL_MSGID', failType: 4 },
  msgmenu: {
    servicer: 'zhangsan',
    parts: [
      {
        kind: 'text',
        text: '您对本次服务是否满意呢? \n• 满意\n• 点击跳转到自助查询页面\nhttps://work.weixin.qq.com\n• 点击打开小程序查询更多\n欢迎再次光临',
        format: 'plain',
      },
    ],
  },
  'servicer-recall': { kind: 'recalled', of: 'from_msgid_4622416642169452483', servicer: 'zhangsan' },
  'servicer-status-change': { kind: 'other', native: 'servicer_status_change' },
  'servicer-text': { kind: 'said', servicer: 'zhangsan', parts: [{ kind: 'text', text: '您好，我来处理' }] },
  'session-ended': { kind: 'session', ended: true, code: 'MSG_CODE' },
  'session-passed-on': { kind: 'session', ended: false, servicer: 'lisi' },
  'session-taken': { kind: 'session', ended: false, servicer: 'zhangsan', code: 'MSG_CODE' },
  text: { kind: 'said', at: 1_615_478_585_000, parts: [{ kind: 'text', text: 'hello world', format: 'plain' }] },
  'text-menu': { kind: 'said', menu: '7.0', parts: [{ kind: 'text', text: '人工' }] },
  'unknown-event': { kind: 'said', automatic: true, parts: [{ kind: 'unsupported' }] },
  'unknown-type': { kind: 'said', parts: [{ kind: 'unsupported', native: 'finder_live', text: '[finder_live]' }] },
  'user-recall': { kind: 'recalled', of: 'from_msgid_4622416642169452483' },
  video: { kind: 'said', parts: [{ ...MEDIA, as: 'video' }] },
  voice: { kind: 'said', parts: [{ ...MEDIA, as: 'audio' }] },
}

function recorded(name: string): KfItem {
  return decode(parseJson(readFileSync(join(FOLDER, `${name}.json`), 'utf8')))
}

describe('what comes from WeChat', () => {
  test('is known, each kind that was recorded', () => {
    expect(
      readdirSync(FOLDER)
        .map((name) => name.replace('.json', ''))
        .sort(),
    ).toEqual(Object.keys(MEANINGS).sort())
  })

  test.each(Object.entries(MEANINGS))('%s is read as what it is, twice the same', (name, meaning) => {
    const item = recorded(name)
    expect(item).toMatchObject(meaning)
    expect(recorded(name)).toEqual(item)
  })

  test.each(Object.keys(MEANINGS))('%s names its customer, its account and its own id', (name) => {
    const item = recorded(name)
    if (item.kind === 'send-failed' || item.kind === 'other') return
    expect(item).toMatchObject({
      customer: 'wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw',
      openKfId: 'wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q',
      id: expect.stringMatching(/^from_msgid_462241664216945\d{4}$/),
    })
  })

  test('becomes something that can be kept, whatever is missing or wrong in it', () => {
    const types = ['text', 'image', 'location', 'link', 'merged_msg', 'msgmenu', 'channels', 'event', 'constructor', '']
    const contents = [undefined, null, 7, 'words', [], {}, { title: {}, list: 'x', item: [7, null], latitude: 'north' }]
    for (const msgtype of types)
      for (const content of contents) {
        const item = decode({ msgtype, ...(content === undefined ? {} : { [msgtype]: content }) })
        if (item.kind === 'said' && item.parts.every((part) => part.kind !== 'medium'))
          expect(partsSchema.safeParse(item.parts).success, JSON.stringify({ msgtype, content })).toBe(true)
      }
  })

  test('a text longer than a part may be is kept whole in several', () => {
    const item = decode({ msgid: '1', msgtype: 'text', text: { content: 'x'.repeat(20_000) } })
    expect(item.kind === 'said' && item.parts.map((part) => (part.kind === 'text' ? part.text.length : 0))).toEqual([
      8_000, 8_000, 4_000,
    ])
  })
})

describe('what goes to WeChat', () => {
  const option = (label: string, description?: string) => ({ id: label, label, ...(description && { description }) })

  test('offers options as a menu whose items name the entry and the option', () => {
    const [menu] = encode(
      { kind: 'choices', text: 'Which?', options: [option('S'), option('L', 'the big one')] },
      { seq: 7 },
    )
    expect(menu).toEqual({
      msgtype: 'msgmenu',
      msgmenu: {
        head_content: 'Which?',
        list: [
          { type: 'click', click: { id: '7.0', content: 'S' } },
          { type: 'click', click: { id: '7.1', content: 'L – the big one' } },
        ],
      },
    })
    expect(readMenuId('7.1')).toEqual({ seq: 7, index: 1 })
    expect(['', '7', 'a.b', '7.1.1', '7.123'].map(readMenuId)).toEqual(Array(5).fill(undefined))
  })

  test('puts words that are too long for the head of a menu before it', () => {
    const made = encode({ kind: 'choices', text: '好'.repeat(342), options: [option('S')] }, { seq: 7 })
    expect(made.map(({ msgtype }) => msgtype)).toEqual(['text', 'msgmenu'])
  })

  test('sends a card as a link when it fits into one, else as text with all its words', () => {
    const card = { kind: 'card' as const, title: 'Pot', text: 'Blue', url: 'https://shop.example/pot', buttons: [] }
    expect(encode(card, { seq: 1, thumb: 'T' })).toEqual([
      { msgtype: 'link', link: { title: 'Pot', desc: 'Blue', url: 'https://shop.example/pot', thumb_media_id: 'T' } },
    ])
    const long = encode({ ...card, title: '壶'.repeat(43) }, { seq: 1, thumb: 'T' })
    expect(long).toEqual([{ msgtype: 'text', text: { content: `${'壶'.repeat(43)}\nBlue\nhttps://shop.example/pot` } }])
  })

  test('sends a card of many words in as many texts as they need', () => {
    const url = `https://shop.example/${'p'.repeat(1_900)}`
    const words = '好'.repeat(600)
    const made = encode({ kind: 'card', title: '壶'.repeat(80), text: words, url, buttons: [] }, { seq: 1, thumb: 'T' })
    const texts = made.map(({ text }) => (text as { content: string }).content)
    expect(texts.every((one) => Buffer.byteLength(one) <= 2_048)).toBe(true)
    expect(texts.join('').replaceAll(/\s/g, '')).toBe(`${'壶'.repeat(80)}${words}${url}`)
  })
})
