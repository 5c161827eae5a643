import { expect, it } from 'vitest'
import { createOutage } from './outage.ts'

const MINUTE = 60_000

function open() {
  let time = 0
  const outage = createOutage(() => time)
  return {
    ...outage,
    fails: (...conversations: string[]) => conversations.forEach(outage.failed),
    pass(ms: number) {
      time += ms
    },
  }
}

it('brings what an earlier run left behind at the first success', () => {
  const outage = open()
  expect([outage.ended(), outage.ended()]).toEqual([true, false])
})

it('is over with the first success after several conversations failed and nothing went well', () => {
  const outage = open()
  outage.ended()
  outage.pass(MINUTE)
  outage.fails('a', 'b', 'c')
  expect([outage.ended(), outage.ended()]).toEqual([true, false])
})

it.each([
  ['one conversation fails', ['a', 'a', 'a', 'a']],
  ['two of many fail', ['a', 'b']],
])('is none while %s', (_, conversations) => {
  const outage = open()
  outage.ended()
  outage.pass(MINUTE)
  outage.fails(...conversations)
  expect(outage.ended()).toBe(false)
})

it('of an end that takes some and fails others has what waits brought fewer than 20 times in 75 hours', () => {
  const outage = open()
  const minutes = Array.from({ length: 75 * 60 }, (_, minute) => minute)
  const early = minutes.filter(() => {
    outage.fails('a', 'b', 'c')
    outage.pass(MINUTE)
    return outage.ended()
  })
  expect(early.length).toBeGreaterThan(5)
  expect(early.length).toBeLessThan(20)
})

it('that comes a day after the last one is answered as quickly as the first', () => {
  const outage = open()
  for (let turn = 0; turn < 5; turn++) {
    outage.fails('a', 'b', 'c')
    outage.pass(30 * MINUTE)
    outage.ended()
  }
  outage.pass(30 * 60 * MINUTE)
  outage.fails('a', 'b', 'c')
  outage.ended()
  outage.pass(MINUTE)
  outage.fails('a', 'b', 'c')
  expect(outage.ended()).toBe(true)
})
