import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { MessageRow, Row } from '../model/rows.ts'
import { rowsOf } from '../model/rows.ts'
import type { Thread } from '../model/thread.ts'
import { useDesk } from './desk-context.ts'
import { EventLine } from './event-line.tsx'
import { Icon } from './icons.tsx'
import { Message, Note } from './message.tsx'
import { Passing } from './passing.tsx'

/** Closer to the end than this counts as reading the newest. */
const NEAR = 80

export function Log({ thread }: { thread: Thread }) {
  const { desk, words } = useDesk()
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useSignal(true)
  const rows = useComputed(() => visibleRows(thread, desk))
  const scroll = useScroll(box, thread, atEnd)
  useSeen(thread, atEnd.value)

  return (
    <div class="log-frame">
      <div
        class="log"
        ref={box}
        onScroll={scroll.follow}
        tabIndex={0}
        role="log"
        aria-label={words.log}
        aria-live="polite"
      >
        {thread.older.value && (
          <button type="button" class="older link" onClick={scroll.older}>
            {words.loadingOlder}
          </button>
        )}
        <ol>
          {rows.value.map((row) => (
            <RowView key={row.key} row={row} thread={thread} rows={rows.value} />
          ))}
        </ol>
        <Passing thread={thread} />
      </div>
      {!atEnd.value && (
        <button type="button" class="latest" onClick={scroll.toEnd}>
          <Icon name="down" />
          {words.latest}
        </button>
      )}
    </div>
  )
}

function visibleRows(thread: Thread, desk: ReturnType<typeof useDesk>['desk']): Row[] {
  const pending = desk.outbox.pending.value.filter((one) => one.conversation === thread.id)
  const rows = rowsOf(thread.entries.value, pending, { kind: 'agent', id: desk.me.id, name: desk.me.name })
  // A closing takes the floor away as well: one line says it all.
  return rows.filter(
    (row) => row.kind !== 'event' || row.body.kind !== 'handoff' || row.body.floor.holder.kind !== 'none',
  )
}

function RowView({ row, thread, rows }: { row: Row; thread: Thread; rows: readonly Row[] }) {
  const { desk, format } = useDesk()
  switch (row.kind) {
    case 'message':
      return <Message row={row} thread={thread} quoted={quotedBy(row, rows)} />
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

/** Keeps to the end while the agent is there, and keeps what is read in place when older entries come in above. */
function useScroll(box: { current: HTMLDivElement | null }, thread: Thread, atEnd: { value: boolean }) {
  const first = thread.entries.value[0]?.seq
  const before = useRef({ height: 0, first })
  const loading = useRef(false)

  useLayoutEffect(() => {
    const log = box.current
    if (!log) return
    const grown = log.scrollHeight - before.current.height
    const olderCame = first !== undefined && before.current.first !== undefined && first < before.current.first
    if (olderCame) log.scrollTop += grown
    else if (atEnd.value) log.scrollTop = log.scrollHeight
    before.current = { height: log.scrollHeight, first }
  })

  useEffect(() => {
    const log = box.current
    if (!log || !('ResizeObserver' in globalThis)) return
    const watch = new ResizeObserver(() => {
      if (atEnd.value) log.scrollTop = log.scrollHeight
    })
    watch.observe(log)
    for (const child of log.children) watch.observe(child)
    return () => watch.disconnect()
  }, [thread])

  async function older() {
    if (loading.current) return
    loading.current = true
    await thread.loadOlder().catch(() => undefined)
    loading.current = false
  }

  return {
    older: () => void older(),
    follow() {
      const log = box.current
      if (!log) return
      atEnd.value = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR
      if (log.scrollTop < 200 && thread.older.peek()) void older()
    },
    toEnd() {
      const log = box.current
      if (log) log.scrollTop = log.scrollHeight
    },
  }
}

/** What stands at the end of a visible page has been read. */
function useSeen(thread: Thread, atEnd: boolean) {
  const { desk } = useDesk()
  const last = thread.entries.value.at(-1)?.seq
  const online = desk.link.state.value === 'online'
  const unread = desk.item.value?.unread
  useEffect(() => {
    const tell = () => {
      if (atEnd && online && last !== undefined && document.visibilityState === 'visible') desk.seen()
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  }, [thread, last, atEnd, online, unread])
}
