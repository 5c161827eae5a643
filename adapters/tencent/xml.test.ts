import { HutongError } from '@hutong/core/errors'
import { describe, expect, test } from 'vitest'
import { parseXml, writeXml } from './xml.ts'

describe('what a platform writes', () => {
  test.each([
    [
      'numbers as text',
      '<xml><MsgId>0012</MsgId><Big>4561255354251345929</Big></xml>',
      { MsgId: '0012', Big: '4561255354251345929' },
    ],
    ['blanks of a text', '<xml>\n  <Content><![CDATA[ <a> & \n ]]></Content>\n</xml>', { Content: ' <a> & \n ' }],
    ['layout around bare text as nothing', '<xml><CreateTime>\n  12 \n</CreateTime></xml>', { CreateTime: '12' }],
    ['a text in two pieces', '<xml><a><![CDATA[1]]]]><![CDATA[>2]]></a></xml>', { a: '1]]>2' }],
    ['what is repeated as a list', '<xml><l><i>1</i><i>2</i></l></xml>', { l: { i: ['1', '2'] } }],
    ['what is empty as empty text', '<xml><a/><b></b><c><![CDATA[]]></c></xml>', { a: '', b: '', c: '' }],
    ['references to characters', '<xml><a>&lt;&amp;lt;&#20320;&#x597D;</a></xml>', { a: '<&lt;你好' }],
    ['a prologue', '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>\n', { a: '1' }],
    ['a DOCTYPE that a customer typed', '<xml><a><![CDATA[<!DOCTYPE x>]]></a></xml>', { a: '<!DOCTYPE x>' }],
    ['names that objects have by birth', '<xml><toString>1</toString></xml>', { toString: '1' }],
    ['nothing at all', '<xml/>', {}],
  ])('is read: %s', (_, xml, payload) => {
    expect(parseXml(xml)).toEqual(payload)
  })
})

describe('what no platform writes', () => {
  test.each([
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>'],
    ['a DOCTYPE behind a comment', '<!-- <![CDATA[ --><!DOCTYPE x><!-- ]]> --><xml/>'],
    ['an entity', '<xml><a>&b;</a></xml>'],
    ['a character that XML has not', '<xml><a>&#0;</a></xml>'],
    ['a character beyond Unicode', '<xml><a>&#x110000;</a></xml>'],
    ['an attribute', '<xml a="1"></xml>'],
    ['a processing instruction', '<xml><?php ?></xml>'],
    ['a prototype', '<xml><__proto__><a>1</a></__proto__></xml>'],
    ['an element closed by another', '<xml><a></b></xml>'],
    ['an element that stays open', '<xml><a>1</a>'],
    ['an element closed twice', '<xml></xml></xml>'],
    ['two roots', '<xml/><xml/>'],
    ['text outside', 'x<xml/>'],
    ['nothing', ''],
    ['17 levels', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`],
    ['5,001 elements', `<xml>${'<a/>'.repeat(5_000)}</xml>`],
    ['more than a MiB', `<xml><a>${'x'.repeat(1024 * 1024)}</a></xml>`],
    ['a million brackets', `<xml>${'<'.repeat(1_000_000)}`],
    ['a hundred thousand beginnings', '<![CDATA['.repeat(100_000)],
  ])('is refused: %s', (_, xml) => {
    expect(() => parseXml(xml)).toThrow(HutongError)
  })
})

test('what is written is read as the same', () => {
  const payload = { Content: ']]> <a> & 你', l: [{ i: '1' }, { i: '2' }], MsgId: '12' }
  expect(parseXml(writeXml('xml', payload))).toEqual(payload)
})

test('what is written has no character that XML cannot hold, and no name that is none', () => {
  expect(writeXml('xml', { a: 'x\u0000\uD800y', n: 1, nothing: null })).toBe('<xml><a><![CDATA[xy]]></a><n>1</n></xml>')
  expect(() => writeXml('xml', { 'a><b': '1' })).toThrow(HutongError)
})
