import { describe, expect, it } from 'vitest'
import { mentions, readSaid } from './mentions.ts'

const REFUND = ['refund', '退款', '退货']

describe('a word is found', () => {
  it.each([
    ['refund', 'I want a REFUND!'],
    ['refund', 'two refunds, please'],
    ['refund', 'was it refunded?'],
    ['refund', 'who does the refunding'],
    ['refunds', 'my refund'],
    ['ship', 'are you shipping today'],
    ['shipping', 'has it shipped'],
    ['delivery', 'all my deliveries'],
    ['note', 'I noted it'],
    ['box', 'three boxes'],
    ['opening hours', 'your opening hour?'],
    ['e-mail', 'my e mail'],
    ['café', 'the cafe'],
    ['refund', 'refund可以吗'],
    ['c++', 'is it in C++?'],
    ['24/7', 'open 24/7?'],
    ['возврат', 'хочу возврат'],
    ['退款', '退 款'],
    ['退款', '我要申请 退　款 可以吗'],
    ['退貨', '怎么退货'],
    ['退货', '我要申請退貨'],
    ['订单', '我的訂單呢'],
    ['退款', '我要申請退欵'],
    ['iPhone 壳', '有iphone壳吗'],
  ])('"%s" in "%s"', (word, text) => {
    expect(mentions(text, [word])).toBe(true)
  })
})

describe('a word is not found', () => {
  it.each([
    ['ship', 'Tell me about friendships'],
    ['note', 'I did not'],
    ['car', 'I do not care'],
    ['car', 'nobody cared'],
    ['care', 'two cars'],
    ['app', 'how do I apply'],
    ['goods', 'good morning'],
    ['evening', 'even so'],
    ['news', 'something new'],
    ['refund', 'refnd'],
    ['c++', 'vitamin c'],
    ['opening hours', 'opening a box of hours'],
    ['退款', '退了一些款'],
  ])('"%s" in "%s"', (word, text) => {
    expect(mentions(text, [word])).toBe(false)
  })
})

describe('at a second look', () => {
  it.each([
    ['refund', 'refnd'],
    ['refund', 'my refudn please'],
    ['refund', 'reffunds'],
    ['address', 'change my adress'],
    ['cancel', 'cancle it'],
    ['opening hours', 'openning hours'],
  ])('"%s" is found in "%s"', (word, text) => {
    expect(mentions(text, [word], { slips: true })).toBe(true)
  })

  it.each([
    ['shipping', 'I was shopping'],
    ['change', 'why did you charge me'],
    ['charger', 'why did you charge me'],
    ['contact', 'my contract'],
    ['customs', 'a custom order'],
    ['order', 'oder'],
    ['parcel', 'ask Marcel'],
    ['weight', 'the height'],
  ])('"%s" is not found in "%s"', (word, text) => {
    expect(mentions(text, [word], { slips: true })).toBe(false)
  })
})

it('a text of 8,000 signs is searched for the words of 200 rules in no time', () => {
  const rules = Array.from({ length: 200 }, (_, n) => Array.from({ length: 20 }, (_, m) => `word${n}x${m}`))
  for (const one of ['a ', '退 ', 'refnds ', ' ', "a'-", 'word1x', 'ed', 'ing ']) {
    const said = readSaid(one.repeat(4_000).slice(0, 8_000))
    const started = performance.now()
    for (const slips of [false, true]) for (const words of rules) mentions(said, words, { slips })
    expect(performance.now() - started, one).toBeLessThan(300)
  }
})

it('a list of words is found whichever of them was written', () => {
  expect(['refunds', '我要退 貨', 'hello'].map((text) => mentions(text, REFUND))).toEqual([true, true, false])
})
