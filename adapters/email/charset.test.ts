import { expect, test } from 'vitest'
import { decodeText, encodingOf } from './charset.ts'

/** 「我们」 and more in GBK: bytes that are no UTF-8. */
const GBK = Uint8Array.from([0xce, 0xd2, 0xc3, 0xc7, 0xb5, 0xc4, 0xb5, 0xd8, 0xd6, 0xb7, 0xca, 0xc7])
const BIG5 = Uint8Array.from([0xa7, 0xda, 0xad, 0xcc, 0xaa, 0xba, 0xa6, 0x61, 0xa7, 0x7d])

test.each([
  'gb18030',
  'GB2312',
  'gbk',
  'x-gbk',
  'cp936',
  'MS936',
  'windows-936',
  'gb_2312-80',
  'euc-cn',
  '"GB18030"',
  'csgb2312',
])('Chinese is read under the label %s', (label) => {
  expect(encodingOf(label)).toBe('gb18030')
  expect(decodeText(GBK, label)).toBe('我们的地址是')
})

test.each([undefined, '', 'us-ascii', 'unknown-8bit', 'x-nonsense', 'utf-8', 'iso-8859-1', 'windows-1252'])(
  'Chinese is read although its label is %s',
  (label) => {
    expect(decodeText(GBK, label)).toBe('我们的地址是')
  },
)

test('signs of four bytes are read', () => {
  expect(decodeText(Uint8Array.from([0x95, 0x34, 0xb2, 0x35]), 'x-gbk')).toBe('𠮷')
})

test.each(['big5', 'cp950', 'x-big5', undefined])('Taiwanese is read under the label %s', (label) => {
  expect(decodeText(BIG5, label)).toBe('我們的地址')
})

test.each(['gb2312', 'iso-8859-1', 'big5', 'us-ascii', undefined])('UTF-8 is known behind the label %s', (label) => {
  expect(decodeText(new TextEncoder().encode('您好，Grüße'), label)).toBe('您好，Grüße')
})

test('European text keeps its accents', () => {
  const bytes = Uint8Array.from([0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x61, 0x75, 0x73, 0x20, 0x4b, 0xf6, 0x6c, 0x6e])
  expect(decodeText(bytes, 'iso-8859-1')).toBe('Grüße aus Köln')
})

test.each(['gb2312', 'gbk', 'iso-8859-1', 'windows-1252', 'us-ascii'])(
  'Taiwanese is read under the wrong label %s',
  (label) => {
    // 「請問還有貨嗎」 in Big5.
    const bytes = Uint8Array.from([0xbd, 0xd0, 0xb0, 0xdd, 0xc1, 0xd9, 0xa6, 0xb3, 0xb3, 0x66, 0xb6, 0xdc])
    expect(decodeText(bytes, label)).toBe('請問還有貨嗎')
  },
)

test('a Chinese word that happens to be UTF-8, too, is read as its label says', () => {
  expect(decodeText(Uint8Array.from([0xd0, 0xbb, 0xd0, 0xbb]), 'gb2312')).toBe('谢谢')
  expect(decodeText(new TextEncoder().encode('Grüße'), 'gb2312')).toBe('Grüße')
})

test('mainland Chinese is read under a Taiwanese label', () => {
  expect(decodeText(GBK, 'big5')).toBe('我们的地址是')
})

test('Japanese of seven bits is read', () => {
  expect(decodeText(Uint8Array.from([0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42]), 'iso-2022-jp')).toBe(
    '日本',
  )
})

test('no bytes break it', () => {
  for (let seed = 1; seed < 300; seed += 1) {
    const bytes = Uint8Array.from({ length: seed % 40 }, (_, at) => (seed * 7919 + at * 104_729) % 256)
    expect(typeof decodeText(bytes, ['gbk', 'utf-8', 'big5', 'x'][seed % 4])).toBe('string')
  }
})
