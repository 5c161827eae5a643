import type {
  Accepted,
  Arrival,
  Clock,
  CodeAnswer,
  ContactSignal,
  DeliveryReport,
  Host,
  Logger,
  LogListener,
  Range,
  SamePerson,
  Thread,
} from './adapter.ts'
import type { Conversation, Cursor } from './conversation.ts'
import { type Attributes, type BodyInput, body, type Entry, type Participant, visibleToContact } from './entry.ts'
import { HutongError } from './errors.ts'
import { createMemoryFiles } from './memory-files.ts'
import { parse } from './parse.ts'
import { type Signal, type SignalOf, streamedText } from './signal.ts'

/** A relay's side of the contract that keeps everything in memory: what an adapter is tested against. */
export interface MemoryHost extends Host {
  readonly clock: Clock & { advance(ms: number): void }
  /** What was taken in, in order, without repeats. */
  readonly arrivals: readonly Arrival[]
  /** What the adapter has reported of its deliveries, in order. */
  readonly reports: readonly ({ native: string } & DeliveryReport)[]
  /** Whose addresses are, as the adapter has said, in order. */
  readonly joins: readonly { address: string; same: SamePerson }[]
  /** The codes that came back, in order. */
  readonly codes: readonly CodeAnswer[]
  /** Makes this code from this address the right one. */
  believe(answer: Pick<CodeAnswer, 'address' | 'code'>): void
  /** What the adapter says keeps it from working; undefined while it works. */
  readonly problem: HutongError | undefined
  readonly signals: readonly { site?: string; address: string; signal: ContactSignal }[]
  readonly logged: readonly { level: keyof Logger; message: string; fields: object }[]
  /** The whole log of the contact with this address, internal entries too; empty when there is none. */
  entries(address: string, site?: string): readonly Entry[]
  /** Appends what somebody on the relay's side did, as one batch. Rejects with `not_found` or `invalid`. */
  commit(conversation: string, from: Participant, ...bodies: BodyInput[]): Promise<Entry[]>
  /** Passes a signal to those who follow the conversation. */
  pass(conversation: string, signal: Signal): void
  /** Answers a request as the relay would, from the routes registered below `/channels/<channel>`. */
  fetch(request: Request): Promise<Response>
  /** Has the next `receive` fail with this error, keeping nothing. */
  failNext(error: HutongError): void
  /** Makes `receive` wait before it stores anything, until the returned function is called. */
  hold(): () => void
}

export interface MemoryHostOptions {
  channel?: string
  site?: string
  /** Where the clock stands first, in milliseconds. Default: the computer's time. */
  now?: number
}

interface Record {
  conversation: Conversation
  entries: Entry[]
  keys: Map<string, number>
  cursors: Cursor[]
  listeners: Set<LogListener>
  /** What is being written, whole, by key. */
  streams: Map<string, SignalOf<'stream'>>
  fresh: Entry[]
}

export function createMemoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const { channel = 'memory', site: onlySite = 'site' } = options
  let now = options.now ?? Date.now()
  const clock = {
    now: () => now,
    advance(ms: number) {
      now += ms
    },
  }
  const log = createLog(clock, channel)
  const natives = new Map<string, Accepted>()
  const arrivals: Arrival[] = []
  const signals: { site?: string; address: string; signal: ContactSignal }[] = []
  const failures: HutongError[] = []
  const reports: ({ native: string } & DeliveryReport)[] = []
  const joins: { address: string; same: SamePerson }[] = []
  const codes: CodeAnswer[] = []
  const right: Pick<CodeAnswer, 'address' | 'code'>[] = []
  const effects = createEffects(clock, channel)
  let gate: Promise<void> | undefined
  let problem: HutongError | undefined

  async function receive(arrival: Arrival): Promise<Accepted> {
    await gate
    const failure = failures.shift()
    if (failure) throw failure
    const read = parse(body, arrival.body)
    const record = log.open(arrival.site ?? onlySite, arrival.from.address, arrival.conversation)
    if (arrival.state) await effects.state.set(arrival.state.key, arrival.state.value)
    const known = arrival.native === undefined ? undefined : natives.get(arrival.native)
    const seq = record.keys.get(arrival.key)
    const first = seq === undefined ? undefined : record.entries[seq - 1]
    if (known) return { ...known, duplicate: true }
    if (first) return { conversation: first.conversation, seq: first.seq, at: first.at, duplicate: true }
    const { name } = arrival.from.profile ?? {}
    const contact: Participant = { kind: 'contact', id: record.conversation.contact, ...(name ? { name } : {}) }
    const {
      conversation,
      seq: made,
      at,
    } = log.append(record, {
      key: arrival.key,
      from: arrival.author ?? contact,
      body: read,
      channel,
      at: arrival.at ?? now,
    })
    const accepted = { conversation, seq: made, at, duplicate: false }
    if (arrival.native !== undefined) natives.set(arrival.native, accepted)
    arrivals.push(arrival)
    return accepted
  }

  return {
    clock,
    arrivals,
    signals,
    ...effects,
    log: { ...log.reader, locate: async (native) => placeOf(natives.get(native)) },
    files: createMemoryFiles(),
    receive,
    get problem() {
      return problem
    },
    trouble(said) {
      problem = said
    },
    codes,
    believe(answer) {
      right.push(answer)
    },
    async prove(answer) {
      codes.push(answer)
      return right.some(({ address, code }) => address === answer.address && code === answer.code)
    },
    joins,
    async join({ address, site = onlySite }, same) {
      joins.push({ address, same })
      log.join(site, address, 'conversation' in same ? { conversation: same.conversation } : { address: same.union })
    },
    reports,
    async report(native, report) {
      reports.push({ native, ...report })
    },
    signal(from, signal) {
      const record = log.find(from.site ?? onlySite, from.address)
      if (!record) return
      signals.push({ ...from, signal })
      if (signal.kind === 'cursor') advance(record, signal)
    },
    entries: (address, site = onlySite) => log.find(site, address)?.entries ?? [],
    async commit(conversation, from, ...bodies) {
      const record = log.get(conversation)
      return bodies.map((one) => {
        const key = `host:${record.entries.length + 1}`
        return log.append(record, { key, from, body: parse(body, one), at: now })
      })
    },
    pass(conversation, signal) {
      const { listeners, streams } = log.get(conversation)
      if (signal.kind === 'stream') {
        const text = streamedText(streams.get(signal.key)?.text, signal)
        const { at: _, ...whole } = signal
        if (text !== undefined) streams.set(signal.key, { ...whole, text })
      }
      for (const listener of listeners) listener.signal(signal)
    },
    failNext(error) {
      failures.push(error)
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return () => {
        gate = undefined
        resolve()
      }
    },
  }
}

function placeOf(known: Accepted | undefined): { conversation: string; seq: number } | undefined {
  return known && { conversation: known.conversation, seq: known.seq }
}

function advance({ conversation, cursors }: Record, { delivered, read }: { delivered: number; read: number }): void {
  const mine = cursors.find(({ participant }) => participant.id === conversation.contact)
  if (!mine) cursors.push({ participant: { kind: 'contact', id: conversation.contact }, delivered, read })
  else {
    mine.delivered = Math.max(mine.delivered, delivered)
    mine.read = Math.max(mine.read, read)
  }
}

/** The conversations; listeners hear everything one turn of the event loop appended as one batch. */
function createLog(clock: Clock, channel: string) {
  const byAddress = new Map<string, Record>()
  const byId = new Map<string, Record>()

  function open(site: string, address: string, proven = ''): Record {
    const named = byId.get(proven)
    const known = named?.conversation.site === site ? named : find(site, address)
    if (known) {
      if (!find(site, address)) byAddress.set(JSON.stringify([site, address]), known)
      return known
    }
    const number = byId.size + 1
    const at = clock.now()
    const attributes: Attributes = {}
    const conversation: Conversation = {
      id: `v_${number}`,
      site,
      contact: `c_${number}`,
      status: 'open',
      last: 0,
      floor: { holder: { kind: 'none' }, term: 0 },
      channel,
      attributes,
      createdAt: at,
      updatedAt: at,
      waitingSince: null,
    }
    const made: Record = {
      conversation,
      entries: [],
      keys: new Map(),
      cursors: [],
      listeners: new Set(),
      streams: new Map(),
      fresh: [],
    }
    byAddress.set(JSON.stringify([site, address]), made)
    byId.set(conversation.id, made)
    return made
  }

  function find(site: string, address: string): Record | undefined {
    return byAddress.get(JSON.stringify([site, address]))
  }

  /** The address goes on in the other's conversation; a person is known by a key before there is one. */
  function join(site: string, address: string, same: { conversation: string } | { address: string }): void {
    const other = 'conversation' in same ? byId.get(same.conversation) : find(site, same.address)
    const own = find(site, address)
    if (other?.conversation.site === site) byAddress.set(JSON.stringify([site, address]), other)
    else if ('address' in same && own) byAddress.set(JSON.stringify([site, same.address]), own)
  }

  function get(conversation: string): Record {
    const record = byId.get(conversation)
    if (!record) throw new HutongError('not_found', `there is no conversation ${conversation}`)
    return record
  }

  function append(record: Record, line: Omit<Entry, 'conversation' | 'seq'>): Entry {
    const made: Entry = { ...line, conversation: record.conversation.id, seq: record.entries.length + 1 }
    record.entries.push(made)
    record.keys.set(made.key, made.seq)
    record.conversation = { ...record.conversation, last: made.seq, updatedAt: made.at }
    if (record.fresh.push(visibleToContact(made)) === 1) queueMicrotask(() => tell(record))
    return made
  }

  function tell(record: Record): void {
    const batch = record.fresh.splice(0)
    for (const { key, body } of batch) {
      if (body.kind === 'handoff') record.streams.clear()
      else record.streams.delete(key)
    }
    for (const listener of record.listeners) listener.entries(batch)
  }

  const reader = {
    async find(site: string, address: string): Promise<Thread | undefined> {
      const record = find(site, address)
      return record && structuredClone({ conversation: record.conversation, cursors: record.cursors })
    },
    async read(conversation: string, range: Range): Promise<Entry[]> {
      const { entries } = get(conversation)
      const from = 'after' in range ? range.after : Math.max(0, range.before - 1 - range.limit)
      const to = 'after' in range ? range.after + range.limit : range.before - 1
      return structuredClone(entries.slice(from, to).map(visibleToContact))
    },
    follow(conversation: string, listener: LogListener): () => void {
      const { listeners, streams } = get(conversation)
      listeners.add(listener)
      for (const stream of streams.values()) listener.signal(stream)
      return () => listeners.delete(listener)
    },
  }
  return { open, find, join, get, append, reader }
}

/** Routes, state, leases and the logger. */
function createEffects(clock: Clock, channel: string) {
  const routes = new Map<string, (request: Request) => Promise<Response>>()
  const state = new Map<string, string>()
  const leases = new Map<string, { owner: symbol; until: number }>()
  const logged: { level: keyof Logger; message: string; fields: object }[] = []
  const write = (level: keyof Logger) => (fields: object, message: string) => {
    logged.push({ level, message, fields })
  }
  const prefix = `/channels/${channel}`
  return {
    logged,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    route(method: string, path: string, handle: (request: Request) => Promise<Response>): void {
      routes.set(`${method} ${prefix}${path}`, handle)
    },
    async fetch(request: Request): Promise<Response> {
      const handle = routes.get(`${request.method} ${new URL(request.url).pathname}`)
      return handle ? handle(request) : new Response(null, { status: 404 })
    },
    state: {
      async get(key: string): Promise<unknown> {
        const text = state.get(key)
        return text === undefined ? undefined : JSON.parse(text)
      },
      async set(key: string, value: unknown): Promise<void> {
        if (value === undefined) state.delete(key)
        else state.set(key, JSON.stringify(value))
      },
    },
    async lease(name: string, ms: number) {
      const held = leases.get(name)
      if (held && held.until > clock.now()) return undefined
      const owner = Symbol(name)
      leases.set(name, { owner, until: clock.now() + ms })
      return {
        async renew(): Promise<boolean> {
          const mine = leases.get(name)
          if (mine?.owner !== owner || mine.until <= clock.now()) return false
          mine.until = clock.now() + ms
          return true
        },
        async release(): Promise<void> {
          if (leases.get(name)?.owner === owner) leases.delete(name)
        },
      }
    },
  }
}
