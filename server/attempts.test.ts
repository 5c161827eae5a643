import { HutongError } from '@hutong/core/errors'
import { describe, expect, it } from 'vitest'
import { createAttempts } from './attempts.ts'

const ANNA = 'anna@shop.example'

function open() {
  let at = 1_000_000
  const attempts = createAttempts({ now: () => at })
  let places = 0
  return {
    attempts,
    pass: (ms: number) => {
      at += ms
    },
    /** Guesses from a place of its own each; how many were let through. */
    guess(times: number, email = ANNA): number {
      let taken = 0
      for (let n = 0; n < times; n += 1)
        try {
          attempts.begin(email, `10.0.${places >> 8}.${places++ & 255}`)
          taken += 1
        } catch (error) {
          if (!(error instanceof HutongError)) throw error
        }
      return taken
    },
  }
}

describe('guessing at one agent’s password from many networks', () => {
  it('is slowed down to one guess in twenty seconds, for as long as it goes on', () => {
    const { guess, pass } = open()
    expect(guess(500)).toBe(40)
    for (let minute = 0; minute < 60; minute += 1) {
      pass(20_000)
      expect(guess(50)).toBe(1)
    }
  })

  it('hinders neither her colleagues nor herself where she has signed in before', () => {
    const { guess, attempts } = open()
    attempts.begin(ANNA, '192.0.2.7')
    attempts.succeeded(ANNA, '192.0.2.7')
    guess(500)
    expect(() => attempts.begin('Anna@shop.example', '192.0.2.7')).not.toThrow()
    expect(() => attempts.begin('bert@shop.example', '198.51.100.1')).not.toThrow()
    expect(() => attempts.begin(ANNA, '198.51.100.1')).toThrow(/wait/)
  })

  it('is forgiven a quarter of an hour after the last guess', () => {
    const { guess, pass } = open()
    guess(500)
    pass(15 * 60_000)
    expect(guess(500)).toBe(40)
  })

  it('counts the addresses of one IPv6 network as one place', () => {
    const { attempts } = open()
    for (let n = 0; n < 5; n += 1) attempts.begin(ANNA, `2001:db8::${n}`)
    expect(() => attempts.begin(ANNA, '2001:db8::ffff')).toThrow(/wait/)
  })
})
