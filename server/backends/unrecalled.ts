import type { Entry } from '@hutong/core/entry'

/** The entries that nobody took back among them. */
export function unrecalled(entries: readonly Entry[]): Entry[] {
  const recalled = new Set(entries.flatMap(({ body }) => (body.kind === 'recall' ? [body.of] : [])))
  return entries.filter(({ seq }) => !recalled.has(seq))
}
