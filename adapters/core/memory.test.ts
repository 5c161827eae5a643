import { describe, expect, test } from 'vitest'
import { HutongError } from './errors.ts'
import { createMemoryHost } from './memory.ts'
import { memoryBench } from './test-memory-bench.ts'
import { testAdapter } from './testkit.ts'

describe('a platform that knows keys', () => {
  testAdapter(() => memoryBench())
})

describe('a platform that takes messages back', () => {
  testAdapter(() => memoryBench({ capabilities: { recall: true } }))
})

describe('a platform that forgets keys and shows little', () => {
  const little = {
    parts: ['text', 'image'] as const,
    text: { markdown: false, max: 200, unit: 'bytes' as const },
    choices: { max: 0, label: 0 },
    buttons: 0,
    partsPerMessage: 1,
    typing: false,
  }
  testAdapter(() => memoryBench({ idempotentSend: 'none', capabilities: little }))
})

describe('the host in memory', () => {
  const hello = { kind: 'message' as const, parts: [{ kind: 'text' as const, text: 'hi', format: 'plain' as const }] }

  test('a lease is held by one until its time is over', async () => {
    const host = createMemoryHost({ now: 0 })
    const mine = await host.lease('poll', 1_000)
    expect(await host.lease('poll', 1_000)).toBeUndefined()
    host.clock.advance(1_001)
    const theirs = await host.lease('poll', 1_000)
    expect([await mine?.renew(), await theirs?.renew()]).toEqual([false, true])
    await mine?.release()
    expect(await host.lease('poll', 1_000)).toBeUndefined()
  })

  test('a proven conversation takes a message from another address, and knows the address from then on', async () => {
    const host = createMemoryHost()
    const { conversation } = await host.receive({ from: { address: 'lin' }, key: 'k1', body: hello })
    await host.receive({ from: { address: 'lin@mail' }, key: 'k2', body: hello, conversation })
    await host.receive({ from: { address: 'lin@mail' }, key: 'k3', body: hello })
    expect(host.entries('lin').map(({ key }) => key)).toEqual(['k1', 'k2', 'k3'])
  })

  test('a channel’s place is kept with the message, also when the message was known', async () => {
    const host = createMemoryHost()
    const arrival = { from: { address: 'lin' }, key: 'k1', body: hello }
    await host.receive({ ...arrival, state: { key: 'uid', value: 1 } })
    expect((await host.receive({ ...arrival, state: { key: 'uid', value: 2 } })).duplicate).toBe(true)
    expect(await host.state.get('uid')).toBe(2)
  })

  test('a reader gets pages forwards and backwards without internal entries', async () => {
    const host = createMemoryHost()
    const { conversation } = await host.receive({ from: { address: 'lin' }, key: 'k1', body: hello })
    await host.commit(conversation, { kind: 'agent', id: 'a_1' }, { kind: 'note', text: 'psst' }, hello)
    const kinds = async (range: Parameters<typeof host.log.read>[1]) =>
      (await host.log.read(conversation, range)).map(({ seq, body }) => `${seq} ${body.kind}`)
    expect(await kinds({ after: 1, limit: 9 })).toEqual(['2 hidden', '3 message'])
    expect(await kinds({ before: 3, limit: 1 })).toEqual(['2 hidden'])
    expect(await kinds({ before: 1, limit: 5 })).toEqual([])
  })

  test('followers hear all that one turn appended as one batch, until they stop', async () => {
    const host = createMemoryHost()
    const { conversation } = await host.receive({ from: { address: 'lin' }, key: 'k1', body: hello })
    await Promise.resolve()
    const batches: number[][] = []
    const stop = host.log.follow(conversation, {
      entries: (all) => batches.push(all.map(({ seq }) => seq)),
      signal() {},
    })
    await host.commit(conversation, { kind: 'bot', id: 'b' }, hello, hello)
    stop()
    await host.commit(conversation, { kind: 'bot', id: 'b' }, hello)
    expect(batches).toEqual([[2, 3]])
  })

  test('a file over the limit is refused and not kept', async () => {
    const { files } = createMemoryHost()
    const content = new Blob(['12345']).stream()
    await expect(files.put(content, { site: 's', name: 'n', maxBytes: 4 })).rejects.toBeInstanceOf(HutongError)
    expect(await files.get('f_1')).toBeUndefined()
  })

  test('state survives as JSON, and a value that is gone is gone', async () => {
    const { state } = createMemoryHost()
    await state.set('cursor', { uid: 7 })
    expect(await state.get('cursor')).toEqual({ uid: 7 })
    await state.set('cursor', undefined)
    expect(await state.get('cursor')).toBeUndefined()
  })
})
