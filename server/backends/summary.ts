import type { Event, Tools } from '@hutong/core/backend'
import { plainText } from '@hutong/core/degrade'
import { type Body, type Entry, isOutsider, type Participant } from '@hutong/core/entry'
import { unrecalled } from './unrecalled.ts'
import { languageOf, wordsOf } from './words-of.ts'

const LOOK = 40
const TURNS = 6
const TURN_MAX = 300
/** How many lines of one turn are kept. */
const LINES_MAX = 12
const SUMMARY_MAX = 2_000

/** Characters of what others told before that are passed on. */
const CARRIED_MAX = 1_000

/**
 * What the person who takes over must know: the last things that were said, `more` first (an order number that a form brought, why the
 * bot gave up), and before that what those told who had the floor since a person spoke. Recalled messages are left out, and who is not the contact is named. Every turn begins with a sign; the further lines of
 * one are indented, so that nobody writes a line that looks like a turn of somebody else.
 */
export async function summaryOf(
  tools: Pick<Tools, 'history'>,
  { now, more = [] }: { now?: Entry; more?: readonly string[] } = {},
): Promise<string> {
  const before = await tools.history({ limit: LOOK })
  const entries = now === undefined ? before : [...before, now]
  const said = unrecalled(entries).flatMap(line).slice(-TURNS)
  return [...new Set([...carried(entries), ...more]), ...said].join('\n').slice(0, SUMMARY_MAX)
}

/** The same for a backend that cannot say it itself, because it failed. */
export function summaryFor(
  store: { entries(conversation: string, range: { before: number; limit: number }): Promise<Entry[]> },
  { conversation, entry }: Pick<Event, 'conversation' | 'entry'>,
): Promise<string> {
  const history = () => store.entries(conversation, { before: entry.seq, limit: LOOK })
  return summaryOf({ history }, { now: entry })
}

/** Of the summaries of earlier hand-offs what is no turn: turns are read from the log. */
function carried(entries: readonly Entry[]): string[] {
  const since = entries.slice(
    entries.findLastIndex(({ from, body }) => from.kind === 'agent' || body.kind === 'status') + 1,
  )
  const told = since.flatMap(({ body }) => (body.kind === 'handoff' && body.summary ? body.summary.split(BREAK) : []))
  const lines = new Set(told.filter((one) => one.trim() !== '' && !TURN.test(one)))
  return [...lines].join('\n').slice(0, CARRIED_MAX).split('\n').filter(Boolean)
}

const TURN = /^([›‹⚠] |\s)/

function line(entry: Entry): string[] {
  const words = wordsOf({ body: unmarked(entry.body) })
  if (words === '' || entry.from.kind === 'system') return []
  return [`${signOf(entry.from, languageOf(words))} ${indented(words.slice(0, TURN_MAX))}`]
}

const UNPROVEN = { en: 'not proven', zh: '身份未证实' }

function signOf(from: Participant, language: keyof typeof UNPROVEN): string {
  if (!isOutsider(from)) return from.kind === 'contact' ? '›' : '‹'
  return `⚠ ${inline(from.name ?? from.id)}${from.unproven ? ` (${UNPROVEN[language]})` : ''}:`
}

/** In the lines it was written in, as a list is; an indented line stays so. */
function indented(text: string): string {
  return text
    .split(BREAK)
    .map((line) => (/^[\t ]+/.exec(line)?.[0].replaceAll('\t', '  ').slice(0, INDENT_MAX) ?? '') + inline(line.trim()))
    .filter((line) => line.trim() !== '')
    .slice(0, LINES_MAX)
    .join('\n  ')
    .trimStart()
}

const BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/
const INDENT_MAX = 6

function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** Whoever takes over reads words, not the signs of their format. */
function unmarked(body: Body): Body {
  if (body.kind !== 'message') return body
  const parts = body.parts.map((part) =>
    part.kind === 'text' && part.format === 'markdown' ? { ...part, text: plainText(part.text) } : part,
  )
  return { ...body, parts }
}
