import { parts as partsSchema } from '@hutong/core/parts'
import { fromChina } from '@hutong/tencent/gcj'
import { describe, expect, test } from 'vitest'
import { decode, encode, passive, readPick, textMessage } from './codec.ts'

const common = { ToUserName: 'gh_1', FromUserName: 'o_lin', CreateTime: '1714037059' }
const writing = { conversation: 'v_1', seq: 7, miniPrograms: [] }

describe('what comes in', () => {
  test('a message keeps its 64-bit id, and an event has one of its own that is the same every time', () => {
    expect(decode({ ...common, MsgType: 'text', Content: 'a', MsgId: '4561255354251345929' }).native).toBe(
      '4561255354251345929',
    )
    const event = (more: object) =>
      decode({ ...common, MsgType: 'event', Event: 'CLICK', EventKey: 'A', ...more }).native
    expect(event({})).toBe(event({}))
    const others = [{ EventKey: 'B' }, { FromUserName: 'o_max' }, { CreateTime: '1714037060' }, { Event: 'SCAN' }]
    expect(new Set([event({}), ...others.map(event)]).size).toBe(5)
  })

  test('whatever the fields hold, there is something a person can read, within the limits of our parts', () => {
    const values = ['', ' ', '0012', 'x'.repeat(20_000), ['a', 'b'], { a: { b: '' } }, null, true, Number.NaN, -1]
    const types = [
      'text',
      'image',
      'voice',
      'video',
      'shortvideo',
      'location',
      'link',
      'file',
      '__proto__',
      'constructor',
    ]
    const names = [
      'Content',
      'MediaId',
      'Location_X',
      'Location_Y',
      'Label',
      'Title',
      'Description',
      'Url',
      'Recognition',
      'Format',
    ]
    for (const MsgType of types)
      for (const value of values) {
        const { what } = decode({
          ...common,
          MsgType,
          MsgId: '1',
          ...Object.fromEntries(names.map((name) => [name, value])),
        })
        expect(what.kind).toBe('message')
        if (what.kind === 'message') expect(partsSchema.safeParse(what.parts).error).toBeUndefined()
      }
  })

  test('events named like the insides of objects are events like any other', () => {
    for (const Event of ['__proto__', 'constructor', 'toString'])
      expect(decode({ ...common, MsgType: 'event', Event }).what).toMatchObject({ kind: 'act', name: Event })
  })

  test('a button of the menu is said by its name, and a scanned code by what it holds', () => {
    const labels = new Map([['ORDERS', 'My orders']])
    const of = (payload: object) => decode({ ...common, MsgType: 'event', ...payload }, labels).what
    expect(of({ Event: 'CLICK', EventKey: 'ORDERS' })).toMatchObject({
      parts: [{ text: 'My orders' }],
      occasion: 'menu',
    })
    expect(of({ Event: 'CLICK', EventKey: 'OTHER' })).toMatchObject({ parts: [{ text: 'OTHER' }] })
    const scanned = { Event: 'scancode_waitmsg', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '6901234' } }
    expect(of(scanned)).toMatchObject({ parts: [{ text: '6901234' }], occasion: 'menu' })
  })

  test('a link whose address cannot be opened keeps it in words', () => {
    const link = {
      ...common,
      MsgType: 'link',
      Title: 'Pot',
      Description: 'Blue',
      Url: 'javascript:alert(1)',
      MsgId: '1',
    }
    expect(decode(link).what).toMatchObject({
      parts: [{ kind: 'card', title: 'Pot', text: 'Blue\njavascript:alert(1)' }],
    })
  })

  test('what a voice says is kept beside it', () => {
    const payload = { ...common, MsgType: 'voice', MediaId: 'm', Format: 'amr', Recognition: '在吗', MsgId: '1' }
    expect(decode(payload).what).toMatchObject({ medium: { kind: 'audio', name: 'voice.amr', transcript: '在吗' } })
  })

  test('places in China are where they are on the maps of the world, and others stay', () => {
    const bund = fromChina({ latitude: 31.23778, longitude: 121.49017 })
    expect([bund.latitude, bund.longitude]).toEqual([expect.closeTo(31.2397, 3), expect.closeTo(121.4857, 3)])
    expect(fromChina({ latitude: 52.5, longitude: 13.4 })).toEqual({ latitude: 52.5, longitude: 13.4 })
  })
})

describe('what goes out', () => {
  test('options come back by the conversation and the entry that offered them', () => {
    const menu = encode({ kind: 'choices', text: 'Which?', options: [{ id: 'a.b:c-d', label: 'A' }] }, writing)
    const id = menu?.msgtype === 'msgmenu' ? (menu.msgmenu.list[0]?.id ?? '') : ''
    expect(readPick(id, 'v_1')).toEqual({ of: 7, id: 'a.b:c-d' })
    expect(readPick(id, 'v_2')).toBeUndefined()
    for (const odd of ['', '101', '7.', '7.abcdef.', `${id}!`, `0${id}`]) expect(readPick(odd, 'v_1')).toBeUndefined()
  })

  test('a card is an article, a page of a mini-program, or words where it leads nowhere', () => {
    const card = { kind: 'card' as const, title: 'Pot', text: 'Blue', buttons: [] }
    const image = 'https://shop.example/pot.png'
    expect(encode({ ...card, url: 'https://shop.example/pot', image }, writing)).toEqual({
      msgtype: 'news',
      news: { articles: [{ title: 'Pot', description: 'Blue', url: 'https://shop.example/pot', picurl: image }] },
    })
    expect(encode(card, writing)).toEqual(textMessage('Pot\nBlue'))
    const miniPrograms = [{ link: 'https://shop.example/mini/', appId: 'wx1', thumbMediaId: 'm' }]
    expect(encode({ ...card, url: 'https://shop.example/mini/pages/pot?id=1' }, { ...writing, miniPrograms })).toEqual({
      msgtype: 'miniprogrampage',
      miniprogrampage: { title: 'Pot', appid: 'wx1', pagepath: 'pages/pot?id=1', thumb_media_id: 'm' },
    })
  })

  test('a menu cannot be said in the answer to a push', () => {
    const menu = encode({ kind: 'choices', options: [{ id: 'a', label: 'A' }] }, writing)
    expect(menu && passive(menu, 'xml')).toBeUndefined()
    expect(passive(textMessage('hi'), 'xml')).toEqual({ MsgType: 'text', Content: 'hi' })
  })
})
