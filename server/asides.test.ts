import type { ActionInput, Backend, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { afterEach, expect, it } from 'vitest'
import { createSocketBackend } from './backends/socket.ts'
import { openTestRelay, type TestRelay } from './test-relay.ts'
import { openStand, TOKENS } from './test-stand.ts'

const ANSWER: ActionInput[] = [
  { kind: 'note', text: 'seen' },
  { kind: 'reply', parts: [{ kind: 'text', text: 'How can I help?' }] },
]
const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
const REFUSED = /^shop answered a "\w+" that it only hears with reply, .* only note and set are/

let house: TestRelay
afterEach(() => house.close())

const saidBy = (log: readonly Entry[], kind: string) =>
  log.filter(({ from, body }) => from.id === 'shop' && body.kind === kind)
const reasons = async () => (await house.store.deadLetters({ limit: 10 })).map(({ error }) => error)
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function listener(heard: Event[]): Backend {
  return {
    name: 'shop',
    hears: 'everything',
    async handle(event) {
      heard.push(event)
      return ANSWER
    },
  }
}

it('a listener in the process hears nothing of its own, and speaks to nobody but whom it has to answer', async () => {
  const heard: Event[] = []
  house = await openTestRelay({ backends: [listener(heard)], routing: ['shop', 'desk'] })
  const { conversation } = await house.write('hello')
  await house.until(conversation, (log) => saidBy(log, 'message').length === 1)
  await house.relay.act(anna, conversation, { key: 'n', actions: [{ kind: 'note', text: 'a colleague looks on' }] })
  const log = await house.until(conversation, (entries) => saidBy(entries, 'note').length === 2)
  await expect.poll(reasons).toEqual([expect.stringMatching(REFUSED)])
  await rest(200)
  expect(heard.filter(({ entry }) => entry.from.id === 'shop')).toEqual([])
  expect(await house.log(conversation)).toEqual(log)
  expect(saidBy(log, 'message')).toHaveLength(1)
  expect((await house.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'shop' })
})

it('what a backend on a socket answers to a stop is shown to nobody, and the reason is kept', async () => {
  const stand = await openStand({ backends: [createSocketBackend('shop', {})], routing: ['shop', 'desk'] })
  house = stand
  const client = stand.backend({ token: TOKENS.shop, credit: 8, feed: false })
  client.on('event', ({ event }, acknowledge) =>
    acknowledge(event.entry.body.kind === 'stop' ? { actions: ANSWER } : { later: true }),
  )
  const { conversation } = await house.write('hello')
  await rest(300)
  await house.write({ kind: 'stop' })
  await expect.poll(reasons).toEqual([expect.stringMatching(REFUSED)])
  const log = await house.log(conversation)
  expect([saidBy(log, 'note').length, saidBy(log, 'message').length]).toEqual([1, 0])
  expect((await house.store.conversation(conversation))?.floor.holder).toEqual({ kind: 'bot', id: 'shop' })
})
