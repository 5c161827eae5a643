import type { BodyOf, Entry, Participant } from '@hutong/core/entry'
import type { Part } from '@hutong/core/parts'
import type { Pending } from './outbox.ts'

/** What the relay has of a message of ours, or why it has it not. */
export type Delivery = Pending['state'] | 'delivered' | 'read'

export interface MessageRow {
  kind: 'message'
  key: string
  /** 0 while the log has it not. */
  seq: number
  at: number
  from: Participant
  parts: readonly Part[]
  channel?: string | undefined
  replyTo?: number | undefined
  edited: boolean
  recalled: boolean
  reactions: readonly { emoji: string; count: number }[]
  /** The option that was picked of this message's choices. */
  chosen?: string | undefined
  /** What the contact filled into this message's form. */
  answer?: BodyOf<'answer'>['values'] | undefined
  rating?: BodyOf<'rating'> | undefined
  pending?: Pending
  /** First and last of one speaker's run. */
  first: boolean
  last: boolean
}

export interface NoteRow {
  kind: 'note'
  key: string
  seq: number
  at: number
  from: Participant
  text: string
  pending?: Pending
}

export type EventBody = Exclude<
  Entry['body'],
  { kind: 'message' | 'note' | 'edit' | 'recall' | 'reaction' | 'hidden' | 'answer' }
>

export interface EventRow {
  kind: 'event'
  key: string
  seq: number
  at: number
  from: Participant
  body: EventBody
}

export interface DayRow {
  kind: 'day'
  key: string
  at: number
}

export type Row = MessageRow | NoteRow | EventRow | DayRow

/** A pause after which the same speaker begins a new run. */
const RUN_MS = 5 * 60_000

/** The log as it is read: later entries worked into the messages they speak of, what is not yet in the log at the end. */
export function rowsOf(entries: readonly Entry[], pending: readonly Pending[], me: Participant): Row[] {
  const later = laterOf(entries)
  const known = new Set(entries.map((one) => one.key))
  const rows = entries.flatMap((one): Row[] => {
    const row = rowOf(one, later)
    return row ? [row] : []
  })
  rows.push(...pending.filter((one) => !known.has(one.key)).map((one) => pendingRow(one, me)))
  return withDays(inRuns(rows))
}

interface Later {
  edits: Map<number, readonly Part[]>
  recalls: Set<number>
  reactions: Map<number, Map<string, Set<string>>>
  choices: Map<number, string>
  answers: Map<number, BodyOf<'answer'>['values']>
  ratings: Map<number, BodyOf<'rating'>>
}

function laterOf(entries: readonly Entry[]): Later {
  const later: Later = {
    edits: new Map(),
    recalls: new Set(),
    reactions: new Map(),
    choices: new Map(),
    answers: new Map(),
    ratings: new Map(),
  }
  for (const { body, from } of entries) {
    if (body.kind === 'edit') later.edits.set(body.of, body.parts)
    if (body.kind === 'recall') later.recalls.add(body.of)
    if (body.kind === 'message' && body.choice) later.choices.set(body.choice.of, body.choice.id)
    if (body.kind === 'answer') later.answers.set(body.of, body.values)
    if (body.kind === 'rating' && body.of !== undefined) later.ratings.set(body.of, body)
    if (body.kind === 'reaction') {
      const all = later.reactions.get(body.of) ?? new Map<string, Set<string>>()
      const who = all.get(body.emoji) ?? new Set<string>()
      if (body.on) who.add(from.id)
      else who.delete(from.id)
      later.reactions.set(body.of, all.set(body.emoji, who))
    }
  }
  return later
}

function rowOf(entry: Entry, later: Later): Row | undefined {
  const { seq, key, at, from, body } = entry
  switch (body.kind) {
    case 'message':
      return {
        kind: 'message',
        key,
        seq,
        at,
        from,
        channel: entry.channel,
        parts: later.edits.get(seq) ?? body.parts,
        replyTo: body.replyTo,
        edited: later.edits.has(seq),
        recalled: later.recalls.has(seq),
        reactions: reactionsOf(later, seq),
        chosen: later.choices.get(seq),
        answer: later.answers.get(seq),
        rating: later.ratings.get(seq),
        first: true,
        last: true,
      }
    case 'note':
      return { kind: 'note', key, seq, at, from, text: body.text }
    case 'edit':
    case 'recall':
    case 'reaction':
    case 'answer':
    case 'hidden':
      return undefined
    default:
      return { kind: 'event', key, seq, at, from, body }
  }
}

function reactionsOf(later: Later, seq: number): MessageRow['reactions'] {
  return [...(later.reactions.get(seq) ?? [])].flatMap(([emoji, who]) =>
    who.size === 0 ? [] : [{ emoji, count: who.size }],
  )
}

function pendingRow(pending: Pending, me: Participant): MessageRow | NoteRow {
  const { key, at, draft } = pending
  if (draft.kind === 'note') return { kind: 'note', key, seq: 0, at, from: me, text: draft.text, pending }
  return {
    kind: 'message',
    key,
    seq: 0,
    at,
    from: me,
    parts: draft.parts,
    replyTo: draft.replyTo,
    edited: false,
    recalled: false,
    reactions: [],
    pending,
    first: true,
    last: true,
  }
}

function inRuns(rows: readonly Row[]): Row[] {
  return rows.map((row, index) => {
    if (row.kind !== 'message') return row
    return { ...row, first: !sameRun(rows[index - 1], row), last: !sameRun(row, rows[index + 1]) }
  })
}

function sameRun(before: Row | undefined, after: Row | undefined): boolean {
  if (before?.kind !== 'message' || after?.kind !== 'message') return false
  return (
    before.from.id === after.from.id &&
    before.from.unproven === after.from.unproven &&
    before.channel === after.channel &&
    after.at - before.at < RUN_MS &&
    sameDay(before.at, after.at)
  )
}

function withDays(rows: readonly Row[]): Row[] {
  return rows.flatMap((row, index): Row[] => {
    const before = rows[index - 1]
    if (before && sameDay(before.at, row.at)) return [row]
    return [{ kind: 'day', key: `day:${row.key}`, at: row.at }, row.kind === 'message' ? { ...row, first: true } : row]
  })
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString()
}

/** How far a message of ours has come. */
export function deliveryOf(row: MessageRow, reached: { delivered: number; read: number }): Delivery {
  if (row.pending) return row.pending.state
  if (row.seq <= reached.read) return 'read'
  return row.seq <= reached.delivered ? 'delivered' : 'sent'
}
