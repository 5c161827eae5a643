import type { Item, MessageItem, SystemItem } from '../chat.ts'
import { midnight } from './format.ts'

/** One line of the log as it is drawn. `first` and `last` are its place in a run of the same speaker. */
export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'new'; key: string }
  | { kind: 'system'; key: string; item: SystemItem }
  | { kind: 'message'; key: string; item: MessageItem; first: boolean; last: boolean }

/** A pause after which the same speaker starts a new run, in milliseconds. */
const RUN_PAUSE = 5 * 60_000

export interface Slice {
  start: number
  end: number
  /** What others wrote above this `seq` is new; undefined draws no line. */
  newAfter: number | undefined
}

/** The rows of `items[start, end)`, joined to what stands outside of the slice. */
export function buildRows(items: readonly Item[], { start, end, newAfter }: Slice): Row[] {
  const rows: Row[] = []
  let previous = lastTold(items, start)
  let drawnNew = newAfter === undefined || isNew(previous, newAfter)
  for (const item of items.slice(start, end)) {
    if (!isTold(item)) continue
    if (!previous || midnight(previous.at) !== midnight(item.at))
      rows.push({ kind: 'day', key: `day:${midnight(item.at)}`, at: item.at })
    if (!drawnNew && newAfter !== undefined && isNew(item, newAfter)) {
      rows.push({ kind: 'new', key: 'new' })
      drawnNew = true
    }
    rows.push(item.kind === 'system' ? { kind: 'system', key: item.key, item } : messageRow(rows, item))
    previous = item
  }
  return rows
}

/** Whether a line of the log is worth telling the contact: who waits is told by a message, a given rating by its question. */
export function isTold(item: Item): boolean {
  if (item.kind === 'message') return true
  switch (item.body.kind) {
    case 'handoff':
      return item.body.floor.holder.kind === 'agent' || item.body.floor.holder.kind === 'bot'
    case 'status':
      return item.body.status === 'closed'
    case 'rating':
      return !item.body.of || !!item.body.comment
    case 'assigned':
      return false
  }
}

function messageRow(rows: readonly Row[], item: MessageItem): Row {
  const above = rows.at(-1)
  const joins = above?.kind === 'message' && isRun(above.item, item)
  if (joins) above.last = false
  return { kind: 'message', key: item.key, item, first: !joins, last: true }
}

function isRun(above: MessageItem, below: MessageItem): boolean {
  return above.mine === below.mine && (above.mine || above.from.id === below.from.id) && below.at - above.at < RUN_PAUSE
}

function isNew(item: Item | undefined, after: number): boolean {
  return item?.kind === 'message' && !item.mine && item.seq !== undefined && item.seq > after
}

function lastTold(items: readonly Item[], before: number): Item | undefined {
  for (let index = before - 1; index >= 0; index--) {
    const item = items[index]
    if (item && isTold(item)) return item
  }
  return undefined
}
