import { outsider, type Participant } from '@hutong/core/entry'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notifyAgents } from './notify-agents.ts'
import { createPresence, type Presence } from './presence.ts'
import { openTestRelay, quiet, type TestRelay } from './test-relay.ts'

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const AFTER_MS = 40

let house: TestRelay
let presence: Presence
let mails: { agent: string; conversation: string; key: string }[]
let stop: () => void
let conversation: string

beforeEach(async () => {
  house = await openTestRelay()
  presence = createPresence({ grace: 0 })
  mails = []
  const agent = { id: ANNA.id, name: 'Anna', email: 'anna@shop.example', password: '-', createdAt: 0 }
  await house.store.createAgent(agent)
  const adapter = {
    async notify({ address }: { address: string }, id: string, key: string) {
      mails.push({ agent: address, conversation: id, key })
      return { state: 'sent' as const }
    },
  }
  stop = notifyAgents({ ...house, presence, mailbox: () => ({ adapter, afterMs: AFTER_MS }), logger: quiet })
  conversation = (await house.write('is it in stock?')).conversation
  const parts = [{ kind: 'text' as const, text: 'I shall look' }]
  await house.relay.act(ANNA, conversation, { key: 'first', actions: [{ kind: 'reply', parts }] })
})
afterEach(async () => {
  stop()
  presence.close()
  await house.close()
})

const pause = () => new Promise((resolve) => setTimeout(resolve, AFTER_MS * 3))

it('mails an agent who is away what her customer wrote, once for several messages', async () => {
  const { seq } = await house.write('hello?')
  await house.write('are you there?')
  await expect.poll(() => mails).toHaveLength(1)
  await pause()
  expect(mails).toEqual([{ agent: 'anna@shop.example', conversation, key: `agent:${conversation}:${seq}` }])
})

it('mails nothing to an agent who is at her desk, or is back in time', async () => {
  await house.write('hello?')
  presence.enter(ANNA.id)
  await pause()
  await house.write('are you there?')
  await pause()
  expect(mails).toEqual([])
})

it('mails nothing that the agent has read, and nothing once the conversation is somebody else’s', async () => {
  const { seq } = await house.write('hello?')
  await house.store.setCursor(conversation, { participant: ANNA, delivered: seq, read: seq })
  await pause()
  await house.write('thank you')
  await house.relay.act(ANNA, conversation, { key: 'away', actions: [{ kind: 'handoff', to: { kind: 'queue' } }] })
  await pause()
  expect(mails).toEqual([])
})

it('mails no agent what somebody else wrote into the conversation of her customer', async () => {
  const from = { address: 'stranger@example.org' }
  const body = {
    kind: 'message' as const,
    parts: [{ kind: 'text' as const, text: 'pay here', format: 'plain' as const }],
  }
  const author = outsider(from.address, { unproven: true })
  await house.relay.receive('web', { from, site: 'shop', key: 'o1', conversation, author, body })
  await pause()
  expect(mails).toEqual([])
})
