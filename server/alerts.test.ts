import type { Participant } from '@hutong/core/entry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alertWordsFor } from './alert-words.ts'
import { type Alerts, createAlerts } from './alerts.ts'
import { openTestRelay, quiet, type TestRelay } from './test-relay.ts'

const anna: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

let house: TestRelay
let open: Alerts[]
let group: string[]
/** How long the group takes to hear. */
let pace: () => Promise<unknown>
beforeEach(async () => {
  pace = async () => {}
  house = await openTestRelay()
  open = []
  group = []
})
afterEach(async () => {
  for (const one of open) await one.close()
  await house.close()
})

interface Rule {
  waitingMs: number
  answerMs?: number
  site?: string
}

async function watch(rule: Rule, from: TestRelay = house): Promise<Alerts> {
  const robot = {
    async alert({ title, url }: { title: string; url: string }) {
      await pace()
      group.push(`${title}\n${url}`)
    },
  }
  const alerts = createAlerts({
    relay: from.relay,
    store: from.store,
    rules: [{ id: 'group', robot, ...rule }],
    about: () => ({ name: 'Tea shop', locale: 'en' }),
    link: (id) => `https://relay.test/desk/#/c/${id}`,
    owner: `node ${open.length}`,
    now: Date.now,
    logger: quiet,
  })
  open.push(alerts)
  await alerts.start()
  return alerts
}

const reply = (conversation: string, key = 'reply') =>
  house.relay.act(anna, conversation, { key, actions: [{ kind: 'reply', parts: [{ kind: 'text', text: 'hi' }] }] })
/** Longer than anything here waits. */
const settled = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a group of agents', () => {
  it('is told once of a conversation that waits for a person: who, where, and the way to it', async () => {
    await watch({ waitingMs: 0 })
    const from = { address: 'lin', profile: { name: 'Lin\nLi' } }
    const body = {
      kind: 'message' as const,
      parts: [{ kind: 'text' as const, text: 'hello', format: 'plain' as const }],
    }
    const { conversation } = await house.relay.receive('web', { from, site: 'shop', key: 'k', body })
    await house.write('anybody?', { address: 'lin' })
    await expect
      .poll(() => group)
      .toEqual([`Lin Li is waiting for a person (Tea shop)\nhttps://relay.test/desk/#/c/${conversation}`])
    await settled()
    expect(group).toHaveLength(1)
  })

  it('is not told of one that was taken in time', async () => {
    await watch({ waitingMs: 500 })
    const { conversation } = await house.write('hello')
    await reply(conversation)
    await settled(700)
    expect(group).toEqual([])
  })

  it('is told when a customer is without an answer for too long, also one whom an agent has', async () => {
    await watch({ waitingMs: 60_000, answerMs: 40 })
    const { conversation } = await house.write('hello')
    await expect.poll(() => group).toEqual([expect.stringContaining('has had no answer for 1 s (Tea shop)')])
    await reply(conversation)
    await house.write('and one more thing')
    await expect.poll(() => group).toHaveLength(2)
    await settled()
    expect(group).toHaveLength(2)
  })

  it('hears of its own site alone', async () => {
    await watch({ waitingMs: 0, site: 'other' })
    await house.write('hello')
    await settled()
    expect(group).toEqual([])
  })

  it('is told after a restart what came due meanwhile, and nothing that it was told before', async () => {
    const first = await watch({ waitingMs: 0 })
    const { conversation } = await house.write('hello')
    await expect.poll(() => group).toHaveLength(1)
    await expect.poll(() => house.store.get('alerts', conversation)).toBeDefined()
    await first.close()
    group.length = 0
    const later = await openTestRelay({ path: house.path })
    await watch({ waitingMs: 0, answerMs: 50 }, later)
    await expect.poll(() => group).toEqual([expect.stringContaining('has had no answer')])
    await settled()
    expect(group).toHaveLength(1)
    await open.at(-1)?.close()
    await later.close()
  })

  it('is told once by however many nodes look after the same conversations', async () => {
    pace = () => settled(50)
    for (let node = 0; node < 4; node++) await watch({ waitingMs: 0 })
    await house.write('hello')
    await expect.poll(() => group).toHaveLength(1)
    await settled(2_300)
    expect(group).toHaveLength(1)
  })

  it('counts anew once the customer has had an answer', async () => {
    await watch({ waitingMs: 0 })
    const { conversation } = await house.write('hello')
    await expect.poll(() => house.store.get('alerts', conversation)).toBeDefined()
    await reply(conversation)
    await expect.poll(() => house.store.get('alerts', conversation)).toBeUndefined()
  })
})

it.each([
  [10_000, 'en', 'Lin has had no answer for 10 s (Shop)'],
  [59_999, 'zh-CN', 'Lin 已 59 秒未得到回复（Shop）'],
  [60_000, 'en', 'Lin has had no answer for 1 min (Shop)'],
  [330_000, 'zh-CN', 'Lin 已 5 分钟未得到回复（Shop）'],
])('says how long %i ms are without an answer', (ms, locale, words) => {
  expect(alertWordsFor(locale).late('Lin', 'Shop', ms)).toBe(words)
})
