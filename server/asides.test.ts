import type { ActionInput, Backend, Event } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { afterEach, expect, it } from 'vitest'
import { ASIDES_DEEP } from './asides.ts'
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

function listener(heard: Event[], name = 'shop'): Backend {
  return {
    name,
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

it('two listeners that note on each other’s notes are stopped, are told why, and are heard again on the next word', async () => {
  const noting = (name: string, text: string): Backend => ({
    name,
    hears: 'everything',
    handle: async () => ({ kind: 'note', text }),
  })
  house = await openTestRelay({ backends: [noting('crm', 'seen'), noting('archive', 'kept')], routing: ['desk'] })
  for (const words of [1, 2]) {
    const { conversation } = await house.write('hello')
    await expect.poll(reasons).toHaveLength(2 * words)
    const log = await house.log(conversation)
    for (const one of ['crm', 'archive'])
      expect(log.filter(({ from }) => from.id === one)).toHaveLength((ASIDES_DEEP + 1) * words)
  }
  expect((await reasons())[0]).toMatch(
    /^event: (crm|archive) notes on a note, after 10 that bots wrote on each other's/,
  )
})

it('two programs that note by themselves, and name no event, are stopped when each follows at once on the other', async () => {
  house = await openTestRelay({ backends: [], routing: ['desk'] })
  const { conversation } = await house.write('hello')
  const setBy = (id: string, n: number) =>
    house.relay.act({ kind: 'bot', id }, conversation, {
      key: `k${n}`,
      actions: [{ kind: 'set', attributes: { turn: n } }],
    })
  for (let n = 0; n < 30; n++) await setBy('crm', n)
  for (let n = 0; n < ASIDES_DEEP; n++) await setBy(n % 2 === 0 ? 'archive' : 'crm', n + 30)
  await expect(setBy('archive', 99)).rejects.toMatchObject({ code: 'forbidden', field: 'event' })
  expect(await setBy('crm', 5)).toMatchObject({ results: [{ duplicate: true }] })
  await house.relay.act(anna, conversation, { key: 'n', actions: [{ kind: 'note', text: 'a word of a person' }] })
  await setBy('archive', 99)
})
