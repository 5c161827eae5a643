import { describe, expect, it } from 'vitest'
import { isNearTop, slide, WINDOW } from './slide.ts'

const middle = { start: 500, end: 500 + WINDOW, total: 1_000, above: 5_000, below: 5_000 }

describe('the drawn part of a long log', () => {
  it('stays where it is while its edges are far', () => {
    expect(slide(middle)).toBe(500)
  })

  it('moves up near its top and never beyond the first message', () => {
    expect(slide({ ...middle, above: 10 })).toBeLessThan(500)
    expect(slide({ ...middle, start: 5, end: 5 + WINDOW, above: 10 })).toBe(0)
  })

  it('moves down near its end and never beyond the last message', () => {
    expect(slide({ ...middle, below: 10 })).toBeGreaterThan(500)
    expect(slide({ ...middle, start: 870, end: 990, below: 10 })).toBe(1_000 - WINDOW)
  })

  it('asks for older messages only when the first loaded one is near', () => {
    expect(isNearTop({ ...middle, above: 10 })).toBe(false)
    expect(isNearTop({ ...middle, start: 0, end: WINDOW, above: 10 })).toBe(true)
  })
})
