import type { Item, Site } from './api.ts'

/** From when on a wait is too long where the site says nothing. */
const TOO_LONG_MS = 300_000

export interface Wait {
  ms: number
  /** `bad`: longer than customers of the site may be without an answer; `warn`: a fifth of that and more. */
  tone: 'quiet' | 'warn' | 'bad'
}

/** How long the contact has been without an answer; undefined when nobody waits. */
export function waitOf({ conversation }: Item, sites: readonly Site[], now: number): Wait | undefined {
  const { status, site, waitingSince } = conversation
  if (status !== 'open' || waitingSince === null) return undefined
  const limit = sites.find(({ id }) => id === site)?.answerMs ?? TOO_LONG_MS
  const ms = now - waitingSince
  return { ms, tone: ms >= limit ? 'bad' : ms >= limit / 5 ? 'warn' : 'quiet' }
}
