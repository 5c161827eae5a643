import { expect, it } from 'vitest'
import { createPlaces, type Kind, type Places } from './places.ts'

const open = () => createPlaces((target) => target.slice(0, target.indexOf(':')) as Kind)

/** As many as it gets; the number of them. */
function fill(places: Places, target: string): number {
  let count = 0
  for (; places.left(target) > 0; count += 1) places.take(target)
  return count
}

it('lets no number of hanging backends keep a healthy one from its places', () => {
  for (const hanging of [1, 4, 15, 40, 200]) {
    const places = open()
    for (let n = 0; n < hanging; n += 1) fill(places, `backend:h${n}`)
    expect(fill(places, 'backend:well')).toBeGreaterThanOrEqual(8)
  }
})

it('leaves a healthy backend its whole share beside fourteen that hang', () => {
  const places = open()
  for (let n = 0; n < 14; n += 1) expect(fill(places, `backend:h${n}`)).toBe(64)
  expect(fill(places, 'backend:well')).toBe(64)
})

it('keeps places for channels and for the relay’s own work, however many backends hang', () => {
  const places = open()
  for (let n = 0; n < 2_000; n += 1) fill(places, `backend:h${n}`)
  expect([fill(places, 'channel:mail'), fill(places, 'relay:waiting')]).toEqual([64, 64])
})

it('lets what is under way be bounded, however many backends there are', () => {
  const places = open()
  let under = 0
  for (let n = 0; n < 200; n += 1) under += fill(places, `backend:h${n}`)
  expect(under).toBeLessThanOrEqual(1_024 + 200 * 8)
})

it('grants no more at once than one by one', () => {
  const places = open()
  for (let n = 0; n < 40; n += 1)
    for (let left = places.left(`backend:h${n}`); left > 0; left -= 1) places.take(`backend:h${n}`)
  expect(places.left('backend:h39')).toBeLessThan(1)
  places.leave('backend:h39')
  expect(places.left('backend:h39')).toBe(1)
})
