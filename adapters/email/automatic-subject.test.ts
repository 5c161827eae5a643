import { expect, test } from 'vitest'
import { isAutomaticSubject } from './automatic-subject.ts'

test.each([
  'Automatic reply: Delivery',
  'OOO Re: Delivery',
  'On leave: Delivery',
  'Away from the office: Delivery',
  'Dana Frost is out of the office (back 25 November)',
  '[vendor #77] AutoReply: Delivery',
  '不在辦公室：送貨',
  '外出：送货',
  '休假中：送货',
  '系统自动回复：送货',
  '【自動回覆】送貨',
  'Re: [自动回复] 送货',
])('a program that answers "%s" is not answered', (subject) => {
  expect(isAutomaticSubject(subject, { answers: false })).toBe(true)
})

test.each([
  '外出几天，能改送货时间吗',
  '不在辦公室可以改送管理室嗎',
  '自动回复怎么关',
  'Out of office chairs?',
  'On holiday in July, is the cabin free',
  'Vacation rental',
  'Our driver is out of the van?',
  '休假期间可以送货吗',
])('a person who writes about "%s" is answered', (subject) => {
  expect(isAutomaticSubject(subject, { answers: true })).toBe(false)
})

test('a customer who answers our automatic mail is answered', () => {
  expect(isAutomaticSubject('回复：自动回复：您的咨询已收到', { answers: true })).toBe(false)
})
