import { HutongError } from '@hutong/core/errors'
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test('a 64-bit id keeps every digit, and smaller numbers stay numbers', () => {
  const text = '{"MsgId":4561255354251345929,"CreateTime":1482048670,"list":[-9007199254740993],"Location_X":23.134521}'
  expect(parseJson(text)).toEqual({
    MsgId: '4561255354251345929',
    CreateTime: 1482048670,
    list: ['-9007199254740993'],
    Location_X: 23.134521,
  })
})

test('a byte order mark in front is no harm', () => {
  expect(parseJson('\uFEFF{"a":"[[["}')).toEqual({ a: '[[[' })
})

test('no prototype gets in', () => {
  expect(Object.keys(parseJson('{"__proto__":{"admin":true},"a":1}'))).toEqual(['a'])
})

test.each([
  ['no JSON', '{"a":'],
  ['a list', '[1]'],
  ['null', 'null'],
  ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  ['a hundred thousand levels', `{"a":${'['.repeat(100_000)}`],
])('%s is refused', (_, text) => {
  expect(() => parseJson(text)).toThrow(HutongError)
})
