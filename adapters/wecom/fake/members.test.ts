import { createFakeClock } from '@hutong/tencent/fake-clock'
import { expect, test } from 'vitest'
import { createMembers } from './members.ts'

test('a member gets 30 messages of an app in a minute and 1000 in an hour', () => {
  const clock = createFakeClock(() => 0)
  const members = createMembers(clock)
  const [lin, max] = [members.meet('lin'), members.meet('max')]
  for (let minute = 0; minute < 40; minute += 1) {
    for (let count = 0; count < 31; count += 1) members.deliver(lin, { kind: 'text', text: 'hi' })
    if (minute === 0) expect(lin.shown).toHaveLength(30)
    clock.advance(60_000)
  }
  expect(lin.shown).toHaveLength(1000)
  expect(members.deliver(max, { kind: 'text', text: 'hi' })).toBeDefined()
  clock.advance(21 * 60_000)
  expect(members.deliver(lin, { kind: 'text', text: 'hi' })).toBeDefined()
})

test('an id is the same whatever its case', () => {
  const members = createMembers(createFakeClock(() => 0))
  expect(members.meet('LIN')).toBe(members.meet('lin'))
})
