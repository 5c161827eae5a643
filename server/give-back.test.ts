import type { Backend } from '@hutong/core/backend'
import type { Entry, Participant } from '@hutong/core/entry'
import { afterEach, expect, it } from 'vitest'
import { floorSettings } from './floor-settings.ts'
import { agentSays, openTestRelay, type TestRelay } from './test-relay.ts'

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const AFTER = 250

const houses: TestRelay[] = []
let heard: string[] = []
afterEach(async () => {
  heard = []
  for (const house of houses.splice(0)) await house.close()
})

const bot = (name: string): Backend => ({
  name,
  async handle({ entry: { body } }) {
    heard.push(`${name}: ${body.kind}`)
    return { kind: 'reply', parts: [{ kind: 'text', text: `${name} here`, format: 'plain' }] }
  },
})

async function open(more: { backTo?: string; path?: string } = {}): Promise<TestRelay> {
  const { path, ...settings } = more
  const floor = { ...floorSettings.parse({}), tellWaiting: false, backToBotAfterMs: AFTER, ...settings }
  const backends = [bot('first'), bot('second')]
  const house = await openTestRelay({ floor, backends, routing: ['first', 'second', 'desk'], ...(path && { path }) })
  houses.push(house)
  return house
}

const holders = (entries: readonly Entry[]) =>
  entries.flatMap(({ body }) => (body.kind === 'handoff' ? [body.floor.holder.kind] : []))
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const givenBack = (house: TestRelay, id: string) => house.until(id, (all) => holders(all).includes('bot'))

async function answered(house: TestRelay): Promise<string> {
  const { conversation } = await house.write('human')
  await agentSays(house, conversation, 'It is on its way.')
  return conversation
}

it('gives a silent customer back to the first bot, which says nothing before it is asked', async () => {
  const house = await open()
  const id = await answered(house)
  const entries = await givenBack(house, id)
  expect(entries.at(-1)?.body).toMatchObject({
    floor: { holder: { kind: 'bot', id: 'first' } },
    reason: 'the contact said nothing more',
  })
  await wait(100)
  expect(heard).toEqual([])
  expect((await house.store.conversation(id))?.waitingSince).toBeNull()
  await house.write('and the invoice?')
  await expect.poll(() => heard).toEqual(['first: message'])
})

it('gives the customer back to the bot that the site names', async () => {
  const house = await open({ backTo: 'second' })
  expect((await givenBack(house, await answered(house))).at(-1)?.body).toMatchObject({
    floor: { holder: { kind: 'bot', id: 'second' } },
  })
})

it('gives nobody back who has written again and waits for the answer', async () => {
  const house = await open()
  const id = await answered(house)
  await house.write('thank you, and the invoice?')
  await wait(AFTER + 200)
  expect(holders(await house.log(id))).toEqual(['queue', 'agent'])
})

it('counts from the last word of the agent', async () => {
  const house = await open()
  const id = await answered(house)
  await wait(AFTER - 100)
  await agentSays(house, id, 'Anything else?')
  await wait(150)
  expect(holders(await house.log(id))).toEqual(['queue', 'agent'])
  await givenBack(house, id)
})

it('gives nobody back from a conversation that was closed or handed on', async () => {
  const house = await open()
  const closed = await answered(house)
  await house.relay.act(ANNA, closed, { key: 'close', actions: [{ kind: 'close' }] })
  await wait(AFTER + 200)
  expect(holders(await house.log(closed))).toEqual(['queue', 'agent', 'none'])
})

it('gives the customer back after a crash of the relay, once', async () => {
  const house = await open()
  const id = await answered(house)
  const again = await open({ path: house.path })
  await givenBack(again, id)
  await wait(150)
  expect(holders(await again.log(id))).toEqual(['queue', 'agent', 'bot'])
})
