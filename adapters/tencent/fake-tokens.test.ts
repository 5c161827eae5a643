import { expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { createFakeTokens } from './fake-tokens.ts'

const MINUTE = 60_000

function table() {
  const clock = createFakeClock(() => 0)
  return { clock, tokens: createFakeTokens({ clock }) }
}

test('the same token comes back until five minutes before its end, and the old one then lives on to its end', () => {
  const { clock, tokens } = table()
  const first = tokens.current('app', 5 * MINUTE)
  clock.advance(114 * MINUTE)
  expect(tokens.current('app', 5 * MINUTE)).toEqual({ token: first.token, expiresIn: 360 })
  clock.advance(MINUTE)
  const second = tokens.current('app', 5 * MINUTE)
  expect(second.token).not.toBe(first.token)
  expect(tokens.look(first.token)).toBe('valid')
  clock.advance(5 * MINUTE)
  expect([first, second].map(({ token }) => tokens.look(token))).toEqual(['expired', 'valid'])
})

test('a replaced token is over at once, and one that never was is unknown', () => {
  const { tokens } = table()
  const first = tokens.replace('app')
  expect(tokens.look(first.token)).toBe('valid')
  tokens.replace('app')
  expect([first.token, 'nonsense', null].map(tokens.look)).toEqual(['replaced', 'unknown', 'missing'])
})
