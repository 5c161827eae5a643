import type { Entry } from '@hutong/core/entry'
import { wordsOf } from '../backends/words-of.ts'

/** One promise. It rejects with what does not hold. */
export interface Case<B> {
  title: string
  run(bench: B): Promise<void>
}

export interface Verdict {
  title: string
  /** Undefined when it holds. */
  complaint?: string
}

/** Each case on a bench of its own, one after another. */
export async function* runCases<B extends { close(): Promise<void> }>(
  cases: readonly Case<B>[],
  open: () => Promise<B>,
): AsyncIterable<Verdict> {
  for (const { title, run } of cases) {
    const bench = await open()
    try {
      await run(bench)
      yield { title }
    } catch (error) {
      yield { title, complaint: error instanceof Error ? error.message : String(error) }
    } finally {
      await bench.close()
    }
  }
}

/** Rejects with the sentence when the condition does not hold. */
export function must(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence)
}

/** Rejects when two values do not say the same. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`)
}

/** Rejects unless the promise rejects with an error of this code. */
export async function mustRefuse(asked: Promise<unknown>, code: string): Promise<void> {
  const refusal = await asked.then(
    () => undefined,
    (error: { code?: string; message?: string }) => error,
  )
  if (refusal === undefined) throw new Error(`it was accepted, and should have been refused with ${code}`)
  if (refusal.code !== code) throw new Error(`refused with ${refusal.code} (${refusal.message}) instead of ${code}`)
}

const POLL_MS = 10

/** Resolves with the first value that is none of undefined, false and null. */
export async function eventually<T>(look: () => T | Promise<T>, what: string, ms = 5_000): Promise<NonNullable<T>> {
  const end = performance.now() + ms
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await pause(POLL_MS)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What the backend said to the contact, message by message. */
export function said(entries: readonly Entry[], backend: string): string[] {
  return entries
    .filter(({ from, body }) => from.kind === 'bot' && from.id === backend && body.kind === 'message')
    .map(wordsOf)
}

/** What the backend, who has the floor first, said to the contact while somebody else had it. */
export function saidWithoutFloor(entries: readonly Entry[], backend: string): string[] {
  let holder = backend
  return entries.flatMap((entry) => {
    if (entry.body.kind === 'handoff') {
      const to = entry.body.floor.holder
      holder = to.kind === 'bot' ? to.id : to.kind
    }
    return holder === backend ? [] : said([entry], backend)
  })
}

/** The hand-off that took the floor from the backend, if there was one. */
export function passedOn(entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ body }) => body.kind === 'handoff' && body.floor.holder.kind === 'queue')
}
