import { describe, expect, it } from 'vitest'
import { findPattern } from './pattern.ts'
import { chooseLanguage, filled, filledAddress, filledMarkdown } from './texts.ts'

const look = (values: Record<string, string>) => (name: string) => values[name]

describe('what is filled into texts', () => {
  it('is a plain value, or its stand-in', () => {
    expect(filled('Hi {{ contact.name | there}}, {{order}}!', look({ order: '7\n8' }))).toBe('Hi  there, 7 8!')
    expect(filled('Hi {{contact.name|there}}!', look({ 'contact.name': 'Lin' }))).toBe('Hi Lin!')
    expect(filled('{{none}}.', look({}))).toBe('.')
  })

  it('is never filled in itself', () => {
    expect(filled('{{a}}', look({ a: '{{secret}}', secret: 'x' }))).toBe('{{secret}}')
  })

  it('is never read as Markdown', () => {
    const text = '**Thanks**, {{name}}'
    expect(filledMarkdown(text, look({ name: 'Lin' }))).toEqual({ text: '**Thanks**, Lin', format: 'markdown' })
    for (const name of [
      '[x](https://evil.example)',
      '**b**',
      '`c`',
      '_i_',
      '<b>',
      '![p](x)',
      '- item',
      '1. item',
      '\\',
    ])
      expect(filledMarkdown(text, look({ name }))).toEqual({ text: `Thanks, ${name}`, format: 'plain' })
  })

  it('cannot leave its place in an address', () => {
    const url = 'https://shop.example/o?number={{order}}'
    expect(filledAddress(url, look({ order: '7&admin=1#x/../y' }))).toBe(
      'https://shop.example/o?number=7%26admin%3D1%23x%2F..%2Fy',
    )
    expect(filledAddress(url, look({ order: 'a\ud800' }))).toBe('https://shop.example/o?number=a%EF%BF%BD')
  })
})

describe('patterns', () => {
  it('find whole numbers and codes alone', () => {
    expect(findPattern('order 123456 please', '{digits:6}')).toBe('123456')
    expect(findPattern('order 1234567 please', '{digits:6}')).toBeUndefined()
    expect(findPattern('我的订单号是１２３４５６吗？', '{digits:6-10}')).toBe('123456')
    expect(findPattern('it is ab-1234', '{letters:2}-{digits:4}')).toBe('ab-1234')
    expect(findPattern('a.c+x1', 'x{digits:1}')).toBe('x1')
    expect(findPattern('abc1', 'a.c{digits:1}')).toBeUndefined()
  })

  it('give up soon on texts that are made to take long', () => {
    const started = performance.now()
    for (let round = 0; round < 20; round++)
      findPattern(`${'1'.repeat(1_000)}x`, '{digits:1-99}1{digits:1-99}11{digits:9}!')
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('the language of the answer', () => {
  const choose = (text: string, locale?: string, before?: string, languages = ['en', 'zh']) =>
    chooseLanguage(languages, { text, locale, before })

  it('is the contact’s own, whatever they write', () => {
    expect(choose('refund', 'zh-CN')).toBe('zh')
    expect(choose('退货', 'en-GB')).toBe('en')
    expect(choose('x', 'zh-TW', undefined, ['en', 'zh-CN', 'zh-TW'])).toBe('zh-TW')
  })

  it('is told by the script where the contact’s own is not known or not spoken', () => {
    expect(choose('退货')).toBe('zh')
    expect(choose('refund', 'fr')).toBe('en')
    expect(choose('返品したい', undefined, undefined, ['en', 'zh', 'ja'])).toBe('ja')
    expect(choose('возврат', undefined, undefined, ['zh', 'ru', 'en'])).toBe('ru')
    expect(choose('refund', undefined, undefined, ['zh', 'en'])).toBe('en')
  })

  it('is found at once in texts that are made to take long', () => {
    const started = performance.now()
    for (const sign of ['x', ' ', 'x ']) choose(sign.repeat(40_000), undefined, 'zh')
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('does not change for a number or a code, and does for a sentence', () => {
    expect(choose('2', undefined, 'zh')).toBe('zh')
    expect(choose('AB1234', undefined, 'zh')).toBe('zh')
    expect(choose('I want a refund', undefined, 'zh')).toBe('en')
  })
})
