import { describe, expect, it, test } from 'vitest'
import { businessHours } from './business-hours.ts'
import { type Facts, factOf, holds } from './facts.ts'
import type { Condition } from './flow-steps.ts'

const MONDAY_NOON = Date.parse('2026-11-23T12:00:00+08:00')
const facts: Facts = {
  at: MONDAY_NOON,
  language: 'zh',
  hours: businessHours.parse({ timeZone: 'Asia/Shanghai', week: { mon: ['09:00-18:00'] } }),
  contact: {
    name: '李雷',
    attributes: { plan: 'Gold', orders: 12, constructor: null },
    visit: { attributes: { cart: 3, page: 'Summer sale' } },
    identities: [
      { channel: 'web', address: 'v1', verified: 'token', at: 0 },
      { channel: 'wechat', address: 'o1', verified: 'platform', at: 0 },
    ],
  },
  conversation: { channel: 'wechat', attributes: { vip: true, tags: 'refund,late', gone: null } },
  variables: { amount: '１２.5', agreed: 'true', empty: '' },
}

describe('conditions', () => {
  test.each<[string, Condition, boolean]>([
    ['equal texts in any case and width', { fact: 'contact.plan', equals: 'GOLD' }, true],
    ['equal a number that was typed', { fact: 'amount', equals: 12.5 }, true],
    ['equal yes and no that were typed', { fact: 'agreed', equals: true }, true],
    ['equal nothing that is not there', { fact: 'contact.none', equals: 'x' }, false],
    ['are in a list', { fact: 'language', in: ['en', 'zh'] }, true],
    ['are in no other list', { fact: 'language', in: ['en', 'fr'] }, false],
    ['exist', { fact: 'contact.name', exists: true }, true],
    ['do not exist when they are empty', { fact: 'empty', exists: true }, false],
    ['do not exist when they were removed', { fact: 'conversation.gone', exists: false }, true],
    [
      'do not exist because JavaScript has something of that name',
      { fact: 'conversation.toString', exists: false },
      true,
    ],
    ['are greater', { fact: 'contact.orders', greater: 11 }, true],
    ['are not greater than themselves', { fact: 'contact.orders', greater: 12 }, false],
    ['are less', { fact: 'page.cart', less: 4 }, true],
    ['are neither greater nor less as a text', { fact: 'contact.plan', less: 4 }, false],
    ['match a word', { fact: 'page.page', matches: ['sale'] }, true],
    ['match no part of a word', { fact: 'page.page', matches: ['sum'] }, false],
    ['are turned round', { fact: 'page.page', matches: ['sum'], not: true }, true],
    ['hold in business hours', { fact: 'open', equals: true }, true],
    [
      'hold when all do',
      {
        all: [
          { fact: 'open', equals: true },
          { fact: 'verified', equals: true },
        ],
      },
      true,
    ],
    [
      'do not hold when one of all does not',
      {
        all: [
          { fact: 'open', equals: true },
          { fact: 'x', exists: true },
        ],
      },
      false,
    ],
    [
      'hold when any does',
      {
        any: [
          { fact: 'open', equals: false },
          { fact: 'conversation.vip', equals: true },
        ],
      },
      true,
    ],
  ])('%s', (_, condition, expected) => {
    expect(holds(condition, facts)).toBe(expected)
  })

  it('take nobody for verified who only holds a secret of the browser, or proved another address', () => {
    expect(factOf('verified', facts)).toBe(true)
    expect(factOf('verified', { ...facts, conversation: { ...facts.conversation, channel: 'web' } })).toBe(false)
    expect(factOf('verified', { ...facts, conversation: { ...facts.conversation, channel: 'email' } })).toBe(false)
  })

  it('take it for open where no hours are given', () => {
    expect(factOf('open', { ...facts, hours: undefined })).toBe(true)
    expect(factOf('open', { ...facts, at: MONDAY_NOON + 8 * 3_600_000 })).toBe(false)
  })
})
