import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ERRORS, type ErrorCode, HutongError, toHutongError } from './errors.ts'
import { parse } from './parse.ts'

const CODES = Object.keys(ERRORS) as ErrorCode[]

describe('errors', () => {
  test.each(CODES)('%s says on the wire what it says in the process', (code) => {
    const error = new HutongError(code, 'what happened', {
      field: 'parts.0',
      retryAfter: 500,
      cause: new Error('inside'),
    })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code,
      message: 'what happened',
      retryable: ERRORS[code].retryable,
      field: 'parts.0',
      retryAfter: 500,
    })
    expect(error.status).toBe(ERRORS[code].status)
  })

  test('whatever may be repeated is answered by a status that says so, and nothing else is', () => {
    const may = CODES.filter((code) => ERRORS[code].retryable).map((code) => ERRORS[code].status)
    expect(may.every((status) => status === 429 || status >= 500)).toBe(true)
    const mayNot = CODES.filter((code) => !ERRORS[code].retryable && code !== 'misconfigured')
    expect(mayNot.every((code) => ERRORS[code].status < 500)).toBe(true)
  })

  test('an unexpected fault tells the other side nothing of itself', () => {
    const error = toHutongError(new Error('password is hunter2'))
    expect(error.code).toBe('internal')
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('an error of ours stays what it is', () => {
    const error = new HutongError('gone', 'blocked')
    expect(toHutongError(error)).toBe(error)
  })
})

describe('values from outside', () => {
  const order = z.object({ items: z.array(z.object({ count: z.int().positive() })) })

  test('a good value comes out as the schema reads it', () => {
    expect(parse(order, { items: [{ count: 2, more: true }] })).toEqual({ items: [{ count: 2 }] })
  })

  test('a wrong one is refused by the name of its first wrong field', () => {
    const wrong = () => parse(order, { items: [{ count: 1 }, { count: 0 }] })
    expect(wrong).toThrow(expect.objectContaining({ code: 'invalid', field: 'items.1.count' }))
    expect(wrong).toThrow(/^items\.1\.count: \S/)
  })

  test('a value that is wrong as a whole is called the value', () => {
    expect(() => parse(order, 'order')).toThrow(/^the value: \S/)
  })
})
