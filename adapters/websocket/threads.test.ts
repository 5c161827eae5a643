import { streamedText } from '@hutong/core/signal'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bench, type Client, openBench, until } from './test-bench.ts'

const BOT = { kind: 'bot' as const, id: 'model' }
const TEXT = '龙井茶 🍵 是绿茶。'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

function pass(text: string, at?: number) {
  bench.host.pass(bench.conversation(), {
    kind: 'stream',
    from: BOT,
    key: 'a',
    ...(at !== undefined && { at }),
    text,
    done: false,
  })
}

function shownBy({ signals }: Client): string | undefined {
  let text: string | undefined
  for (const signal of signals) if (signal.kind === 'stream') text = streamedText(text, signal) ?? text
  return text
}

it('a visitor who comes back in the middle of an answer is shown all of it at once, and the rest in pieces', async () => {
  const first = bench.client()
  const { token } = await first.ready()
  await first.say('what is it?')
  await until(() => first.seqs().length === 1)
  pass(TEXT.slice(0, 5))
  pass(TEXT.slice(5, 9), 5)
  await until(() => shownBy(first) === TEXT.slice(0, 9))

  const again = bench.client({ token, after: 1 })
  await until(() => shownBy(again) === TEXT.slice(0, 9))
  expect(again.signals).toHaveLength(1)
  expect(first.signals).toHaveLength(2)
  pass(TEXT.slice(9), 9)
  await until(() => shownBy(again) === TEXT && shownBy(first) === TEXT)

  await bench.append({ kind: 'handoff', floor: { holder: { kind: 'queue' }, term: 1 } })
  const late = bench.client({ token, after: 1 })
  await until(() => late.seqs().includes(2))
  expect(late.signals.filter(({ kind }) => kind === 'stream')).toEqual([])
})
