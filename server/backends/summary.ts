import type { Tools } from '@hutong/core/backend'
import type { Entry } from '@hutong/core/entry'
import { wordsOf } from './words-of.ts'

const TURNS = 6
const TURN_MAX = 300
const SUMMARY_MAX = 2_000

/**
 * What the person who takes over must know: the last things that were said, `more` first (an order number that a form brought, why the
 * bot gave up). Recalled messages are left out.
 */
export async function summaryOf(
  tools: Pick<Tools, 'history'>,
  { now, more = [] }: { now?: Entry; more?: readonly string[] } = {},
): Promise<string> {
  const before = await tools.history({ limit: 40 })
  const entries = now === undefined ? before : [...before, now]
  const recalled = new Set(entries.flatMap(({ body }) => (body.kind === 'recall' ? [body.of] : [])))
  const said = entries
    .filter(({ seq }) => !recalled.has(seq))
    .flatMap((entry) => line(entry))
    .slice(-TURNS)
  return [...more, ...said].join('\n').slice(0, SUMMARY_MAX)
}

function line(entry: Entry): string[] {
  const words = wordsOf(entry)
  if (words === '' || entry.from.kind === 'system') return []
  const sign = entry.from.kind === 'contact' ? '›' : '‹'
  return [`${sign} ${words.replaceAll(/\s+/g, ' ').slice(0, TURN_MAX)}`]
}
