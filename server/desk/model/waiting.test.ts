import { describe, expect, it } from 'vitest'
import { createPretendLogs } from '../pretend-logs.ts'
import { waitOf } from './waiting.ts'

const MINUTE = 60_000

function item(waitingSince: number | null, status: 'open' | 'closed' = 'open') {
  const logs = createPretendLogs(() => undefined)
  logs.addContact('v1', 'Zoe')
  const one = logs.item('v1')
  return { ...one, conversation: { ...one.conversation, waitingSince, status } }
}

describe('a wait', () => {
  const site = (answerMs: number) => [{ id: 'tea', backends: [], answerMs }]

  it('is too long when it is longer than the site allows, and long well before', () => {
    const tones = [1, 2, 10].map((minutes) => waitOf(item(0), site(10 * MINUTE), minutes * MINUTE)?.tone)
    expect(tones).toEqual(['quiet', 'warn', 'bad'])
  })

  it('is too long after five minutes where the site says nothing', () => {
    expect([4, 5].map((minutes) => waitOf(item(0), [], minutes * MINUTE)?.tone)).toEqual(['warn', 'bad'])
  })

  it('is none once somebody answered or the conversation is closed', () => {
    expect(waitOf(item(null), [], MINUTE)).toBeUndefined()
    expect(waitOf(item(0, 'closed'), [], MINUTE)).toBeUndefined()
  })
})
