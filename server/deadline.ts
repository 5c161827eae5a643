import type { ActRequestInput, ActResult, Backend, Event } from '@hutong/core/backend'
import type { Participant } from '@hutong/core/entry'
import type { Signal, SignalOf } from '@hutong/core/signal'
import { summaryFor } from './backends/summary.ts'
import { type Carrier, DEFAULT_LEASE } from './outbox.ts'
import { ANSWER_WITHIN } from './owed.ts'
import { RELAY } from './route.ts'
import type { LogStore, SmallStore } from './stores/store.ts'
import { unlessStale } from './unless-stale.ts'

export interface DeadlineOptions {
  store: Pick<LogStore, 'conversation' | 'entries'> & Pick<SmallStore, 'get'>
  backends: readonly Backend[]
  act(author: Participant, conversation: string, request: ActRequestInput): Promise<ActResult>
  now(): number
}

export interface Deadline {
  carrier: Carrier
  /** A signal of a backend: while it is at work, it gets its time again. */
  heard(conversation: string, signal: Signal): void
}

/** Where it is kept, by conversation, up to which entry a backend has answered. */
export function settledScope(backend: string): string {
  return `settled:${backend}`
}

const TRIES = 8
/** However busy a backend looks, nobody waits longer for its first word. */
const LONGEST = 600_000
/** Most conversations whose last sign is remembered; the one that has been quiet longest is forgotten first. */
const REMEMBERED = 10_000

/** When a backend was seen at work last; of the text it writes, which one and how far it had come. */
interface Sign {
  at: number
  key?: string
  length?: number
}

/** The other half of a receipt: when the answer that was to come later does not come, the floor goes on. */
export function createDeadline(options: DeadlineOptions): Deadline {
  const within = new Map(options.backends.map(({ name, answerWithin = ANSWER_WITHIN }) => [name, answerWithin]))
  const signs = new Map<string, Sign>()
  const began = options.now()

  return {
    heard(conversation, signal) {
      const { from } = signal
      if (from.kind !== 'bot' || (signal.kind !== 'stream' && signal.kind !== 'typing')) return
      const key = `${from.id} ${conversation}`
      const before = signs.get(key)
      if (signal.kind === 'stream' && !hasGrown(signal, before)) return
      signs.delete(key)
      if (signal.kind === 'typing' && !signal.on) return
      const at = options.now()
      if (signal.kind === 'typing') signs.set(key, { ...before, at })
      else signs.set(key, { at, key: signal.key, length: signal.text.length })
      const [oldest] = signs.keys()
      if (signs.size > REMEMBERED && oldest !== undefined) signs.delete(oldest)
    },
    carrier: {
      tries: TRIES,
      async deliver({ target, event }) {
        const name = target.slice('deadline:'.length)
        const time = within.get(name) ?? ANSWER_WITHIN
        if (await isSettled(options, name, event)) return { state: 'done' }
        const now = options.now()
        const due = dueAt(event, { began, time, sign: signs.get(`${name} ${event.conversation}`) })
        if (due > now && now < Math.max(event.entry.at, began) + LONGEST) return { state: 'wait', due }
        const summary = await summaryFor(options.store, event)
        const reason = `${name} gave no answer in ${time} ms`
        const request: ActRequestInput = {
          key: `${event.id}:fallback`,
          term: event.floor.term,
          actions: [{ kind: 'handoff', to: { kind: 'next' }, reason, ...(summary !== '' && { summary }) }],
        }
        await options.act(RELAY, event.conversation, request).catch(unlessStale)
        return { state: 'done' }
      },
    },
  }
}

function hasGrown({ key, text }: SignalOf<'stream'>, before: Sign | undefined): boolean {
  return text.length > (before?.key === key ? (before.length ?? 0) : 0)
}

/** What was under way when the relay went down is brought once more when its lease has ended. */
function dueAt(
  { entry: { at } }: Event,
  { began, time, sign }: { began: number; time: number; sign: Sign | undefined },
): number {
  const from = at < began ? began + DEFAULT_LEASE : at
  return Math.max(from, sign?.at ?? 0) + time
}

/** Whoever names the events that it answers is held to that; of the others anything they said counts. */
async function isSettled({ store }: DeadlineOptions, name: string, event: Event): Promise<boolean> {
  const conversation = await store.conversation(event.conversation)
  if (!conversation || conversation.floor.term !== event.floor.term) return true
  const settled = await store.get(settledScope(name), event.conversation)
  if (typeof settled === 'number') return settled >= event.entry.seq
  const after = await store.entries(event.conversation, { after: event.entry.seq, limit: 100 })
  return after.some(({ from, body }) => from.kind === 'bot' && from.id === name && body.kind === 'message')
}
