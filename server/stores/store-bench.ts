import { HutongError } from '@hutong/core/errors'
import type { Made, NewEntry, Opening, Outcome, Side, Store, Write } from './store.ts'

/** What the kit needs of a kind of store. */
export interface StoreBench {
  store: Store
  /** Another store on the same data, as after a crash: the first one was not closed. */
  reopen(): Promise<Store>
  destroy(): Promise<void>
}

export type MakeStore = () => Promise<StoreBench>

export const NOW = 1_700_000_000_000

export function opening(address = 'ada', more: Partial<Opening> = {}): Opening {
  return { site: 'shop', channel: 'web', address, floor: { holder: { kind: 'queue' }, term: 1 }, ...more }
}

export function text(words: string, more: Partial<NewEntry> = {}): NewEntry {
  return { body: { kind: 'message', parts: [{ kind: 'text', text: words, format: 'plain' }] }, ...more }
}

export interface Saying {
  to?: Write['to']
  key: string
  side?: Side
  at?: number
  words?: string
  decision?: Partial<Made>
}

/** A write that says something, from Ada when nobody else is named. */
export function say({ to = opening(), key, side, at = NOW, words = key, decision }: Saying): Write {
  return { to, key, ...(side && { side }), at, decide: () => ({ entries: [text(words)], ...decision }) }
}

export function refusing(key: string, to: Write['to'] = opening()): Write {
  return { to, key, at: NOW, decide: () => ({ refuse: new HutongError('stale_floor', 'too late') }) }
}

export type Applied = Extract<Outcome, { state: 'applied' }>

/** The only outcome of a write that must be applied. */
export async function applied(store: Store, write: Write): Promise<Applied> {
  const [outcome] = await store.commit([write])
  if (outcome?.state !== 'applied') throw new Error(`expected the write to be applied, it was ${outcome?.state}`)
  return outcome
}

/** The words of every message of a conversation, in order. */
export async function wordsIn(store: Store, conversation: string): Promise<string[]> {
  const entries = await store.entries(conversation, { after: 0, limit: 1_000 })
  return entries.flatMap(({ body }) =>
    body.kind === 'message' ? body.parts.map((part) => (part.kind === 'text' ? part.text : part.kind)) : [],
  )
}
