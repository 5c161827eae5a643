import type { ActRequestInput } from '@hutong/core/backend'
import { afterEach, describe, expect, it } from 'vitest'
import { webChannel } from '../../test-relay.ts'
import { TOKENS } from '../../test-stand.ts'
import {
  NAME,
  openWebhookStand,
  reasonOf,
  reply,
  saidBy,
  sleep,
  until,
  type WebhookStand,
} from './test-webhook-stand.ts'

let stand: WebhookStand
const open = async (...of: Parameters<typeof openWebhookStand>) => {
  stand = await openWebhookStand(...of)
}

const acting = (conversation: string, json: ActRequestInput) =>
  stand.ask(`/v1/conversations/${conversation}/actions`, { method: 'POST', token: TOKENS.shop, json })
afterEach(() => stand.close())
const anna = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }

describe('a webhook that holds the floor', () => {
  it('answers with the reply to its request', async () => {
    await open()
    stand.receiver.answer(({ event }) => ({ json: { actions: [reply(`You are ${event.contact}`)] } }))
    const { conversation } = await stand.write('hello')
    const log = await stand.until(conversation, (entries) => saidBy(entries).length === 1)
    expect(reasonOf(log)).toBeUndefined()
    expect(stand.receiver.calls).toHaveLength(1)
    expect(stand.receiver.calls[0]?.event).toEqual((await stand.store.feed({ after: 0, limit: 1 }))[0])
  })

  it.each([
    ['204', { status: 204 }],
    ['200 and no body', { status: 200 }],
    ['{}', { json: {} }],
    ['no actions', { json: { actions: [] } }],
  ])('may have nothing to say: %s', async (_, silence) => {
    await open({ answerWithin: 1_000 })
    stand.receiver.answer(() => silence)
    const { conversation } = await stand.write('hello')
    await until(() => stand.receiver.calls.length === 1)
    await sleep(1_300)
    expect(reasonOf(await stand.log(conversation))).toBeUndefined()
  })

  it('answers later with the token of its name', async () => {
    await open({ answerWithin: 1_000 })
    stand.receiver.answer(() => ({ status: 202 }))
    const { conversation } = await stand.write('hello')
    await until(() => stand.receiver.calls.length === 1)
    const { id, floor } = stand.receiver.calls[0]?.event ?? expect.fail()
    const answer = await acting(conversation, { key: id, term: floor.term, event: id, actions: [reply('There.')] })
    expect(answer.status).toBe(200)
    await sleep(1_300)
    const log = await stand.log(conversation)
    expect(saidBy(log)).toHaveLength(1)
    expect(reasonOf(log)).toBeUndefined()
  })

  it('loses the floor when nothing comes after a 202, and what comes then is refused', async () => {
    await open({ answerWithin: 1_000 })
    stand.receiver.answer(() => ({ status: 202 }))
    const { conversation } = await stand.write('hello')
    const log = await stand.until(conversation, (entries) => reasonOf(entries) !== undefined)
    expect(reasonOf(log)).toBe('shop gave no answer in 1000 ms')
    const { id, floor } = stand.receiver.calls[0]?.event ?? expect.fail()
    const late = await acting(conversation, { key: id, term: floor.term, event: id, actions: [reply('late')] })
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'stale_floor' } } })
    expect(saidBy(await stand.log(conversation))).toEqual([])
  })

  it('is not heard with an answer that comes after a person took the floor', async () => {
    await open()
    stand.receiver.answer(async ({ event }) => {
      await stand.relay.act(anna, event.conversation, { key: 'anna', actions: [reply('I am Anna')] })
      return { json: { actions: [reply('too late')] } }
    })
    const { conversation } = await stand.write('hello')
    await until(() => stand.receiver.calls.length === 1)
    const targets = async () => (await stand.store.backlog(Date.now())).map(({ target }) => target)
    await expect.poll(targets).not.toContain(`backend:${NAME}`)
    expect(saidBy(await stand.log(conversation))).toEqual([])
  })

  it('has one event of a conversation under way, and many conversations side by side over the same connections', async () => {
    await open()
    stand.receiver.answer(async () => {
      await sleep(40)
      return { status: 204 }
    })
    const addresses = Array.from({ length: 8 }, (_, at) => `visitor-${at}`)
    for (let round = 0; round < 6; round++)
      await Promise.all(addresses.map((address) => stand.write(`${round}`, { address })))
    await until(() => stand.receiver.calls.length === 48)
    expect(stand.receiver.most.ofOne).toBe(1)
    expect(stand.receiver.most.overall).toBeGreaterThan(4)
    expect(stand.receiver.connections()).toBeLessThan(24)
    for (const conversation of new Set(stand.receiver.calls.map(({ event }) => event.conversation))) {
      const seqs = stand.receiver.calls.flatMap(({ event }) =>
        event.conversation === conversation ? event.entry.seq : [],
      )
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6])
    }
  })

  it('is asked with links to files that work without credentials and stay the same', async () => {
    await open()
    const content = new Blob([Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64')]).stream()
    const { files } = stand.relay.host(webChannel)
    const file = await files.put(content, { site: 'shop', name: 'a.png', owner: 'visitor' })
    stand.receiver.answer(({ event }) =>
      stand.receiver.calls.length < 3 ? { status: 500 } : { json: { actions: [reply(event.id)] } },
    )
    const { conversation } = await stand.write({ kind: 'message', parts: [{ kind: 'image', file: file.id }] })
    await stand.triesOf(3)
    await stand.until(conversation, (log) => saidBy(log).length === 1)
    const [first, ...others] = stand.receiver.calls.map(({ body }) => body)
    expect(first).toContain(`https://relay.test/files/${file.id}?e=`)
    expect(others).toEqual([first, first])
    const until14Days = Number(/\?e=(\d+)/.exec(first ?? '')?.[1]) - Date.now()
    expect(until14Days / 86_400_000).toBeCloseTo(14, 0)
  })
})

describe('a webhook that hears everything', () => {
  it('hears what others say, may note something on it, and takes the floor from nobody when it is down', async () => {
    await open({ hears: 'everything' }, ['desk'])
    stand.receiver.answer(({ event }) =>
      event.entry.from.kind === 'agent' ? { json: { actions: [{ kind: 'note', text: 'seen' }] } } : { status: 204 },
    )
    const { conversation } = await stand.write('hello')
    await stand.relay.act(anna, conversation, { key: 'r', actions: [reply('Hi')] })
    const log = await stand.until(conversation, (entries) => entries.some(({ body }) => body.kind === 'note'))
    const others = log.filter(({ from }) => from.id !== NAME)
    await until(() => stand.receiver.calls.length === others.length)
    stand.receiver.answer(() => ({ json: { actions: [{ kind: 'shout' }] } }))
    await stand.write('more')
    await expect.poll(() => stand.store.deadLetters({ limit: 1 })).toHaveLength(1)
    expect((await stand.store.conversation(conversation))?.floor.holder).toMatchObject({ kind: 'agent' })
  })

  it('hears nothing of its own, and what it says to what is not to be answered is refused with the reason kept', async () => {
    await open({ hears: 'everything' })
    stand.receiver.answer(() => ({ json: { actions: [{ kind: 'note', text: 'seen' }, reply('How can I help?')] } }))
    const { conversation } = await stand.write('hello')
    await stand.until(conversation, (log) => saidBy(log).length === 1)
    await stand.relay.act(anna, conversation, { key: 'n', actions: [{ kind: 'note', text: 'a colleague looks on' }] })
    await stand.write({ kind: 'stop' })
    await sleep(500)
    const log = await stand.log(conversation)
    expect(saidBy(log)).toHaveLength(1)
    expect(stand.receiver.calls.filter(({ event }) => event.entry.from.id === NAME)).toEqual([])
    const errors = (await stand.dead()).map(({ error }) => error)
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toMatch(/that it only hears with reply, .* only note and set are/)
    expect((await stand.store.conversation(conversation))?.floor.holder).toMatchObject({ kind: 'bot', id: NAME })
  })

  it('leaves a question open that it promised to answer when it has nothing to say to other entries', async () => {
    await open({ hears: 'everything', answerWithin: 1_000 })
    stand.receiver.answer(({ event }) => (event.entry.from.kind === 'contact' ? { status: 202 } : { json: {} }))
    const { conversation } = await stand.write('hello')
    await stand.relay.act({ kind: 'system', id: 'relay' }, conversation, {
      key: 's',
      actions: [{ kind: 'set', attributes: { topic: 'parcel' } }],
    })
    await until(() => stand.receiver.calls.length === 2)
    await stand.until(conversation, (log) => reasonOf(log) !== undefined)
  })

  it('hears the kinds and sites alone that it asks for, and in any case what it has to answer', async () => {
    await open({ hears: 'everything', kinds: ['note'], sites: ['shop'] })
    const { conversation } = await stand.write('hello')
    await stand.relay.act(anna, conversation, { key: 'r', actions: [reply('Hi'), { kind: 'note', text: 'n' }] })
    await until(() => stand.receiver.calls.length === 2)
    await sleep(100)
    expect(stand.receiver.calls.map(({ event }) => event.entry.body.kind)).toEqual(['message', 'note'])
  })

  it('hears nothing of sites that it does not ask for', async () => {
    await open({ hears: 'everything', sites: ['other'] }, ['desk'])
    await stand.write('hello')
    await expect.poll(() => stand.store.backlog(Date.now())).toEqual([])
    expect(stand.receiver.calls).toEqual([])
  })
})
