import { newId } from '@hutong/core/ids'
import { expect, test } from 'vitest'
import { createSceneTokens } from './scene.ts'

const WEEK = 7 * 24 * 3_600_000
let now = 1_750_000_000_000
const clock = { now: () => now }
const tokens = createSceneTokens('a secret', 'gzh', clock)

test('a token leads back to its conversation for seven days, and not longer', () => {
  const conversation = newId('v')
  const token = tokens.make(conversation)
  expect(tokens.read(token)?.conversation).toBe(conversation)
  now += WEEK - 1_000
  expect(tokens.read(token)?.conversation).toBe(conversation)
  now += 2_000
  expect(tokens.read(token)).toBeUndefined()
})

test('a token fits what WeChat lets a QR code carry', () => {
  for (let count = 0; count < 1_000; count += 1) expect(tokens.make(newId('v'))).toMatch(/^[0-9A-Za-z_-]{1,64}$/)
})

test('two tokens of one conversation can be told apart', () => {
  const conversation = newId('v')
  const [first, second] = [tokens.read(tokens.make(conversation)), tokens.read(tokens.make(conversation))]
  expect(first?.id).not.toBe(second?.id)
})

test('nobody can point a token at another conversation, or use it on another channel', () => {
  const token = tokens.make('v_AAAAAAAAAAAAAAAAAAAAAA')
  const forged = [...token].map((letter, at) => token.slice(0, at) + (letter === 'B' ? 'C' : 'B') + token.slice(at + 1))
  const foreign = createSceneTokens('another secret', 'gzh', clock).make('v_AAAAAAAAAAAAAAAAAAAAAA')
  const elsewhere = createSceneTokens('a secret', 'kf', clock).make('v_AAAAAAAAAAAAAAAAAAAAAA')
  const accepted = [...forged, `v${token}`, token.slice(1), foreign, elsewhere, '', 'x'.repeat(60)].filter((one) =>
    tokens.read(one),
  )
  expect(accepted).toEqual([])
})

test('a conversation that a token cannot carry is refused', () => {
  expect(() => tokens.make('x'.repeat(29))).toThrow('28 characters')
  expect(() => tokens.make('a b')).toThrow('28 characters')
})
