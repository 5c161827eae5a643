import { STOPPED } from '@hutong/core/entry'
import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { EventRow, Row } from '../model/rows.ts'
import { type MessageRow, rowsOf } from '../model/rows.ts'
import type { Thread } from '../model/thread.ts'
import { isLost } from '../model/ways-out.ts'
import type { Workspace } from '../model/workspace.ts'
import { useDesk } from './desk-context.ts'
import { EventLine } from './event-line.tsx'
import { Icon } from './icons.tsx'
import { useLogScroll } from './log-scroll.ts'
import { Message, Note } from './message.tsx'
import { Passing } from './passing.tsx'

export function Log({ thread }: { thread: Thread }) {
  const { desk, words } = useDesk()
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const rows = useComputed(() => visibleRows(thread, desk))
  const unseen = useMemo(() => firstUnseen(thread, desk), [thread])
  const scroll = useLogScroll(box, thread, atEnd)
  const missed = useSeen(thread, atEnd.value)

  return (
    <div class="log-frame">
      <div id="log" class="log" ref={box} onScroll={scroll.follow} tabIndex={0} role="log" aria-label={words.log}>
        {thread.older.value && (
          <button type="button" class="older link" onClick={scroll.older}>
            {words.older}
          </button>
        )}
        <ol>
          {rows.value.map((row) => (
            <RowView key={row.key} row={row} thread={thread} rows={rows.value} fresh={row.key === unseen} />
          ))}
        </ol>
        <Passing thread={thread} />
      </div>
      {!atEnd.value && (
        <button type="button" class="latest" onClick={scroll.toEnd}>
          <Icon name="down" />
          {missed > 0 ? words.newBelow(missed) : words.latest}
        </button>
      )}
    </div>
  )
}

function visibleRows(thread: Thread, desk: Workspace): Row[] {
  const pending = desk.outbox.pending.value.filter((one) => one.conversation === thread.id)
  const rows = rowsOf(thread.entries.value, pending, { kind: 'agent', id: desk.me.id, name: desk.me.name })
  const asked = new Set(rows.flatMap((row) => (asksForRating(row) ? [row.seq] : [])))
  return rows.filter((row) => row.kind !== 'event' || !isSaidElsewhere(row, { thread, asked }))
}

/** A closing takes the floor away as well, a stop leaves it where it is, a lost message and a question that was answered say so themselves: one line is enough. */
function isSaidElsewhere({ body }: EventRow, { thread, asked }: { thread: Thread; asked: Set<number> }): boolean {
  if (body.kind === 'rating') return body.of !== undefined && asked.has(body.of)
  if (body.kind === 'handoff') return body.floor.holder.kind === 'none' || body.reason === STOPPED
  if (body.kind !== 'delivery' || body.recall || body.next !== undefined) return false
  const sent = thread.outgoing.value.get(body.of)
  return sent !== undefined && isLost(sent)
}

function asksForRating(row: Row): row is MessageRow {
  return row.kind === 'message' && !row.recalled && row.parts.some(({ kind }) => kind === 'rating')
}

/** The key of the first message that was unread when the thread was opened; undefined when all of it is new, or nothing. */
function firstUnseen(thread: Thread, desk: Workspace): string | undefined {
  const unread = desk.item.peek()?.unread ?? 0
  const others = thread.entries.peek().filter(({ body, from }) => body.kind === 'message' && from.kind === 'contact')
  return unread === 0 || unread >= others.length ? undefined : others.at(-unread)?.key
}

interface RowViewProps {
  row: Row
  thread: Thread
  rows: readonly Row[]
  /** Whether the line "new" stands above it. */
  fresh: boolean
}

function RowView({ row, thread, rows, fresh }: RowViewProps) {
  const { desk, words, format } = useDesk()
  switch (row.kind) {
    case 'message':
      return (
        <>
          {fresh && <li class="new-line">{words.unreadLine}</li>}
          <Message row={row} thread={thread} quoted={quotedBy(row, rows)} />
        </>
      )
    case 'note':
      return <Note row={row} thread={thread} />
    case 'event':
      return <EventLine row={row} thread={thread} />
    case 'day':
      return (
        <li class="day">
          <time dateTime={new Date(row.at).toISOString()}>{format.day(row.at, desk.now.value)}</time>
        </li>
      )
  }
}

function quotedBy(row: MessageRow, rows: readonly Row[]): MessageRow | undefined {
  if (row.replyTo === undefined) return
  return rows.find((one): one is MessageRow => one.kind === 'message' && one.seq === row.replyTo)
}

/** Tells the relay what stands at the end of a visible page; gives the number of messages that came below since. */
function useSeen(thread: Thread, atEnd: boolean): number {
  const { desk } = useDesk()
  const seen = useRef(0)
  const entries = thread.entries.value
  const last = entries.at(-1)?.seq ?? 0
  const online = desk.link.state.value === 'online'
  const unread = desk.item.value?.unread
  if (atEnd) seen.current = last
  useEffect(() => {
    const tell = () => {
      if (atEnd && online && document.visibilityState === 'visible') desk.seen()
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  }, [desk, last, atEnd, online, unread])
  return entries.filter(
    ({ seq, body, from }) => seq > seen.current && body.kind === 'message' && from.id !== desk.me.id,
  ).length
}
