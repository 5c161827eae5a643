import { z } from 'zod'
import type { Adapter, Arrival, Capabilities, Delivery, DeliveryReport, Host, Receipt } from './adapter.ts'
import type { BodyOf } from './entry.ts'
import { type ErrorCode, HutongError } from './errors.ts'
import { type Part, parts } from './parts.ts'
import type { Signal } from './signal.ts'

export { createMemoryHost, type MemoryHost, type MemoryHostOptions } from './memory-host.ts'

/**
 * The reference adapter and the test double in its place: a platform that lives in memory, pushes what people write like a
 * webhook, repeats what was not accepted and misbehaves on request.
 */

/** `lost`: the platform takes the message and the answer never comes. */
export type Fault = 'throttled' | 'down' | 'lost' | 'refused' | 'gone' | 'window_closed'

export interface MemoryPlatform {
  /** Whether a second send of one key reaches the person once. */
  readonly idempotentSend: 'key' | 'none'
  /** Pushes a payload; true when it was accepted. The same id again is a repeat. */
  push(payload: MemoryPayload, secret?: string): Promise<boolean>
  pushText(text: string): Promise<boolean>
  type(address: string, on: boolean): void
  /** What the person has received, oldest first. */
  inbox(address: string): readonly { native: string; parts: Part[] }[]
  /** Whether the person sees that somebody is typing. */
  typing(address: string): boolean
  /** Makes the next send fail in this way. */
  fault(fault: Fault): void
  /** Tells what became of a message; `native` is its id in the inbox. */
  report(native: string, report: DeliveryReport): Promise<void>
  /** Takes a message out of the inbox; fails as `fault` says. */
  takeBack(native: string): Promise<void>
  connect(listener: MemoryListener): () => void
  take(delivery: Pick<Delivery, 'key' | 'to' | 'parts'>): Promise<string>
  show(address: string, on: boolean): void
}

export interface MemoryPayload {
  id: string
  from: string
  /** `parts` of a message, or a kind of the platform that nobody knows. */
  message: { parts: Part[]; choice?: { of: number; id: string } } | { type: string; text: string } | { recall: string }
  at: number
}

export interface MemoryListener {
  message(payload: string): Promise<void>
  typing(address: string, on: boolean): void
  report(native: string, report: DeliveryReport): Promise<void>
}

const SECRET = 'memory'

export function createMemoryPlatform({ idempotentSend = 'key' as 'key' | 'none' } = {}): MemoryPlatform {
  const listeners = new Set<MemoryListener>()
  const inboxes = new Map<string, { native: string; parts: Part[] }[]>()
  const taken = new Map<string, string>()
  const typing = new Set<string>()
  const faults: Fault[] = []

  async function pushText(text: string): Promise<boolean> {
    const [listener] = listeners
    return listener === undefined
      ? false
      : listener.message(text).then(
          () => true,
          () => false,
        )
  }

  function keep({ key, to, parts: sent }: Pick<Delivery, 'key' | 'to' | 'parts'>): string {
    const known = taken.get(key)
    if (known !== undefined && idempotentSend === 'key') return known
    const native = `m${taken.size + 1}`
    taken.set(key, native)
    const inbox = inboxes.get(to.address) ?? []
    inboxes.set(to.address, [...inbox, { native, parts: sent }])
    return native
  }

  return {
    idempotentSend,
    pushText,
    push: (payload, secret = SECRET) => pushText(JSON.stringify({ secret, ...payload })),
    type(address, on) {
      for (const listener of listeners) listener.typing(address, on)
    },
    inbox: (address) => inboxes.get(address) ?? [],
    typing: (address) => typing.has(address),
    fault(one) {
      faults.push(one)
    },
    async report(native, report) {
      await Promise.all([...listeners].map((listener) => listener.report(native, report)))
    },
    connect(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async take(delivery) {
      const fault = faults.shift()
      if (fault !== undefined && fault !== 'lost') throw new HutongError(...FAULTS[fault])
      const native = keep(delivery)
      if (fault === 'lost') throw new HutongError('timeout', 'the platform did not answer')
      return native
    },
    async takeBack(native) {
      const fault = faults.shift()
      if (fault !== undefined && fault !== 'lost') throw new HutongError(...FAULTS[fault])
      for (const [address, inbox] of inboxes)
        inboxes.set(
          address,
          inbox.filter((one) => one.native !== native),
        )
    },
    show(address, on) {
      if (on) typing.add(address)
      else typing.delete(address)
    },
  }
}

const FAULTS: Record<Exclude<Fault, 'lost'>, [ErrorCode, string, { retryAfter?: number }?]> = {
  throttled: ['throttled', 'the platform asks to slow down', { retryAfter: 2_000 }],
  down: ['unreachable', 'the platform is down'],
  refused: ['rejected', 'the platform refuses this message'],
  gone: ['gone', 'the person has blocked us'],
  window_closed: ['window_closed', 'the person wrote too long ago'],
}

export interface MemoryAdapterOptions {
  platform: MemoryPlatform
  channel?: string
  /** What differs from a channel that can do everything. */
  capabilities?: Partial<Capabilities>
}

export function createMemoryAdapter({ platform, channel = 'memory', capabilities }: MemoryAdapterOptions): Adapter {
  const idempotentSend = platform.idempotentSend
  let host: Host | undefined
  let disconnect: (() => void) | undefined
  const underWay = new Set<Promise<unknown>>()

  function track<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => underWay.delete(done))
    underWay.add(done)
    return done
  }

  async function deliver(delivery: Delivery): Promise<Receipt> {
    if (delivery.cutOff) return { state: 'unsure', reason: 'the relay was stopped while it sent this' }
    try {
      return { state: 'sent', native: await platform.take(delivery) }
    } catch (thrown) {
      const lost = thrown instanceof HutongError && thrown.code === 'timeout' && idempotentSend === 'none'
      if (lost) return { state: 'unsure', reason: thrown.message }
      throw thrown
    }
  }

  return {
    channel,
    capabilities: { ...CAPABILITIES, ...capabilities, idempotentSend },
    async open(given) {
      host = given
      disconnect = platform.connect({
        message: (payload) => track(takeIn(given, payload)),
        typing: (address, on) => given.signal({ address }, { kind: 'typing', on }),
        report: (native, report) => track(given.report(native, report)),
      })
    },
    async send(delivery) {
      if (!host) throw new HutongError('unavailable', `${channel} is closed`)
      return track(deliver(delivery))
    },
    ...(capabilities?.recall && { recall: (native: string) => track(platform.takeBack(native)) }),
    signal(to, signal: Signal) {
      if (host && signal.kind === 'typing') platform.show(to.address, signal.on)
    },
    async close() {
      disconnect?.()
      host = undefined
      await Promise.allSettled(underWay)
    },
  }
}

async function takeIn(host: Host, payload: string): Promise<void> {
  const { message, ...rest } = decode(payload)
  const body = 'recall' in message ? await recallOf(host, message.recall) : message
  await host.receive({ ...rest, body })
}

const payloadShape = z.object({
  secret: z.literal(SECRET),
  id: z.string().min(1).max(128),
  from: z.string().min(1).max(320),
  message: z.union([
    z.object({ parts, choice: z.object({ of: z.int().positive(), id: z.string() }).optional() }),
    z.object({ type: z.string(), text: z.string() }),
    z.object({ recall: z.string() }),
  ]),
  at: z.int(),
})

/** Throws `invalid` for what is no payload of this platform, or not signed by it. */
function decode(text: string): Omit<Arrival, 'body'> & { message: BodyOf<'message'> | { recall: string } } {
  const read = payloadShape.safeParse(json(text))
  if (!read.success) throw new HutongError('invalid', 'the payload is not readable')
  const { id, from, message, at } = read.data
  return { from: { address: from }, key: `memory:${id}`, native: id, message: contentOf(message), at, raw: text }
}

function contentOf(message: z.infer<typeof payloadShape>['message']): BodyOf<'message'> | { recall: string } {
  if ('recall' in message) return message
  if ('parts' in message) return { kind: 'message', ...message }
  return { kind: 'message', parts: [{ kind: 'unsupported', native: message.type, text: message.text }] }
}

/** The platform says which of its messages; the log knows which entry that is. */
async function recallOf(host: Host, native: string): Promise<BodyOf<'recall'>> {
  const place = await host.log.locate(native)
  if (!place) throw new HutongError('invalid', 'what was taken back is not known')
  return { kind: 'recall', of: place.seq }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const CAPABILITIES: Capabilities = {
  parts: ['text', 'image', 'file', 'audio', 'video', 'location', 'card', 'choices', 'form', 'rating', 'unsupported'],
  text: { markdown: true, max: null, unit: 'chars' },
  choices: { max: 20, label: 80 },
  buttons: 20,
  files: { maxBytes: 50_000_000 },
  partsPerMessage: 10,
  edit: false,
  recall: false,
  reactions: false,
  typing: true,
  initiate: true,
  idempotentSend: 'key',
  gatherMs: 0,
  reports: ['delivered', 'read', 'failed'],
  readsLog: false,
}
