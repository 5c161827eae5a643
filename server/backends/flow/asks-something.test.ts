import { expect, it } from 'vitest'
import { asksSomething } from './asks-something.ts'

it.each([
  'Which tea tastes of smoke?',
  'do you ship to Norway',
  'and what about refunds?',
  'How long does it take',
  "i'd like to change my address",
  'my parcel arrived broken and nobody answers my mails',
  '你们发货到香港吗',
  '多少钱包邮',
  '请问周末营业吗？',
  'wifi密码是多少',
  '我上周买的茶叶到现在还没有收到',
])('goes on with a question: %s', (text) => {
  expect(asksSomething(text)).toBe(true)
})

it.each([
  'the blue one',
  'hm',
  'the second',
  '?',
  'what?',
  'What do you mean?',
  'yes please',
  'ok',
  '7',
  '蓝色的',
  '第二个',
  '什么意思？',
  '好的',
  '',
])('asks again after what may be meant for an option: %s', (text) => {
  expect(asksSomething(text)).toBe(false)
})
