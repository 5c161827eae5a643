import { readdirSync, readFileSync } from 'node:fs'
import { testAdapter } from '@hutong/core/testkit'
import { parseJson } from '@hutong/tencent/json'
import { parseXml } from '@hutong/tencent/xml'
import { describe, expect, test } from 'vitest'
import { decode, type What } from './codec.ts'
import { weChatBench } from './test-bench.ts'

testAdapter(weChatBench, {
  'passes on that a person is typing, and writes nothing of it down':
    'WeChat does not tell an account that a customer types',
})

const text = (words: string) => ({ kind: 'text', text: words, format: 'plain' })
const said = (...parts: object[]) => ({ kind: 'message', occasion: 'message', parts })
const odd = (native: string, words: string) => ({ kind: 'unsupported', native, text: words })
const sent = (kind: string, name: string, native: string) => ({
  ...said(odd(native, `[${native}]`)),
  medium: { kind, id: 'media_id', name, transcript: undefined },
})

/** What each recorded push is to us. */
const FIXTURES: Readonly<Record<string, object>> = {
  'MpMessage__TextMessageEvent.json': said(text('this is a test')),
  'MpMessage__ImageMessageEvent.xml': sent('image', 'image.jpg', 'image'),
  'MpMessage__VoiceMessageEvent.xml': sent('audio', 'voice.amr', 'voice'),
  'MpMessage__ShortVideoMessageEvent.xml': sent('video', 'shortvideo.mp4', 'shortvideo'),
  'MpPush__LocationPushEvent.xml': { kind: 'passing', name: 'LOCATION', press: false },
  'MpPush__ScanCodePushEvent.xml': { kind: 'passing', name: 'scancode_push', press: true },
  'MpPush__SubscribePushEvent.xml': { kind: 'follow', scene: undefined },
  'MpPush__UnsubscribePushEvent.xml': { kind: 'unfollow' },
  'MpPush__ViewPushEvent.xml': { kind: 'passing', name: 'VIEW', press: false },
  'Card__UserGetCardEvent.xml': { kind: 'act', parts: [odd('user_get_card', 'took a coupon')] },
  'MpJob__FreePublishJobFinishEvent.xml': { kind: 'passing', name: 'FREEPUBLISHJOBFINISH' },
  'MpSubscribeMessage__SubscribeMessagePopupEvent.Object.json': { kind: 'passing', name: 'subscribe_msg_popup_event' },
  'MpReply__NewsMessageReply.xml': said(odd('news', '[news]')),
  'WxaAuth__NotifyThirdPartyWxaAuthEvent.xml': { kind: 'act', name: 'notify_3rd_wxa_auth' },
  'text-picked.xml': { ...said(text('满意')), occasion: 'menu', pick: '101' },
  'location.xml': said({
    kind: 'location',
    latitude: expect.closeTo(31.2397, 3),
    longitude: expect.closeTo(121.4857, 3),
    address: '上海市黄浦区中山东一路',
  }),
  'link.xml': said({
    kind: 'card',
    title: 'Tea pot',
    text: 'Is it in stock?',
    url: 'https://shop.example/pot?a=1&b=2',
  }),
  'menu-press.xml': { ...said(text('我的订单')), occasion: 'menu' },
  'scan.xml': { kind: 'scan', scene: 'poster-7' },
  'follow-by-code.xml': { kind: 'follow', scene: 'poster-7' },
  'file.json': said(odd('file', '[file] invoice.pdf')),
}

describe('recorded pushes', () => {
  const folder = new URL('fixtures/', import.meta.url)

  function read(name: string): ReturnType<typeof decode> {
    const source = readFileSync(new URL(name, folder), 'utf8')
    return decode(name.endsWith('.xml') ? parseXml(source) : parseJson(source), new Map([['ORDERS', '我的订单']]))
  }

  test.each(Object.entries(FIXTURES))('%s is read as what it is, the same every time', (name, expected) => {
    const once = read(name)
    expect(once.what satisfies What).toMatchObject(expected)
    expect(read(name)).toEqual(once)
    expect(once.native).toMatch(/^[\w-]{1,64}$/)
  })

  test('none is left out', () => {
    const pushes = readdirSync(folder).filter((name) => /\.(xml|json)$/.test(name) && !/Request/.test(name))
    expect(pushes.sort()).toEqual(Object.keys(FIXTURES).sort())
  })
})
