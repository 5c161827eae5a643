import type { Contact } from '@hutong/core/conversation'
import type { BodyKind, Entry } from '@hutong/core/entry'
import { useEffect, useRef } from 'preact/hooks'
import type { Item } from '../model/api.ts'
import { belongs, FILTERS } from '../model/inbox-item.ts'
import { contactName, participantName } from '../model/naming.ts'
import { bodyLine } from '../model/summary.ts'
import { type Wait, waitOf } from '../model/waiting.ts'
import { Avatar, ContactAvatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

/** What somebody says; the rest is what happened. */
const SPOKEN: readonly BodyKind[] = ['message', 'note', 'recall']
/** Milliseconds without a key until the search is asked. */
const SEARCH_PAUSE = 250

export function InboxColumn() {
  const { desk, words } = useDesk()
  return (
    <nav class="inbox" aria-label={words.conversations}>
      <header class="bar">
        <Avatar id={desk.me.id} name={desk.me.name} small />
        <h2>{words.conversations}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={words.settings}
          onClick={() => (desk.dialog.value = 'settings')}
        >
          <Icon name="settings" />
        </button>
      </header>
      <Search />
      <Filters />
      <Queue />
      <Overdue />
      <SetAside />
      <List />
    </nav>
  )
}

function Search() {
  const { desk, words } = useDesk()
  const { inbox } = desk
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const field = useRef<HTMLInputElement>(null)

  function search(text: string) {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void inbox.find(text), text === '' ? 0 : SEARCH_PAUSE)
  }

  return (
    <search class="search">
      <Icon name="search" />
      <input
        id="search"
        ref={field}
        type="search"
        aria-label={words.search}
        placeholder={words.searchHint}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.currentTarget.value = ''
          search('')
          event.currentTarget.blur()
        }}
      />
    </search>
  )
}

function Filters() {
  const { desk, words } = useDesk()
  const { filter, counts, search, choose } = desk.inbox
  if (search.value !== '') return null
  return (
    <fieldset class="filters">
      <legend class="hidden">{words.conversations}</legend>
      {FILTERS.map((one) => (
        <label key={one} class={one === 'waiting' && counts.value.waiting > 0 ? 'filter calling' : 'filter'}>
          <input type="radio" name="filter" checked={filter.value === one} onChange={() => choose(one)} />
          <span>{words.filters[one]}</span>
          {one !== 'closed' && counts.value[one] > 0 && (
            <span class="count">{counts.value[one] > 99 ? '99+' : counts.value[one]}</span>
          )}
        </label>
      ))}
    </fieldset>
  )
}

/** For whoever hears the page: the count beside the filter, said when it changes. */
function Queue() {
  const { desk, words } = useDesk()
  const { waiting } = desk.inbox.counts.value
  return (
    <p class="hidden" role="status">
      {waiting > 0 && words.waiting(waiting)}
    </p>
  )
}

/** Who has waited too long, in whatever part of the list; leads to who has waited longest. */
function Overdue() {
  const { desk, words } = useDesk()
  const late = desk.inbox.unanswered.value.filter(
    (one) => waitOf(one, desk.sites.value, desk.now.value)?.tone === 'bad',
  )
  const [first] = late
  if (!first) return null
  return (
    <button type="button" class="overdue-count" onClick={() => desk.open(first.conversation.id)}>
      <Icon name="clock" />
      {words.tooLong(late.length)}
    </button>
  )
}

/** Only where there is something to look after. */
function SetAside() {
  const { desk, words } = useDesk()
  const count = desk.setAside.all.value.length
  if (count === 0) return null
  return (
    <button type="button" class="set-aside" onClick={() => (desk.dialog.value = 'aside')}>
      <Icon name="mail" />
      {words.asideCount(count)}
    </button>
  )
}

function List() {
  const { desk, words } = useDesk()
  const { inbox } = desk
  const shown = inbox.shown.value
  if (inbox.state.value === 'loading') return <Skeleton label={words.loading} />
  if (inbox.state.value === 'failed')
    return (
      <div class="empty" role="alert">
        <p>{words.listFailed}</p>
        <button type="button" onClick={() => void inbox.load()}>
          {words.again}
        </button>
      </div>
    )
  if (inbox.searchFailed.value)
    return (
      <div class="empty" role="alert">
        <p>{words.searchFailed}</p>
        <button type="button" onClick={() => void inbox.find(inbox.search.peek())}>
          {words.again}
        </button>
      </div>
    )
  if (shown.length === 0) return <p class="empty">{emptyWords()}</p>
  return (
    <ul class="rows" onScroll={(event) => nearEnd(event.currentTarget) && void inbox.loadMore().catch(() => undefined)}>
      {shown.map((item) => (
        <Row key={item.conversation.id} item={item} />
      ))}
    </ul>
  )

  function emptyWords(): string {
    if (inbox.search.value !== '') return words.noneFound
    const filter = inbox.filter.value
    if (filter === 'mine') return words.noneMine
    return filter === 'waiting' ? words.noneWaiting : words.none
  }
}

function nearEnd(list: HTMLElement): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 400
}

function Skeleton({ label }: { label: string }) {
  return (
    <div class="rows skeleton" role="status">
      <span class="hidden">{label}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <span key={index} class="skeleton-row" />
      ))}
    </div>
  )
}

function Row({ item }: { item: Item }) {
  const { desk, words, format, channelName } = useDesk()
  const { conversation, contact, latest, unread } = item
  const name = contactName(contact, words)
  const open = desk.thread.value?.id === conversation.id
  const row = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (open) row.current?.scrollIntoView?.({ block: 'nearest' })
  }, [open])
  const wait = waitOf(item, desk.sites.value, desk.now.value)
  const strong = unread > 0 && (belongs(item, 'mine', desk.me.id) || belongs(item, 'waiting', desk.me.id))
  return (
    <li>
      <a
        ref={row}
        id={`row-${conversation.id}`}
        href={`#/c/${conversation.id}`}
        class={`row${strong ? ' unread' : ''}${wait?.tone === 'bad' ? ' overdue' : ''}`}
        aria-current={open ? 'true' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          desk.open(conversation.id)
        }}
      >
        <ContactAvatar contact={contact} channel={conversation.channel} />
        <span class="row-name">
          {name}
          {conversation.channel !== 'web' && <span class="hidden"> ({channelName(conversation.channel)})</span>}
        </span>
        <time class="row-time" dateTime={new Date(conversation.updatedAt).toISOString()}>
          {format.brief(conversation.updatedAt, desk.now.value)}
        </time>
        <span class="row-line">{latest && <Latest entry={latest} contact={contact} />}</span>
        <span class="row-marks">
          {wait && <Waiting wait={wait} />}
          {unread > 0 && (
            <span class={strong ? 'badge' : 'badge faint'}>
              <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
              <span class="hidden">{words.unread(unread)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  )
}

/** The last words, and whose they are unless they are the customer's. */
function Latest({ entry: { from, body }, contact }: { entry: Entry; contact: Contact }) {
  const { desk, words } = useDesk()
  const line = bodyLine(body, words)
  if (from.kind === 'contact' || !SPOKEN.includes(body.kind)) return <>{line}</>
  const around = { words, me: desk.me.id, contact }
  return <>{words.saidBy(from.kind === 'system' ? words.noticeShort : participantName(from, around)) + line}</>
}

function Waiting({ wait: { ms, tone } }: { wait: Wait }) {
  const { words, format } = useDesk()
  const said = tone === 'bad' ? words.waitsTooLong : words.waits
  return (
    <span class={`waiting ${tone}`} title={said(format.span(ms))}>
      <Icon name="clock" />
      <span aria-hidden="true">{format.span(ms)}</span>
      <span class="hidden">{said(format.span(Math.floor(ms / 60_000) * 60_000))}</span>
    </span>
  )
}
