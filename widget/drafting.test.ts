import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDrafting } from './drafting.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const told: (string | undefined)[] = []
  return { told, drafting: createDrafting((draft) => told.push(draft)) }
}

test('the first key is told at once, the next ones at most once a second', () => {
  const { told, drafting } = open()
  for (const draft of ['h', 'he', 'hel']) drafting.report(draft)
  expect(told).toEqual(['h'])
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual(['h', 'hel'])
})

test('a draft that was emptied or sent ends the report at once', () => {
  const { told, drafting } = open()
  drafting.report('hello')
  drafting.report('')
  expect(told).toEqual(['hello', undefined])
})

test('somebody who stops typing is no longer shown as typing', () => {
  const { told, drafting } = open()
  drafting.report('hello')
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual(['hello', undefined])
  drafting.report('hello a')
  expect(told).toEqual(['hello', undefined, 'hello a'])
})
