import type { Event } from '@hutong/core/backend'
import { expect, it } from 'vitest'
import { createSettle } from './answered-event.ts'
import { settledScope } from './deadline.ts'

const eventOf = (seq: number, conversation = 'v_1'): Event => ({
  id: `${conversation}:${seq}`,
  position: seq,
  site: 'shop',
  conversation,
  contact: 'c_1',
  entry: { conversation, seq, key: 'k', at: 0, from: { kind: 'contact', id: 'c_1' }, body: { kind: 'stop' } },
  floor: { holder: { kind: 'bot', id: 'faq' }, term: 1 },
})

/** A store that takes its time, and cannot write once. */
function slowStore() {
  const kept = new Map<string, unknown>()
  const rest = () => new Promise((resolve) => setTimeout(resolve, 5))
  let broken = false
  return {
    async get(scope: string, key: string) {
      await rest()
      return kept.get(`${scope} ${key}`)
    },
    async set(scope: string, key: string, value: unknown) {
      await rest()
      if (broken) throw new Error('the disk is full')
      kept.set(`${scope} ${key}`, value)
    },
    breaks(how: boolean) {
      broken = how
    },
  }
}

it('answers to several questions that are given at once settle all of them, in whatever order they come', async () => {
  const store = slowStore()
  const settle = createSettle(store)
  const settled = (conversation: string) => store.get(settledScope('faq'), conversation)
  for (const order of [
    [1, 2, 3],
    [3, 2, 1],
    [2, 3, 1],
  ]) {
    const conversation = `v_${order.join('')}`
    await Promise.all(order.map((seq) => settle({ backend: 'faq', event: eventOf(seq, conversation) })))
    expect(await settled(conversation)).toBe(3)
  }
  store.breaks(true)
  await expect(settle({ backend: 'faq', event: eventOf(4, 'v_123') })).rejects.toThrow('the disk is full')
  store.breaks(false)
  await settle({ backend: 'faq', event: eventOf(5, 'v_123') })
  expect(await settled('v_123')).toBe(5)
})
