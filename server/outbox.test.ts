import type { Backend } from '@hutong/core/backend'
import { expect, it } from 'vitest'
import { wordsOf } from './backends/words-of.ts'
import { floorSettings } from './floor-settings.ts'
import { type Carrier, createOutbox } from './outbox.ts'
import { openTestRelay, quiet } from './test-relay.ts'

it('lets one backend’s slow answers hold up no other backend', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: Backend = { name: 'slow', answerWithin: 20_000, handle: () => gate }
  const quick: Backend = {
    name: 'quick',
    handle: async () => ({ kind: 'reply', parts: [{ kind: 'text', text: 'here' }] }),
  }
  const house = await openTestRelay({ backends: [slow, quick], routing: ['slow', 'desk'] })
  for (let n = 0; n < 300; n += 1) await house.write('hello', { address: `slow${n}` })
  const { conversation } = await house.write('hello', { address: 'other' })
  const toQuick = { kind: 'handoff' as const, to: { kind: 'bot' as const, id: 'quick' } }
  await house.relay.act({ kind: 'agent', id: 'a_anna' }, conversation, { key: 'h', actions: [toQuick] })
  const started = performance.now()
  await house.until(conversation, (log) => log.some(({ from }) => from.id === 'quick'))
  expect(performance.now() - started).toBeLessThan(2_000)
  release()
  await house.close()
}, 20_000)

it('lets four backends that hang hold up neither a fifth nor the relay’s own words', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let count = 0
  const under = () => count
  const hang = () => {
    count += 1
    return gate
  }
  const hanging = ['h0', 'h1', 'h2', 'h3'].map((name): Backend => ({ name, answerWithin: 20_000, handle: hang }))
  const quick: Backend = {
    name: 'quick',
    handle: async () => [
      { kind: 'reply', parts: [{ kind: 'text', text: 'here' }] },
      { kind: 'handoff', to: { kind: 'next' } },
    ],
  }
  const split: Backend = {
    name: 'split',
    handle: async ({ entry }) => ({ kind: 'handoff', to: { kind: 'bot', id: wordsOf(entry) } }),
  }
  const house = await openTestRelay({
    backends: [split, ...hanging, quick],
    routing: ['split', 'desk'],
    floor: floorSettings.parse({}),
  })
  for (let n = 0; n < 280; n += 1) await house.write(`h${n % 4}`, { address: `slow${n}` })
  await expect.poll(under, { timeout: 10_000 }).toBeGreaterThan(240)
  const started = performance.now()
  const { conversation } = await house.write('quick', { address: 'other' })
  await house.until(conversation, (log) => log.some(({ key }) => key.startsWith('relay:waiting:')))
  expect(performance.now() - started).toBeLessThan(2_000)
  release()
  await house.close()
}, 30_000)

it('looks again after the store could not be reached', async () => {
  const { store, write, close } = await openTestRelay()
  await write('hello')
  let asked = 0
  const outbox = createOutbox({
    store: {
      ...store,
      claim(query) {
        asked += 1
        return asked === 1 ? Promise.reject(new Error('the store is away')) : store.claim(query)
      },
    },
    owner: 'node',
    carriers: {},
    now: Date.now,
    logger: quiet,
  })
  outbox.wake()
  await expect.poll(() => asked, { timeout: 3_000 }).toBeGreaterThan(1)
  await outbox.stop(0)
  await close()
})

it('does not count a restart as a failed try', async () => {
  const { store, close } = await openTestRelay()
  const floor = { holder: { kind: 'bot' as const, id: 'slow' }, term: 1 }
  const body = { kind: 'message' as const, parts: [{ kind: 'text' as const, text: 'hello', format: 'plain' as const }] }
  const deliveries = [{ lane: 'slow', target: 'slow:bot', entry: 0 }]
  const to = { site: 'shop', channel: 'web', address: 'li', floor }
  await store.commit([{ to, key: 'k', at: 1, decide: () => ({ entries: [{ body }], deliveries }) }])
  const tries: number[] = []
  const carrier: Carrier = {
    tries: 1,
    deliver({ attempt }, signal) {
      tries.push(attempt)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut off'))))
    },
  }
  for (let restart = 1; restart <= 3; restart += 1) {
    const outbox = createOutbox({
      store,
      owner: `node${restart}`,
      carriers: { slow: carrier },
      now: Date.now,
      logger: quiet,
    })
    outbox.wake()
    await expect.poll(() => tries.length).toBe(restart)
    await outbox.stop(0)
  }
  expect(tries).toEqual([1, 1, 1])
  expect(await store.deadLetters({ limit: 10 })).toEqual([])
  await close()
})
