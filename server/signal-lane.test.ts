import type { Signal } from '@hutong/core/signal'
import { expect, it } from 'vitest'
import { createSignalLane } from './signal-lane.ts'

const typing = (id: string, on: boolean): Signal => ({ kind: 'typing', from: { kind: 'contact', id }, on })

function open() {
  const state = { free: true, sent: [] as Signal[] }
  const lane = createSignalLane({ free: () => state.free, send: (signal) => state.sent.push(signal) })
  return { state, lane }
}

it('passes signals on at once while the reader keeps up', () => {
  const { state, lane } = open()
  lane.push(typing('a', true))
  lane.push(typing('a', false))
  expect(state.sent).toEqual([typing('a', true), typing('a', false)])
})

it('gives a reader that was busy the newest state of each sender only', async () => {
  const { state, lane } = open()
  state.free = false
  for (let n = 0; n < 1_000; n += 1) lane.push(typing('a', n % 2 === 0))
  lane.push(typing('b', true))
  expect(state.sent).toEqual([])
  state.free = true
  await expect.poll(() => state.sent).toEqual([typing('a', false), typing('b', true)])
})

it('forgets what waits for a reader that has gone', async () => {
  const { state, lane } = open()
  state.free = false
  lane.push(typing('a', true))
  lane.stop()
  state.free = true
  await new Promise((resolve) => setTimeout(resolve, 80))
  expect(state.sent).toEqual([])
})

it('joins the pieces of a growing text that a busy reader has not had, and heals what cannot be joined', async () => {
  const { state, lane } = open()
  const from = { kind: 'bot' as const, id: 'model' }
  const piece = (at: number, text: string): Signal => ({ kind: 'stream', from, key: 'a', at, text, done: false })
  lane.push({ kind: 'stream', from, key: 'a', text: 'It', done: false })
  state.free = false
  lane.push(piece(2, ' is'))
  lane.push(piece(5, ' green'))
  state.free = true
  await expect.poll(() => state.sent.slice(1)).toEqual([piece(2, ' is green')])
  state.free = false
  lane.push({ kind: 'stream', from, key: 'a', text: 'No', done: false })
  lane.push(piece(2, ': black'))
  state.free = true
  await expect
    .poll(() => state.sent.slice(2))
    .toEqual([{ kind: 'stream', from, key: 'a', text: 'No: black', done: false }])
})
