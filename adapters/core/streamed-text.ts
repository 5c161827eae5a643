import type { SignalOf } from './signal.ts'

/** The text so far after this signal, for somebody who has `before`; undefined when something in between is missing. */
export function streamedText(before: string | undefined, { at, text }: SignalOf<'stream'>): string | undefined {
  if (!at) return text
  return before?.length === at ? before + text : undefined
}
