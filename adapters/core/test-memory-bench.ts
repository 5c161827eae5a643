import type { Adapter, Capabilities } from './adapter.ts'
import { createMemoryAdapter, createMemoryHost, createMemoryPlatform } from './memory.ts'
import type { Part } from './parts.ts'
import { type Bench, type Person, readable } from './testkit.ts'

export interface MemoryBenchOptions {
  idempotentSend?: 'key' | 'none'
  capabilities?: Partial<Capabilities>
  /** Stands between the bench and the adapter, to break it. */
  wrap?(adapter: Adapter): Adapter
}

/** The memory adapter on its platform, ready for the kit. */
export function memoryBench({ idempotentSend = 'key', capabilities = {}, wrap }: MemoryBenchOptions = {}): Bench {
  const host = createMemoryHost()
  const platform = createMemoryPlatform({ idempotentSend })
  const at = host.clock.now()
  const push = (id: string, from: string, parts: Part[]) => platform.push({ id, from, message: { parts }, at })

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
        return platform.push({
          id: `pick-${option}`,
          from: address,
          message: { parts, choice: { of: 2, id: option } },
          at,
        })
      },
      takeBack: (id) => platform.push({ id: `recall-${id}`, from: address, message: { recall: id }, at }),
      type: (on) => platform.type(address, on),
      sees: async () => platform.inbox(address).map(({ parts }) => readable(parts)),
      seesTyping: () => platform.typing(address),
      async leave() {},
      async comeBack() {},
    }
  }

  return {
    host,
    adapter() {
      const made = createMemoryAdapter({ platform, capabilities })
      return wrap ? wrap(made) : made
    },
    person: async (name) => person(name),
    fault: platform.fault,
    report: platform.report,
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
