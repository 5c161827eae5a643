import type { Backend, BackendHost, Event } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import { afterEach, describe, expect, it } from 'vitest'
import { createDeadline } from './deadline.ts'
import type { ClaimedDelivery } from './stores/store.ts'
import { openTestRelay, type TestRelay, textBody } from './test-relay.ts'

let relay: TestRelay

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

const floor = { holder: { kind: 'bot' as const, id: 'remote' }, term: 1 }
const talk: Conversation = {
  id: 'v_1',
  site: 'shop',
  contact: 'c_1',
  status: 'open',
  last: 1,
  floor,
  channel: 'web',
  attributes: {},
  createdAt: 1,
  updatedAt: 1,
  waitingSince: null,
}

/** What was due for an entry of that time. */
function overdue(at: number): ClaimedDelivery {
  const entry = {
    conversation: 'v_1',
    seq: 1,
    key: 'k',
    at,
    from: { kind: 'contact' as const, id: 'c_1' },
    body: textBody('hi'),
  }
  const event = { id: 'v_1:1', position: 1, site: 'shop', conversation: 'v_1', contact: 'c_1', entry, floor }
  return { id: 1, lane: 'deadline:remote:v_1', target: 'deadline:remote', attempt: 1, event }
}

describe('an answer that comes later', () => {
  afterEach(() => relay.close())

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

  it.each([
    ['says that it types no more', { kind: 'typing' as const, on: false }],
    ['says the same again', { kind: 'stream' as const, key: 's', text: 'It is' }],
  ])('gets no more time for a backend that %s', async (_, action) => {
    const backend = remote()
    const { conversation, event } = await open(backend)
    const started = performance.now()
    for (let turn = 0; turn < 40 && !isHandedOn(await relay.log(conversation)); turn++) {
      const request = { key: `t${turn}`, term: event.floor.term, actions: [action] }
      await backend.host?.act(conversation, request).catch(() => undefined)
      await sleep(50)
    }
    expect(performance.now() - started).toBeLessThan(1_000)
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
  afterEach(() => relay.close())

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

describe('after a restart', () => {
  it('an answer gets its whole time again, however long the relay was down', async () => {
    let now = 1_000_000
    const handed: unknown[] = []
    const { carrier } = createDeadline({
      store: { conversation: async () => talk, entries: async () => [], get: async () => undefined },
      backends: [remote({ answerWithin: 5_000 })],
      act: async (...given) => {
        handed.push(given)
        return { results: [] }
      },
      now: () => now,
    })
    const due = (at: number) => carrier.deliver(overdue(at), new AbortController().signal)
    const first = await due(now - 60_000)
    expect(first).toMatchObject({ state: 'wait' })
    now = first.state === 'wait' ? first.due : 0
    expect(now).toBeGreaterThanOrEqual(1_005_000)
    expect(handed).toEqual([])
    expect(await due(1_000_000 - 60_000)).toEqual({ state: 'done' })
    expect(handed).toHaveLength(1)
  })
})
