import { expect, test } from 'vitest'
import { newId, randomText } from './ids.ts'

test('an id says what it names and holds 128 random bits that fit into a link', () => {
  expect(newId('c')).toMatch(/^c_[\w-]{22}$/)
  const many = Array.from({ length: 10_000 }, () => newId('k'))
  expect(new Set(many).size).toBe(many.length)
})

test('random text has the length of its bytes in base64url', () => {
  for (const bytes of [1, 2, 3, 16, 32])
    expect(randomText(bytes)).toMatch(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}$`))
})

test('every sign of base64url comes up', () => {
  const signs = new Set(Array.from({ length: 2_000 }, () => randomText(3)).join(''))
  expect(signs.size).toBe(64)
})
