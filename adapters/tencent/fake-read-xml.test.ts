import { expect, test } from 'vitest'
import { fakeXml } from './fake-payload.ts'
import { readFakeXml } from './fake-read-xml.ts'

test('reads elements, text, CDATA and lists', () => {
  const payload = { A: '1 < 2 ]]>', B: { item: ['x', 'y'] }, C: 7 }
  expect(readFakeXml(fakeXml(payload))).toEqual({ ...payload, C: '7' })
  expect(readFakeXml('<?xml version="1.0"?>\n<xml><A>1 &lt; 2</A></xml>')).toEqual({ A: '1 < 2' })
})

test.each([
  'OK',
  '<xml><A>1</xml>',
  '<xml><A></B></xml>',
  '<xml><A>1</A>',
  '<xml',
  '</xml>',
  '<!DOCTYPE xml><xml></xml>',
  '<a>1</a>',
])('does not read %s', (text) => {
  expect(readFakeXml(text)).toBeUndefined()
})
