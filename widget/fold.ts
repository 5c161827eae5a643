import type { Body, BodyOf, Entry, Participant } from '@hutong/core/entry'
import type { Item, MessageItem, ReactionCount, SendState, SystemItem } from './chat.ts'
import type { Outgoing } from './outbox.ts'

export interface Foldable {
  entries: readonly Entry[]
  outgoing: readonly Outgoing[]
  /** Files on their way; the last rows. */
  uploads: readonly MessageItem[]
  /** How far anybody of the other side has received and read. */
  delivered: number
  read: number
  /** Whether there is a connection to send what waits. */
  online: boolean
  me: Participant
}

type Draft = Omit<MessageItem, 'reactions'> & { reactions: (ReactionCount & { by: Set<string> })[] }

/**
 * The rows of the log: edits, recalls, reactions, choices, answers and ratings folded into the message they are about,
 * what waits to be sent on top of that. A row equal to the one in `previous` is that very object.
 */
export function fold(all: Foldable, previous: ReadonlyMap<string, Item> = new Map()): Item[] {
  const rows: (Draft | SystemItem)[] = []
  const bySeq = new Map<number, Draft>()
  const known = new Set<string>()
  for (const entry of all.entries) {
    known.add(entry.key)
    const { body, seq } = entry
    if (body.kind === 'message') {
      const draft = message(entry, body)
      if (draft.mine) draft.state = seq <= all.read ? 'read' : seq <= all.delivered ? 'delivered' : 'sent'
      bySeq.set(seq, draft)
      rows.push(draft)
    } else if (isTold(body)) rows.push(told(entry, body))
    amend(bySeq, entry.from, body)
  }
  for (const one of all.outgoing) {
    if (known.has(one.key)) continue
    if (one.body.kind === 'message') rows.push(waiting(one, one.body, all))
    else if (one.error) blame(bySeq, one)
    if (!one.error) amend(bySeq, all.me, one.body)
  }
  return [...rows.map(finished), ...all.uploads].map((row) => settled(row, previous.get(row.key)))
}

function message(entry: Pick<Entry, 'key' | 'at' | 'from'> & { seq?: number }, body: BodyOf<'message'>): Draft {
  return {
    kind: 'message',
    key: entry.key,
    ...(entry.seq === undefined ? {} : { seq: entry.seq }),
    at: entry.at,
    from: entry.from,
    mine: entry.from.kind === 'contact',
    parts: body.parts,
    ...(body.replyTo === undefined ? {} : { replyTo: body.replyTo }),
    state: 'sent',
    edited: false,
    recalled: false,
    reactions: [],
  }
}

function waiting(one: Outgoing, body: BodyOf<'message'>, all: Foldable): Draft {
  const state: SendState = one.seq !== undefined ? 'sent' : one.error ? 'failed' : all.online ? 'sending' : 'queued'
  const draft = { ...message({ key: one.key, at: one.at, from: all.me }, body), state }
  return one.error ? { ...draft, error: one.error } : draft
}

function isTold(body: Body): body is SystemItem['body'] {
  return body.kind === 'assigned' || body.kind === 'handoff' || body.kind === 'status' || body.kind === 'rating'
}

function told({ key, seq, at, from }: Entry, body: SystemItem['body']): SystemItem {
  return { kind: 'system', key, seq, at, from, body }
}

/** What a later entry changes about an earlier message. */
function amend(bySeq: ReadonlyMap<number, Draft>, from: Participant, body: Body) {
  if (body.kind === 'message') {
    const offered = body.choice && bySeq.get(body.choice.of)
    if (offered && body.choice) offered.chosen = body.choice.id
    return
  }
  if (!('of' in body) || body.of === undefined) return
  const draft = bySeq.get(body.of)
  if (!draft) return
  if (body.kind === 'edit' && !draft.recalled) {
    draft.parts = body.parts
    draft.edited = true
  } else if (body.kind === 'recall') {
    draft.parts = []
    draft.recalled = true
  } else if (body.kind === 'answer') draft.answered = body.values
  else if (body.kind === 'rating') draft.rated = body.score
  else if (body.kind === 'reaction') react(draft, from, body)
}

function react(draft: Draft, from: Participant, { emoji, on }: BodyOf<'reaction'>) {
  let row = draft.reactions.find((one) => one.emoji === emoji)
  if (!row) {
    row = { emoji, count: 0, mine: false, by: new Set() }
    draft.reactions.push(row)
  }
  const who = from.kind === 'contact' ? 'contact' : `${from.kind}:${from.id}`
  if (on) row.by.add(who)
  else row.by.delete(who)
}

/** A refused edit, choice or rating has no row of its own: the message it was about says so. */
function blame(bySeq: ReadonlyMap<number, Draft>, { body, error }: Outgoing) {
  const draft = 'of' in body && body.of !== undefined ? bySeq.get(body.of) : undefined
  if (draft && error) draft.error = error
}

function finished(row: Draft | SystemItem): Item {
  if (row.kind === 'system') return row
  const reactions = row.reactions
    .filter((one) => one.by.size > 0)
    .map(({ emoji, by }) => ({ emoji, count: by.size, mine: by.has('contact') }))
  return { ...row, reactions }
}

function settled(row: Item, before: Item | undefined): Item {
  return before && equal(row, before) ? before : row
}

function equal(left: object, right: object): boolean {
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const [a, b] = [left[name as keyof object] as unknown, right[name as keyof object] as unknown]
      return a === b || (name === 'reactions' && JSON.stringify(a) === JSON.stringify(b))
    })
  )
}
