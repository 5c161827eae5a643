import { describe, expect, it } from 'vitest'
import { type BusinessHours, businessHours, isOpen, opensNext } from './business-hours.ts'

const at = (text: string) => Date.parse(text)

function hoursIn(timeZone: string, more: Partial<BusinessHours>): BusinessHours {
  return businessHours.parse({ timeZone, week: {}, ...more })
}

describe('business hours', () => {
  it('in Shanghai are those of Shanghai, wherever the relay runs', () => {
    const hours = hoursIn('Asia/Shanghai', { week: { mon: ['09:00-18:00'] } })
    expect(isOpen(hours, at('2026-11-23T09:00:00+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-23T08:59:59+08:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-23T17:59:59+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-23T18:00:00+08:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-22T09:00:00+08:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-22T20:00:00-05:00'))).toBe(true)
  })

  it('open at the same time on the wall before and after clocks are put forward', () => {
    const hours = hoursIn('Europe/Berlin', { week: { sat: ['09:00-17:00'], sun: ['01:30-03:30', '09:00-17:00'] } })
    expect(isOpen(hours, at('2026-03-28T08:00:00Z'))).toBe(true)
    expect(isOpen(hours, at('2026-03-29T07:00:00Z'))).toBe(true)
    expect(isOpen(hours, at('2026-03-29T06:59:59Z'))).toBe(false)
    expect(isOpen(hours, at('2026-03-29T00:59:59Z'))).toBe(true)
    expect(isOpen(hours, at('2026-03-29T01:00:00Z'))).toBe(true)
    expect(isOpen(hours, at('2026-03-29T01:30:00Z'))).toBe(false)
  })

  it('hold twice in the hour that comes twice when clocks are put back', () => {
    const hours = hoursIn('America/New_York', { week: { sun: ['01:00-02:00'] } })
    expect(isOpen(hours, at('2026-11-01T01:30:00-04:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-01T01:30:00-05:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-01T02:00:00-05:00'))).toBe(false)
  })

  it('go on after midnight, also into a weekday that is closed', () => {
    const hours = hoursIn('Europe/Berlin', { week: { fri: ['22:00-02:00'] } })
    expect(isOpen(hours, at('2026-11-20T22:00:00+01:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-21T01:59:00+01:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-21T02:00:00+01:00'))).toBe(false)
    expect(isOpen(hours, at('2026-11-20T01:00:00+01:00'))).toBe(false)
  })

  it('may last the whole day', () => {
    const hours = hoursIn('Asia/Shanghai', { week: { mon: ['00:00-24:00'], tue: ['00:00-00:00'] } })
    expect(isOpen(hours, at('2026-11-23T00:00:00+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-23T23:59:59+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-24T23:59:59+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-11-25T00:00:00+08:00'))).toBe(false)
  })

  it('do not begin on holidays, and are there on a single day that has its own', () => {
    const hours = hoursIn('Asia/Shanghai', {
      week: { wed: ['22:00-02:00'], thu: ['09:00-18:00'] },
      holidays: ['2026-10-01'],
      days: { '2026-10-10': ['09:00-12:00'], '2026-10-08': [] },
    })
    expect(isOpen(hours, at('2026-10-01T10:00:00+08:00'))).toBe(false)
    expect(isOpen(hours, at('2026-10-01T01:00:00+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-10-08T10:00:00+08:00'))).toBe(false)
    expect(isOpen(hours, at('2026-10-10T10:00:00+08:00'))).toBe(true)
    expect(isOpen(hours, at('2026-10-15T10:00:00+08:00'))).toBe(true)
  })

  it('tell when they begin next, in the words of the language', () => {
    const hours = hoursIn('Asia/Shanghai', { week: { mon: ['13:00-18:00', '09:00-12:00'] }, holidays: ['2026-11-30'] })
    expect(opensNext(hours, at('2026-11-22T12:00:00+08:00'), 'en')).toMatch(/^Monday.* 09:00$/)
    expect(opensNext(hours, at('2026-11-23T12:30:00+08:00'), 'en')).toMatch(/^Monday.* 13:00$/)
    expect(opensNext(hours, at('2026-11-22T12:00:00+08:00'), 'zh')).toMatch(/^(星期一|周一).*09:00$/)
    expect(opensNext(hours, at('2026-11-23T20:00:00+08:00'), 'en')).toMatch(/^Monday, December 7.* 09:00$/)
    const mondays = Array.from({ length: 20 }, (_, n) =>
      new Date(at('2026-11-23') + n * 604_800_000).toJSON().slice(0, 10),
    )
    const far = hoursIn('Asia/Shanghai', { week: { mon: ['09:00-12:00'] }, holidays: mondays })
    expect(opensNext(far, at('2026-11-22T12:00:00+08:00'), 'en')).toMatch(/^Monday, April 12.* 09:00$/)
    expect(opensNext(hoursIn('Asia/Shanghai', {}), at('2026-11-22T12:00:00Z'), 'en')).toBeUndefined()
  })
})
