import { describe, expect, test } from 'vitest'
import type { Adapter, Arrival, Host } from './adapter.ts'
import { newId } from './ids.ts'
import { memoryBench } from './test-memory-bench.ts'
import { PLEDGES, wrongExceptions } from './testkit.ts'
import { createStage } from './testkit-stage.ts'

describe('the kit itself', () => {
  test('holds at least 25 promises, each with a title of its own', () => {
    expect(PLEDGES.length).toBeGreaterThanOrEqual(25)
    expect(new Set(PLEDGES.map(({ title }) => title)).size).toBe(PLEDGES.length)
  })

  test('an exception must name a promise and a reason', () => {
    const [first] = PLEDGES
    expect(wrongExceptions({ [first?.title ?? '']: 'the platform cannot' })).toEqual([])
    expect(wrongExceptions({ 'flies to the moon': 'it has no wings' })).toEqual(['unknown promise: flies to the moon'])
    expect(wrongExceptions({ [first?.title ?? '']: ' ' })).toEqual([`no reason given: ${first?.title}`])
  })
})

/** An adapter whose host hears something else than it should. */
function mishearing(change: (arrival: Arrival, host: Host) => ReturnType<Host['receive']>) {
  return (adapter: Adapter): Adapter => ({
    ...adapter,
    open: (host) => adapter.open({ ...host, receive: (arrival) => change(arrival, host) }),
  })
}

function withText(arrival: Arrival, change: (text: string) => string): Arrival {
  const { body } = arrival
  if (body.kind !== 'message') return arrival
  const parts = body.parts.map((one) => (one.kind === 'text' ? { ...one, text: change(one.text) } : one))
  return { ...arrival, body: { ...body, parts } }
}

const accepted = { conversation: 'v_1', seq: 1, at: 0, duplicate: false }
const faulty: readonly (readonly [string, string, (adapter: Adapter) => Adapter])[] = [
  [
    'answers before anything is stored',
    'says that a message is safe only after it is stored',
    mishearing(async (arrival, host) => {
      void host.receive(arrival)
      return accepted
    }),
  ],
  [
    'hides that the relay could not store a message',
    'does not say that a message is safe when the relay could not store it, and stores the repeat once',
    mishearing((arrival, host) => host.receive(arrival).catch(() => accepted)),
  ],
  [
    'makes up a new key for every arrival',
    'stores a message once that the platform repeats',
    mishearing(({ native: _, ...arrival }, host) => host.receive({ ...arrival, key: newId('k') })),
  ],
  [
    'takes numbers for numbers',
    'keeps texts as they were written',
    mishearing((arrival, host) =>
      host.receive(withText(arrival, (text) => (/^\d+$/.test(text) ? String(Number(text)) : text))),
    ),
  ],
  [
    'drops what it does not know',
    'shows a kind it does not know as unsupported, with words a person can read',
    mishearing(async (arrival, host) => {
      const odd = arrival.body.kind === 'message' && arrival.body.parts.some(({ kind }) => kind === 'unsupported')
      return odd ? accepted : host.receive(arrival)
    }),
  ],
  [
    'forgets the payload',
    'keeps the untouched payload beside the message',
    mishearing(({ raw: _, ...arrival }, host) => host.receive(arrival)),
  ],
  [
    'counts in seconds',
    'says when a message was written in milliseconds, or leaves it to the relay',
    mishearing((arrival, host) => host.receive({ ...arrival, at: Math.floor((arrival.at ?? 0) / 1_000) })),
  ],
  [
    'keeps listening after it was closed',
    'takes nothing in after it was closed',
    (adapter) => ({ ...adapter, close: async () => {} }),
  ],
  [
    'reports under an id of its own',
    'passes on what became of a message that the platform had taken, under the id of its receipt',
    (adapter) => ({
      ...adapter,
      open: (host) => adapter.open({ ...host, report: (native, report) => host.report(`#${native}`, report) }),
    }),
  ],
  [
    'gives every try a key of its own',
    'brings a message once that it is asked to send twice',
    (adapter) => ({ ...adapter, send: (delivery) => adapter.send({ ...delivery, key: newId('k') }) }),
  ],
  [
    'answers one person for another',
    'brings a message to the person it is for, and to nobody else',
    (adapter) => ({
      ...adapter,
      send: (delivery) => adapter.send({ ...delivery, to: { ...delivery.to, address: 'max@memory' } }),
    }),
  ],
  [
    'forgets that messages can be taken back',
    'takes messages back exactly where it says that it can',
    (adapter) => ({ ...adapter, capabilities: { ...adapter.capabilities, recall: true } }),
  ],
  [
    'sends only the first part',
    'brings a message of many parts whole',
    (adapter) => ({ ...adapter, send: (delivery) => adapter.send({ ...delivery, parts: delivery.parts.slice(0, 1) }) }),
  ],
  [
    'throws errors of its own making',
    'asks to be called again later when the platform throttles it',
    (adapter) => ({
      ...adapter,
      send: (delivery) =>
        adapter.send(delivery).catch(() => {
          throw new Error('429')
        }),
    }),
  ],
]

describe('the kit finds the adapter that', () => {
  test.each(faulty)('%s', async (_, title, wrap) => {
    const pledge = PLEDGES.find((one) => one.title === title)
    const stage = await createStage(memoryBench({ wrap }))
    await stage.open()
    const outcome = await pledge?.prove(stage).then(
      () => 'kept',
      () => 'broken',
    )
    await stage.end()
    expect(outcome).toBe('broken')
  })
})
