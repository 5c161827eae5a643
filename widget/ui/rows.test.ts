import { describe, expect, it } from 'vitest'
import { buildRows } from './rows.ts'
import { ANNA, BOT, handedTo, said, told } from './sample-chat.ts'

const all = { start: 0, end: 1_000, newAfter: undefined }
const MINUTE = 60_000

describe('the lines of the log', () => {
  it('begins each day with its mark', () => {
    const first = said(ANNA, 1, 'a')
    const later = { ...said(ANNA, 2, 'b'), at: first.at + 30 * 60 * MINUTE }
    expect(buildRows([first, later], all).map((row) => row.kind)).toEqual(['day', 'message', 'day', 'message'])
  })

  it('groups what one speaker says without a long pause', () => {
    const items = [
      said(ANNA, 1, 'a'),
      said(ANNA, 2, 'b'),
      { ...said(ANNA, 3, 'c'), at: said(ANNA, 3, 'c').at + 6 * MINUTE },
    ]
    const runs = buildRows(items, all).flatMap((row) => (row.kind === 'message' ? [[row.first, row.last]] : []))
    expect(runs).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ])
  })

  it('leaves out what visitors need not know, or read elsewhere', () => {
    const items = [
      handedTo(1, { kind: 'none' }),
      told(2, { kind: 'assigned', agent: ANNA }),
      told(3, { kind: 'status', status: 'open' }),
      handedTo(4, { kind: 'queue' }),
      handedTo(5, { kind: 'agent', id: 'anna' }),
      handedTo(6, { kind: 'bot', id: 'keywords' }),
      told(7, { kind: 'rating', scale: 'csat', score: 4, of: 6 }),
      told(8, { kind: 'rating', scale: 'csat', score: 4, of: 6, comment: 'kind' }),
      told(9, { kind: 'rating', scale: 'csat', score: 4 }),
    ]
    expect(buildRows(items, all).map((row) => row.key)).toEqual([
      expect.stringMatching('day:'),
      ...['s5', 's6', 's8', 's9'],
    ])
  })

  it('draws the line of what is new once, above the first such message of another', () => {
    const items = [said(ANNA, 1, 'a'), said('mine', 2, 'b'), said(BOT, 3, 'c'), said(ANNA, 4, 'd')]
    expect(
      buildRows(items, { ...all, newAfter: 1 })
        .map((row) => row.key)
        .slice(1),
    ).toEqual(['m1', 'm2', 'new', 'm3', 'm4'])
  })

  it('draws a slice as it would stand in the whole', () => {
    const items = Array.from({ length: 20 }, (_, index) => said(ANNA, index + 1, 'x'))
    const keys = buildRows(items, { ...all, start: 10, end: 13 }).map((row) => row.key)
    expect(keys).toEqual(['m11', 'm12', 'm13'])
  })
})
