import { describe, expect, it } from 'vitest'
import { words as english } from './en.ts'
import { loadLocale } from './locale.ts'
import { words as chinese } from './zh-CN.ts'

/** Every word by its path; functions are called with what they may be given. */
function flat(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value(7, 'text'))]]
  return Object.entries(value ?? {}).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key))
}

describe('locales', () => {
  it('loads Chinese for every Chinese tag and keeps the tag for dates', async () => {
    expect((await loadLocale('zh-TW')).words).toBe(chinese)
    expect((await loadLocale('zh-TW')).tag).toBe('zh-TW')
  })

  it.each(['fr', 'xx-invalid-tag-', '', 'constructor'])('falls back to English for %j', async (tag) => {
    const locale = await loadLocale(tag)
    expect(locale.words).toBe(english)
    expect(locale.dir).toBe('ltr')
    expect(() => new Intl.DateTimeFormat(locale.tag)).not.toThrow()
  })

  it('has written every word in Chinese, and with Chinese punctuation', () => {
    const written = new Map(flat(chinese))
    for (const [path, text] of flat(english)) {
      const own = written.get(path) ?? ''
      expect(own, path).not.toBe(text)
      expect(own, path).toMatch(/[\p{Script=Han}：]/u)
      expect(own, path).not.toMatch(/\p{Script=Han}\s*[,.!?:;]|你/u)
    }
  })

  it('counts in English', () => {
    expect([english.newMessages(1), english.newMessages(1_200)]).toEqual(['1 new message', '1,200 new messages'])
  })
})
