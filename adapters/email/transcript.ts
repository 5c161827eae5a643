import type { LogReader } from '@hutong/core/adapter'
import type { BodyOf, Entry } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'

const PAGE = 200
/** Most entries of a transcript: the newest count. */
const ENTRIES_MAX = 2_000

/** The newest entries of a conversation as its contact may see them, oldest first. */
export async function readLog(
  log: Pick<LogReader, 'read'>,
  conversation: string,
  last = ENTRIES_MAX,
): Promise<Entry[]> {
  let found: Entry[] = []
  for (let after = 0; ; ) {
    const page = await log.read(conversation, { after, limit: PAGE })
    found = [...found, ...page].slice(-last)
    const end = page.at(-1)
    if (!end) return found
    after = end.seq
  }
}

/** What people without a name of their own are called. */
export interface Called {
  customer: string
  /** Assistants and the relay speak for the shop. */
  shop: string
}

/** What was said, as one mail: each message under its writer and time, as it stands now. Times are UTC. */
export function transcriptOf(entries: readonly Entry[], called: Called): Part[] {
  const edits = new Map<number, Part[]>()
  const recalled = new Set<number>()
  for (const { body } of entries) {
    if (body.kind === 'edit') edits.set(body.of, body.parts)
    if (body.kind === 'recall') recalled.add(body.of)
  }
  return entries.flatMap((entry): Part[] => {
    if (entry.body.kind !== 'message' || recalled.has(entry.seq)) return []
    const { parts } = entry.body as BodyOf<'message'>
    return [{ kind: 'text', text: titleOf(entry, called), format: 'plain' }, ...(edits.get(entry.seq) ?? parts)]
  })
}

function titleOf({ from, at }: Entry, { customer, shop }: Called): string {
  const time = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
  const name = from.name ?? (from.kind === 'contact' ? customer : shop)
  return `${name.replace(/\s+/g, ' ')} · ${time} UTC`
}

/** What an agent has neither answered nor been told of: after the newest answer of a person, and after entry `told` where more came. */
export function unheardOf(entries: readonly Entry[], told: number): Entry[] {
  const answered = entries.findLast(({ from, body }) => from.kind === 'agent' && body.kind === 'message')?.seq ?? 0
  const unanswered = entries.filter(({ seq }) => seq > answered)
  const later = unanswered.filter(({ seq }) => seq > told)
  return later.some(({ from, body }) => from.kind === 'contact' && body.kind === 'message') ? later : unanswered
}
