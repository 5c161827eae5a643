import type { Backend, BackendHost, Event } from '@hutong/core/backend'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestRelay, type TestRelay } from './test-relay.ts'

let relay: TestRelay
afterEach(() => relay.close())

interface Remote extends Backend {
  heard: Event[]
  host: BackendHost | undefined
}

/** A backend that takes an event at once and answers, if at all, when the test says so. */
function remote(more: Partial<Backend> = {}): Remote {
  const made: Remote = {
    name: 'remote',
    answers: 'later',
    answerWithin: 150,
    heard: [],
    host: undefined,
    open: async (host) => {
      made.host = host
    },
    async handle(event) {
      made.heard.push(event)
    },
    ...more,
  }
  return made
}

const reply = (text: string) => ({ kind: 'reply' as const, parts: [{ kind: 'text' as const, text }] })
const isHandedOn = (entries: Awaited<ReturnType<TestRelay['log']>>) =>
  entries.some(({ body }) => body.kind === 'handoff' && body.floor.holder.kind === 'queue')
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function open(backend: Remote) {
  relay = await openTestRelay({ backends: [backend], routing: ['remote', 'desk'] })
  const { conversation } = await relay.write('hello')
  await expect.poll(() => backend.heard.length).toBeGreaterThan(0)
  return { conversation, event: backend.heard.at(-1) as Event }
}

describe('an answer that comes later', () => {
  it('is waited for until its time is up; then a person is asked, with the reason', async () => {
    const { conversation } = await open(remote())
    const entries = await relay.until(conversation, isHandedOn)
    const handoff = entries.find(({ body }) => body.kind === 'handoff')
    expect(handoff?.body).toMatchObject({ reason: 'remote gave no answer in 150 ms' })
  })

  it('keeps the floor when it comes in time, and again for the next question', async () => {
    const backend = remote()
    const { conversation, event } = await open(backend)
    await backend.host?.act(conversation, { key: 'a', term: event.floor.term, event: event.id, actions: [reply('Hi')] })
    await sleep(300)
    expect(isHandedOn(await relay.log(conversation))).toBe(false)
    await relay.write('more')
    await relay.until(conversation, isHandedOn)
  })

  it('may be nothing at all, when the backend says so', async () => {
    const backend = remote()
    const { conversation, event } = await open(backend)
    await backend.host?.act(conversation, { key: 'a', event: event.id, actions: [] })
    await sleep(300)
    expect(isHandedOn(await relay.log(conversation))).toBe(false)
  })

  it('gets its time again while the backend is seen to type', async () => {
    const backend = remote()
    const { conversation, event } = await open(backend)
    for (let turn = 0; turn < 6; turn++) {
      await sleep(60)
      const request = { key: `t${turn}`, term: event.floor.term, actions: [{ kind: 'typing' as const, on: true }] }
      await backend.host?.act(conversation, request)
    }
    expect(isHandedOn(await relay.log(conversation))).toBe(false)
    await relay.until(conversation, isHandedOn)
  })

  it('is refused once somebody else has the floor', async () => {
    const backend = remote()
    const { conversation, event } = await open(backend)
    await relay.until(conversation, isHandedOn)
    const late = backend.host?.act(conversation, {
      key: 'late',
      term: event.floor.term,
      event: event.id,
      actions: [reply('late')],
    })
    await expect(late).rejects.toMatchObject({ code: 'stale_floor' })
  })

  it('cannot be claimed for an event of another conversation', async () => {
    const backend = remote()
    const { conversation } = await open(backend)
    const foreign = backend.host?.act(conversation, { key: 'a', event: 'v_other:1', actions: [] })
    await expect(foreign).rejects.toMatchObject({ code: 'invalid', field: 'event' })
  })

  it('is due also when the event could not be brought', async () => {
    const backend = remote({
      retries: [60_000],
      handle: () => Promise.reject(new Error('the other end is down')),
    })
    relay = await openTestRelay({ backends: [backend], routing: ['remote', 'desk'] })
    const { conversation } = await relay.write('hello')
    await relay.until(conversation, isHandedOn)
    const [open] = (await relay.store.backlog(Date.now())).filter(({ target }) => target === 'backend:remote')
    expect(open).toMatchObject({ open: 1, dead: 0 })
  })
})

describe('a backend that hears everything', () => {
  it('hears every entry once, in order, whoever has the floor', async () => {
    const backend = remote({ name: 'crm', hears: 'everything' })
    relay = await openTestRelay({ backends: [backend], routing: ['desk'] })
    const { conversation } = await relay.write('hello')
    const agent = { kind: 'agent' as const, id: 'a_anna', name: 'Anna' }
    await relay.relay.act(agent, conversation, { key: 'r', actions: [reply('Hi'), { kind: 'close' }] })
    const log = await relay.log(conversation)
    await expect.poll(() => backend.heard.map(({ entry }) => entry.seq)).toEqual(log.map(({ seq }) => seq))
  })
})
