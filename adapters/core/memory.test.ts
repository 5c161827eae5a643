import { describe, expect, test } from 'vitest'
import { HutongError } from './errors.ts'
import { createMemoryAdapter, createMemoryHost, createMemoryPlatform } from './memory.ts'
import type { Part } from './parts.ts'
import { type Bench, type Person, PLEDGES, testAdapter, wrongExceptions } from './testkit.ts'
import { readable } from './testkit-stage.ts'

function bench(idempotentSend: 'key' | 'none', capabilities = {}): Bench {
  const host = createMemoryHost()
  const platform = createMemoryPlatform({ idempotentSend })
  const at = host.clock.now()
  const push = (id: string, from: string, parts: Part[]) => platform.push({ id, from, message: { parts }, at })
  const offered = new Map<string, number>()

  function person(name: string): Person {
    const address = `${name}@memory`
    return {
      address,
      async write(message) {
        const { id } = message
        if ('text' in message) return push(id, address, [{ kind: 'text', text: message.text, format: 'plain' }])
        if ('strange' in message)
          return platform.push({ id, from: address, message: { type: 'sticker', text: 'a sticker' }, at })
        const { name: called, type, bytes } = message.file
        const content = new Blob([bytes]).stream()
        const stored = await host.files.put(content, { site: 'site', name: called, type })
        return push(id, address, [{ kind: 'file', file: stored.id, name: called }])
      },
      pick: (option) => {
        const parts: Part[] = [{ kind: 'text', text: option, format: 'plain' }]
        const of = offered.get(address) ?? 1
        return platform.push({
          id: `pick-${option}`,
          from: address,
          message: { parts, choice: { of, id: option } },
          at,
        })
      },
      type: (on) => platform.type(address, on),
      sees: async () => platform.inbox(address).map(({ parts }) => readable(parts)),
      seesTyping: () => platform.typing(address),
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    adapter: () => createMemoryAdapter({ platform, capabilities }),
    person: async (name) => person(name),
    fault: platform.fault,
    async forge() {
      const parts: Part[] = [{ kind: 'text', text: 'I am Lin', format: 'plain' }]
      await platform.push({ id: 'forged', from: 'lin@memory', message: { parts }, at }, 'a guess')
    },
    async garble() {
      for (const text of ['', '{', 'null', '[]', '{"secret":"memory"}', '\uD800', 'x'.repeat(1_000_000)])
        await platform.pushText(text)
    },
    async close() {},
    patience: 400,
  }
}

describe('a platform that knows keys', () => {
  testAdapter(() => bench('key'))
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
  testAdapter(() => bench('none', little))
})

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
