import { expect } from 'vitest'
import type { Adapter, Capabilities, Delivery, Receipt } from './adapter.ts'
import { degrade } from './degrade.ts'
import type { Entry } from './entry.ts'
import type { Part } from './parts.ts'
import type { Bench, Person } from './testkit.ts'

export const AGENT = { kind: 'agent', id: 'a_1', name: 'Anna' } as const

/** A bench with an adapter on it and two people, and the steps that promises are made of. */
export interface Stage {
  readonly bench: Bench
  readonly capabilities: Capabilities
  readonly lin: Person
  readonly max: Person
  /** The adapter that is open now. */
  adapter(): Adapter
  open(): Promise<void>
  restart(): Promise<void>
  end(): Promise<void>
  /** The texts stored of this person, in the order of the log. */
  stored(person: Person): string[]
  /** Has the person write once, so that there is a conversation, and names it. */
  meet(person: Person): Promise<string>
  /** Speaks to a person the way the channel does it: through the log, or by deliveries. */
  tell(person: Person, parts: readonly Part[], key?: string): Promise<Receipt[]>
  /** The deliveries of a message, ready to be sent. */
  deliveries(person: Person, parts: readonly Part[], key?: string): Promise<Delivery[]>
  /** Waits until `read` gives what is expected. */
  until<T>(read: () => T | Promise<T>, expected: T): Promise<void>
  /** Waits long enough for anything that should not come. */
  quiet(): Promise<void>
}

const EVERYTHING = {
  text: { markdown: true, max: null, unit: 'chars' },
  choices: { max: 0, label: 0 },
  buttons: 0,
  files: { maxBytes: 0 },
  partsPerMessage: 1,
} as const

/** Parts as one text that holds everything a person may look for: words, labels, numbers and links. */
export function readable(parts: readonly Part[]): string {
  const { messages } = degrade(parts, {
    ...EVERYTHING,
    parts: ['text'],
    edit: false,
    recall: false,
    reactions: false,
    typing: false,
    initiate: false,
    idempotentSend: 'none',
    gatherMs: 0,
    reports: [],
    readsLog: false,
  })
  return messages
    .flat()
    .map((one) => (one.kind === 'text' ? one.text : ''))
    .join('\n\n')
}

export function plain(text: string): Part {
  return { kind: 'text', text, format: 'plain' }
}

export async function createStage(bench: Bench): Promise<Stage> {
  const patience = bench.patience ?? 2_000
  let adapter = bench.adapter()
  let opened = false
  const lin = await bench.person('lin')
  const max = await bench.person('max')
  const entries = (person: Person) => bench.host.entries(person.address, person.site)

  async function open(): Promise<void> {
    opened = true
    await adapter.open(bench.host)
  }

  async function deliveries(person: Person, parts: readonly Part[], key?: string): Promise<Delivery[]> {
    const conversation = await meet(person)
    const [entry] = await bench.host.commit(conversation, AGENT, { kind: 'message', parts: [...parts] })
    if (!entry) throw new Error('the host committed nothing')
    return asDeliveries({ entry, parts, address: person.address, key: key ?? `${conversation}:${entry.seq}`, adapter })
  }

  async function meet(person: Person): Promise<string> {
    if (entries(person).length === 0)
      await person.write({ id: person === lin ? 'meet-lin' : 'meet-max', text: 'hello' })
    await until(() => entries(person).length > 0, true)
    const [first] = entries(person)
    return first?.conversation ?? ''
  }

  async function until<T>(read: () => T | Promise<T>, expected: T): Promise<void> {
    await expect.poll(read, { timeout: patience, interval: 5 }).toEqual(expected)
  }

  return {
    bench,
    capabilities: adapter.capabilities,
    lin,
    max,
    adapter: () => adapter,
    open,
    async restart() {
      await adapter.close()
      adapter = bench.adapter()
      await open()
    },
    async end() {
      if (opened) await adapter.close()
      await bench.close()
    },
    stored: (person) => entries(person).flatMap(textsOf),
    meet,
    async tell(person, parts, key) {
      if (adapter.capabilities.readsLog) {
        await bench.host.commit(await meet(person), AGENT, { kind: 'message', parts: [...parts] })
        return []
      }
      const receipts: Receipt[] = []
      for (const one of await deliveries(person, parts, key)) receipts.push(await adapter.send(one))
      return receipts
    },
    deliveries,
    until,
    quiet: () => new Promise((resolve) => setTimeout(resolve, Math.min(100, patience / 4))),
  }
}

function textsOf({ from, body }: Entry): string[] {
  return from.kind === 'contact' && body.kind === 'message' ? [readable(body.parts)] : []
}

interface Outgoing {
  entry: Entry
  parts: readonly Part[]
  address: string
  key: string
  adapter: Adapter
}

function asDeliveries({ entry, parts, address, key, adapter }: Outgoing): Delivery[] {
  const { messages, changes } = degrade(parts, adapter.capabilities)
  return messages.map((content, index) => ({
    key: index === 0 ? key : `${key}:${index + 1}`,
    to: { address, conversation: entry.conversation },
    entry,
    parts: content,
    changes,
    attempt: 1,
  }))
}
