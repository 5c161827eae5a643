import type { Event, Tools } from '@hutong/core/backend'
import { type Entry, isOutsider, visibleToContact } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import { cutToTokens, estimateTokens } from './estimate-tokens.ts'
import { mergeTurns, type Spoken, spokenIn, type Turn, turnFor } from './prompt.ts'

export interface WindowOptions {
  /** Estimated tokens that what was said may take, the question included. */
  tokens: number
  /** Makes the link by which a stored picture goes along; without it no picture does. */
  linkTo: ((file: string) => string) | undefined
  /** The name of the backend, whose own words answer a question. */
  name: string
}

/** What a message takes besides its words. */
const FRAME = 4
/** What a picture takes. */
const PICTURE = 1_000
const PAGE = 100
const PAGES = 20

/**
 * What was said, oldest first, ending with the words that are to be answered; undefined where there are none: they were taken back,
 * they are answered, or the event holds no question. The newest words come first into the budget, and what has no room is left out
 * with all that is older.
 */
export async function historyWindow(event: Event, tools: Tools, options: WindowOptions): Promise<Turn[] | undefined> {
  const turns: Turn[] = []
  const edits = new Map<number, readonly Part[]>()
  const recalled = new Set<number>()
  let room = options.tokens
  for await (const entry of newestFirst(tools)) {
    const { body, seq } = entry
    if (body.kind === 'edit' && !edits.has(body.of)) edits.set(body.of, body.parts)
    if (body.kind === 'recall') recalled.add(body.of)
    if (seq > event.entry.seq) continue
    if (turns.length === 0 && isAnswered(event, entry, options.name)) return undefined
    if (recalled.has(seq) || entry.from.kind === 'system' || visibleToContact(entry).body.kind === 'hidden') continue
    const spoken = spokenIn(entry, { edited: edits.get(seq), linkTo: options.linkTo })
    if (!spoken || (turns.length === 0 && !spoken.byContact)) continue
    const fitting = fit(spoken, room, turns.length === 0)
    if (!fitting) break
    room -= costOf(fitting)
    turns.push(turnFor(fitting))
  }
  return turns.length === 0 ? undefined : mergeTurns(turns.reverse())
}

/** Whether looking further back for a question is idle: nothing from here on waits for an answer of ours. */
function isAnswered(event: Event, { seq, from, body }: Entry, name: string): boolean {
  if (event.entry.body.kind !== 'handoff') return seq < event.entry.seq
  if (from.kind === 'contact') return body.kind === 'stop' && !isOutsider(from)
  return body.kind === 'message' && (from.kind === 'agent' || (from.kind === 'bot' && from.id === name))
}

/** The words if they fit; the question is cut, all others are not. */
function fit(spoken: Spoken, room: number, isQuestion: boolean): Spoken | undefined {
  if (costOf(spoken) <= room) return spoken
  if (!isQuestion) return undefined
  const bare = { ...spoken, pictures: [] }
  return { ...bare, text: cutToTokens(spoken.text, room - FRAME) }
}

function costOf({ text, pictures }: Spoken): number {
  return estimateTokens(text) + FRAME + pictures.length * PICTURE
}

async function* newestFirst(tools: Tools): AsyncIterable<Entry> {
  let before = Number.MAX_SAFE_INTEGER
  for (let page = 0; page < PAGES; page++) {
    const entries = await tools.history({ before, limit: PAGE })
    yield* entries.toReversed()
    const oldest = entries[0]
    if (!oldest || entries.length < PAGE) return
    before = oldest.seq
  }
}
