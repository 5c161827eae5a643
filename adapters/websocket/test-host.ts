import { randomUUID } from 'node:crypto'
import type { Arrival, ContactSignal, Host, LogListener } from '@hutong/core/adapter'
import type { Body, Entry, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Signal } from '@hutong/core/signal'

type Route = (request: Request) => Promise<Response>

/** A host in memory that keeps logs as the relay does, with a handle for what agents and backends do. */
export interface TestHost {
  host: Host
  /** Commits entries of an agent as one turn. */
  append(conversation: string, bodies: readonly Body[]): void
  signal(conversation: string, signal: Signal): void
  conversations(): string[]
  log(conversation: string): readonly Entry[]
  /** Everything a store would have been told. */
  arrivals: Arrival[]
  signals: { address: string; signal: ContactSignal }[]
  request(path: string, init: RequestInit): Promise<Response>
  /** How many listeners follow logs. */
  followers(): number
  clock: { at: number }
}

interface Log {
  id: string
  entries: Entry[]
  listeners: Set<LogListener>
}

const AGENT: Participant = { kind: 'agent', id: 'a_anna', name: 'Anna' }

export function createTestHost(): TestHost {
  const logs = new Map<string, Log>()
  const addresses = new Map<string, Log>()
  const routes = new Map<string, Route>()
  const files = new Map<string, { bytes: Uint8Array; type: string }>()
  const arrivals: Arrival[] = []
  const signals: TestHost['signals'] = []
  const clock = { at: Date.now() }

  function commit(log: Log, drafts: readonly Pick<Entry, 'key' | 'from' | 'body'>[]): Entry[] {
    const added = drafts.map((draft, index) => ({
      conversation: log.id,
      seq: log.entries.length + index + 1,
      at: clock.at,
      ...draft,
    }))
    log.entries.push(...added)
    for (const listener of log.listeners) listener.entries(added)
    return added
  }

  function logOf({ site, from }: Arrival): Log {
    const name = `${site}\n${from.address}`
    const known = addresses.get(name)
    if (known) return known
    const log: Log = { id: `v_${randomUUID()}`, entries: [], listeners: new Set() }
    addresses.set(name, log)
    logs.set(log.id, log)
    return log
  }

  function known(conversation: string): Log {
    const log = logs.get(conversation)
    if (log) return log
    throw new HutongError('not_found', `there is no conversation ${conversation}`)
  }

  const host: Host = {
    async receive(arrival) {
      arrivals.push(arrival)
      await Promise.resolve()
      const log = logOf(arrival)
      const first = log.entries.find((entry) => entry.key === arrival.key)
      const from: Participant = { kind: 'contact', id: 'c_visitor' }
      const [entry] = first ? [first] : commit(log, [{ key: arrival.key, from, body: arrival.body }])
      return { conversation: log.id, seq: entry?.seq ?? 0, at: entry?.at ?? 0, duplicate: first !== undefined }
    },
    signal: ({ address }, signal) => void signals.push({ address, signal }),
    log: {
      async find(site, address) {
        const log = addresses.get(`${site}\n${address}`)
        return log && { conversation: conversationOf(log, site), cursors: [] }
      },
      async read(conversation, range) {
        const { entries } = known(conversation)
        return 'after' in range
          ? entries.slice(range.after, range.after + range.limit)
          : entries.slice(Math.max(0, range.before - 1 - range.limit), range.before - 1)
      },
      follow(conversation, listener) {
        const { listeners } = known(conversation)
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    route: (method, path, handle) => void routes.set(`${method} ${path}`, handle),
    state: { get: async () => undefined, set: async () => {} },
    files: {
      async put(content, { site, name, maxBytes = Infinity }) {
        const bytes = new Uint8Array(await new Response(content).arrayBuffer())
        if (bytes.length > maxBytes) throw new HutongError('too_large', `larger than ${maxBytes} bytes`)
        const type = bytes[0] === 0x89 ? 'image/png' : bytes[0] === 0x3c ? 'text/html' : 'text/plain'
        const id = `f_${files.size + 1}`
        files.set(id, { bytes, type })
        return { id, site, name, type, bytes: bytes.length }
      },
      get: async () => undefined,
      url: ({ id }) => `https://relay.test/files/${id}?s=signed`,
    },
    lease: async () => ({ renew: async () => true, release: async () => {} }),
    logger: { debug() {}, info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
    clock: { now: () => clock.at },
  }

  return {
    host,
    append: (conversation, bodies) =>
      void commit(
        known(conversation),
        bodies.map((body) => ({ key: randomUUID(), from: AGENT, body })),
      ),
    signal(conversation, signal) {
      for (const listener of known(conversation).listeners) listener.signal(signal)
    },
    conversations: () => [...logs.keys()],
    log: (conversation) => known(conversation).entries,
    arrivals,
    signals,
    request: (path, init) => {
      const route = routes.get(`${init.method} ${path}`)
      if (!route) throw new Error(`no route ${init.method} ${path}`)
      return route(new Request(`https://relay.test/channels/web${path}`, init))
    },
    followers: () => [...logs.values()].reduce((sum, { listeners }) => sum + listeners.size, 0),
    clock,
  }
}

function conversationOf({ id, entries }: Log, site: string) {
  return {
    id,
    site,
    contact: 'c_visitor',
    status: 'open' as const,
    last: entries.length,
    floor: { holder: { kind: 'queue' as const }, term: 1 },
    channel: 'web',
    attributes: {},
    createdAt: 0,
    updatedAt: 0,
    waitingSince: null,
  }
}
