import { describe, expect, it } from 'vitest'
import { chooseLanguage } from './choose-language.ts'

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
