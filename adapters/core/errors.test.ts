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

  test('every wrong field is named with its remedy, and the first one by itself', () => {
    const request = z.strictObject({
      key: z.string(),
      after: z.coerce.number().optional(),
      names: z.array(z.string()).max(3).optional(),
      action: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('message') }),
        z.strictObject({ kind: z.literal('typing') }),
      ]),
    })
    const wrong = () => parse(request, { after: 'x', names: 'a name', action: { kind: 'mesage' }, kye: 'k', acton: 1 })
    expect(wrong).toThrow(expect.objectContaining({ code: 'invalid', field: 'key' }))
    expect(wrong).toThrow(
      expect.objectContaining({
        message: [
          'key: is missing; give a text',
          'after: must be a number',
          'names: must be a list, such as ["…"]',
          'action.kind: must be one of "message", "typing"; did you mean "message"?',
          'kye: is no field',
          'acton: is no field; did you mean "action"?',
        ].join('; '),
      }),
    )
  })

  test('what fits no member of a union is told what each of them wants', () => {
    const request = z.object({ to: z.union([z.string(), z.object({ id: z.string(), term: z.number() })]) })
    expect(() => parse(request, { to: 5 })).toThrow(
      expect.objectContaining({ message: 'to: must be a text, or must be an object' }),
    )
    expect(() => parse(request, { to: { id: 'a' } })).toThrow(
      expect.objectContaining({ message: 'to: term is missing; give a number' }),
    )
  })

  test('what may be anything is asked for in words of people when it is missing', () => {
    expect(() => parse(z.object({ request: z.unknown() }), {})).toThrow(
      expect.objectContaining({ message: 'request: is missing' }),
    )
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
