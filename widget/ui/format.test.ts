import { describe, expect, it } from 'vitest'
import { formatBytes } from './bytes.ts'
import { createFormat } from './format.ts'

const now = new Date(2026, 2, 5, 0, 30).getTime()
const english = createFormat('en')
const chinese = createFormat('zh-CN')

describe('dates', () => {
  it('calls today and yesterday by their names, by the calendar and not by hours', () => {
    expect(english.day(now, now)).toBe('Today')
    expect(english.day(now - 60 * 60_000, now)).toBe('Yesterday')
    expect(chinese.day(now, now)).toBe('今天')
  })

  it('names other days, with the year only when it is another', () => {
    expect(english.day(new Date(2026, 2, 2).getTime(), now)).toBe('Mon, March 2')
    expect(english.day(new Date(2025, 11, 24).getTime(), now)).toContain('2025')
    expect(chinese.day(new Date(2026, 2, 2).getTime(), now)).toBe('3月2日周一')
  })
})

describe('sizes of files', () => {
  it.each([
    [0, '0 byte'],
    [84_213, '84 kB'],
    [4_300_000, '4.3 MB'],
  ])('writes %i bytes as people do', (count, text) => {
    expect(formatBytes(count, 'en')).toBe(text)
  })
})
