import { describe, expect, it } from 'vitest'
import { findPattern } from './pattern.ts'

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
