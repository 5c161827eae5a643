import type { Body, Participant } from '@hutong/core/entry'
import { createMemoryAdapter, createMemoryPlatform } from '@hutong/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay, textBody, webChannel } from './test-relay.ts'
import { RATINGS_MAX } from './verify-rating.ts'

const ANNA: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }
const score = (of?: number, more: object = {}) =>
  ({ kind: 'rating', scale: 'csat', score: 4, ...(of !== undefined && { of }), ...more }) as const

const houses: TestRelay[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close()
})

async function open(...options: Parameters<typeof openTestRelay>): Promise<TestRelay> {
  const house = await openTestRelay(...options)
  houses.push(house)
  return house
}

/** A conversation in which a person asked how it was, and where. */
async function asked(house: TestRelay): Promise<{ conversation: string; of: number }> {
  const { conversation } = await house.write('hello')
  const { results } = await house.relay.act(ANNA, conversation, {
    key: 'asks',
    actions: [{ kind: 'ask', part: { kind: 'rating', scale: 'csat' } }],
  })
  return { conversation, of: results[0]?.seq ?? 0 }
}

const ratings = async (house: TestRelay, id: string): Promise<Body[]> =>
  (await house.log(id)).flatMap(({ body }) => (body.kind === 'rating' ? [body] : []))

describe('a rating', () => {
  it('is refused where nobody asked for it', async () => {
    const house = await open()
    await expect(house.write(score())).rejects.toMatchObject({ code: 'invalid', field: 'of' })
    const { conversation } = await house.write('hello')
    for (const one of [score(), score(1), score(7)])
      await expect(house.write(one)).rejects.toMatchObject({ code: 'invalid', field: 'of' })
    const { of } = await asked(house)
    await expect(house.write(score(of, { scale: 'nps' }))).rejects.toMatchObject({ field: 'of' })
    await expect(house.write(score(undefined, { scale: 'nps' }))).rejects.toMatchObject({ field: 'of' })
    expect(await ratings(house, conversation)).toEqual([])
  })

  it('is taken for what was asked, and without naming it', async () => {
    const house = await open()
    const { conversation, of } = await asked(house)
    await house.write(score(of))
    await house.write(score())
    expect(await ratings(house, conversation)).toEqual([score(of), score()])
  })

  it('is taken of a closed conversation, of which the widget asks by itself', async () => {
    const house = await open()
    const { conversation } = await house.write('hello')
    await house.relay.act(ANNA, conversation, { key: 'closes', actions: [{ kind: 'close' }] })
    for (let at = 0; at < RATINGS_MAX; at += 1) await house.write(score())
    await expect(house.write(score())).rejects.toMatchObject({ code: 'invalid', field: 'of' })
  })

  it('is taken five times of one question, and the last of them may arrive again', async () => {
    const house = await open()
    const { conversation, of } = await asked(house)
    for (let at = 0; at < RATINGS_MAX; at += 1) await house.write(score(of), { key: `rates-${at}` })
    await expect(house.write(score(of))).rejects.toMatchObject({ code: 'invalid', field: 'of' })
    expect(await house.write(score(of), { key: `rates-${RATINGS_MAX - 1}` })).toMatchObject({ duplicate: true })
    expect(await ratings(house, conversation)).toHaveLength(RATINGS_MAX)
  })

  it('that is typed once more than that is a message', async () => {
    const post = createMemoryAdapter({ platform: createMemoryPlatform(), channel: 'post' })
    const house = await open({ adapters: [webChannel, post] })
    const { conversation, of } = await asked(house)
    for (let at = 0; at < RATINGS_MAX; at += 1) await house.write(score(of))
    const arrival = { from: { address: 'visitor' }, site: 'shop', conversation, key: 'typed', body: textBody('5') }
    const { seq } = await house.relay.receive('post', arrival)
    expect((await house.log(conversation)).find((one) => one.seq === seq)?.body).toMatchObject({ kind: 'message' })
  })
})
