import type { Event, Tools } from '@hutong/core/backend'
import { type Entry, isOutsider, visibleToContact } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import { cutToTokens, estimateTokens } from './estimate-tokens.ts'
import { answerKey } from './outcome.ts'
import { mergeTurns, noteOf, type Spoken, spokenIn, type Turn, turnFor } from './prompt.ts'

export interface WindowOptions {
  /** Estimated tokens that what was said may take, the question included. */
  tokens: number
  /** Makes the link by which a stored picture goes along; without it no picture does. */
  linkTo: ((file: string) => string) | undefined
  /** The name of the backend, whose own words answer a question. */
  name: string
  /** What was noted for us when the floor came here. */
  given?: string | undefined
}

/** What a message takes besides its words. */
const FRAME = 4
/** What a picture takes. */
const PICTURE = 1_000
/** How much of the budget a note may take. */
const NOTE_SHARE = 0.25
const PAGE = 100
const PAGES = 20

/**
 * What was said, oldest first, ending with the words that are to be answered; undefined where there are none: they were taken back,
 * they are answered, or the event holds no question. What we answered to others while they waited stands before them, and what the
 * contact stopped before its answer is not asked again. The newest words come first into the budget, and what has no room is left out
 * with all that is older.
 */
export async function historyWindow(event: Event, tools: Tools, options: WindowOptions): Promise<Turn[] | undefined> {
  const said = saidBefore(event, tools, options)
  const question = (await said.next()).value
  if (!question) return undefined
  const turns: Turn[] = []
  const note = options.given === undefined ? undefined : noteOf(cutToTokens(options.given, options.tokens * NOTE_SHARE))
  let room = options.tokens - (note ? costOf(note) : 0)
  for (let spoken: Spoken | undefined = question; spoken; spoken = (await said.next()).value) {
    const fitting = fit(spoken, room, turns.length === 0)
    if (!fitting) break
    room -= costOf(fitting)
    turns.push(turnFor(fitting))
  }
  await said.return(undefined)
  if (note) turns.push(turnFor(note))
  return mergeTurns(turns.reverse())
}

/** The question first, then what was said before it, the newest first; nothing where there is no question. */
async function* saidBefore(
  event: Event,
  tools: Tools,
  { name, linkTo }: WindowOptions,
): AsyncGenerator<Spoken, undefined> {
  const edits = new Map<number, readonly Part[]>()
  const recalled = new Set<number>()
  const since: Spoken[] = []
  const givenUp = createGivenUp(name)
  let found = false
  for await (const entry of newestFirst(tools)) {
    const { body, seq } = entry
    if (body.kind === 'edit' && !edits.has(body.of)) edits.set(body.of, body.parts)
    if (body.kind === 'recall') recalled.add(body.of)
    const isLater = seq > event.entry.seq
    if (isLater && !isOwnAnswer(event, entry, name)) continue
    if (!isLater && !found && isAnswered(event, entry, name)) return
    if (recalled.has(seq) || entry.from.kind === 'system' || visibleToContact(entry).body.kind === 'hidden') continue
    const spoken = spokenIn(entry, { edited: edits.get(seq), linkTo })
    if (isLater && spoken) since.push(spoken)
    if (isLater || (!found && !spoken?.byContact)) continue
    if (found && givenUp(entry)) continue
    if (spoken) yield spoken
    if (!found) yield* since
    found = true
  }
}

/** What we answered to another question in the meantime. */
function isOwnAnswer({ id }: Event, { from, key }: Entry, name: string): boolean {
  return from.kind === 'bot' && from.id === name && !key.startsWith(answerKey(id))
}

/**
 * Whether the contact gave up what they said: they pressed stop before it was answered. Asked of what was said from the newest on. Our
 * answers name in their keys what they answer.
 */
function createGivenUp(name: string): (entry: Entry) => boolean {
  let answeredUpTo = Number.MAX_SAFE_INTEGER
  return ({ conversation, seq, from, key, body }) => {
    if (from.kind === 'contact') {
      if (body.kind === 'stop' && !isOutsider(from)) answeredUpTo = 0
      return seq > answeredUpTo
    }
    const own = from.kind === 'bot' && from.id === name && key.startsWith(`${conversation}:`)
    const answers = own ? Number.parseInt(key.slice(conversation.length + 1), 10) : seq
    if (body.kind === 'message') answeredUpTo = Math.max(answeredUpTo, answers || seq)
    return false
  }
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
