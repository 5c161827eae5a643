import { useRef } from 'preact/hooks'
import { Avatar } from './avatar.tsx'
import { DOWN, Icon } from './icons.tsx'
import { PlainText } from './links.tsx'
import { useLogView } from './log-view.ts'
import { Message } from './message.tsx'
import { nameOf } from './name.ts'
import { useRichParts } from './rich.ts'
import { buildRows, type Row } from './rows.ts'
import { useScope } from './scope.ts'

export function Log() {
  const scope = useScope()
  const {
    chat,
    newAfter,
    locale: { words },
  } = scope
  const box = useRef<HTMLDivElement>(null)
  const { start, end, onScroll } = useLogView(scope, box)
  const items = chat.items.value
  const rows = buildRows(items, { start, end, newAfter: newAfter.value })
  return (
    <div class="log-frame">
      <div
        ref={box}
        class="log"
        part="log"
        role="log"
        aria-label={words.log}
        aria-live="off"
        aria-busy={chat.loading.value}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="rows">
          {chat.loading.value ? <Skeleton /> : items.length === 0 && chat.connection.value !== 'refused' && <Hello />}
          {chat.loadingOlder.value && <Skeleton />}
          {rows.map((row) => (
            <RowLine key={row.key} row={row} />
          ))}
          {end === items.length && <Writing />}
        </div>
      </div>
      <Latest />
    </div>
  )
}

function RowLine({ row }: { row: Row }) {
  const {
    format,
    locale: { words },
  } = useScope()
  const rich = useRichParts(row.kind === 'system')
  switch (row.kind) {
    case 'day':
      return (
        <p class="day" data-key={row.key}>
          <time dateTime={new Date(row.at).toISOString()}>{format.day(row.at, Date.now())}</time>
        </p>
      )
    case 'new':
      return (
        <p class="new-line" data-key={row.key}>
          {words.newLine}
        </p>
      )
    case 'system':
      return rich ? <rich.SystemLine item={row.item} /> : null
    case 'message':
      return <Message item={row.item} first={row.first} last={row.last} />
  }
}

/** Answers that are still being written, and who is about to write one. */
function Writing() {
  const {
    chat,
    locale: { words },
  } = useScope()
  const streams = chat.streams.value
  const rich = useRichParts(streams.length > 0)
  const above = chat.items.value.at(-1)?.from.id
  const quiet = chat.typing.value.filter((who) => !streams.some((stream) => stream.from.id === who.id))
  return (
    <>
      {streams.map(({ key, from, text }) => (
        <div class={`message theirs last streaming${from.id === above ? '' : ' first'}`} key={key}>
          <Avatar who={from} />
          <div class="body">
            {from.id !== above && (
              <p class="meta">
                <b>{nameOf(from, words)}</b>
              </p>
            )}
            <div class="bubble">{rich ? <rich.Growing text={text} /> : <PlainText text={text} />}</div>
          </div>
        </div>
      ))}
      {quiet.map((who) => (
        <div class="message theirs last" key={`typing:${who.id}`}>
          <Avatar who={who} />
          <div class="bubble dots">
            <i />
            <i />
            <i />
            <span class="unseen">{words.typing(nameOf(who, words))}</span>
          </div>
        </div>
      ))}
    </>
  )
}

function Latest() {
  const {
    chat,
    following,
    follow,
    locale: { words },
  } = useScope()
  if (following.value) return null
  const count = chat.unread.value
  return (
    <button
      type="button"
      class={count ? 'latest counted' : 'latest'}
      aria-label={count ? undefined : words.latest}
      onClick={follow}
    >
      {count > 0 && words.newMessages(count)}
      <Icon path={DOWN} />
    </button>
  )
}

function Hello() {
  const {
    chat,
    locale: { words },
  } = useScope()
  return (
    <div class="hello">
      <p class="big">{words.hello}</p>
      <p>{chat.site.value?.staffed === false ? words.helloAway : words.helloHere}</p>
    </div>
  )
}

function Skeleton() {
  const {
    locale: { words },
  } = useScope()
  return (
    <div class="skeleton">
      <span class="unseen">{words.loading}</span>
      <i class="theirs" />
      <i class="theirs short" />
      <i class="mine" />
    </div>
  )
}
