import type { Entry } from '@hutong/core/entry'
import { type Signal, streamedText } from '@hutong/core/signal'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFanOut } from './fan-out.ts'

const BOT = { kind: 'bot' as const, id: 'model' }
const TEXT = '龙井茶 🍵 是绿茶。'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const fanOut = createFanOut()
  const say = (text: string) => fanOut.signal('v', { kind: 'stream', from: BOT, key: 'a', text, done: false })
  const follow = () => {
    const heard: Signal[] = []
    const entries: Entry[] = []
    const stop = fanOut.follow('v', {
      entries: (some) => entries.push(...some),
      signal: (signal) => heard.push(signal),
    })
    const shown = () => {
      let text: string | undefined
      for (const one of heard) if (one.kind === 'stream') text = streamedText(text, one) ?? text
      return text
    }
    return { heard, entries, shown, stop }
  }
  return { fanOut, say, follow }
}

it('whoever follows from the middle of an answer on hears it whole once, and then the same pieces as all others', () => {
  const { say, follow } = open()
  const first = follow()
  for (let end = 1; end <= TEXT.length; end += 1) {
    say(TEXT.slice(0, end))
    vi.advanceTimersByTime(15)
  }
  const late = follow()
  expect(late.shown()).toBe(first.shown())
  expect(late.heard).toHaveLength(1)
  say(`${TEXT} 好！`)
  vi.advanceTimersByTime(40)
  expect(late.shown()).toBe(`${TEXT} 好！`)
  expect(first.shown()).toBe(`${TEXT} 好！`)
  expect(late.heard[1]).toEqual(first.heard.at(-1))
})

it('passes everything else on at once, in order, and nothing to who has left', () => {
  const { fanOut, follow } = open()
  const [one, two] = [follow(), follow()]
  two.stop()
  const typing: Signal = { kind: 'typing', from: BOT, on: true }
  fanOut.signal('v', typing)
  expect([one.heard, two.heard]).toEqual([[typing], []])
})
