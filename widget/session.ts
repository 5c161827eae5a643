import type { Cursor } from '@hutong/core/conversation'
import type { Entry, Floor, Participant } from '@hutong/core/entry'
import type { WireError } from '@hutong/core/errors'
import type { EntriesPacket, Ready } from '@hutong/core/wire'
import type { MessageItem } from './chat.ts'
import type { Files } from './files.ts'
import type { Keep } from './keep.ts'
import type { Log } from './log.ts'
import type { Others } from './others.ts'
import type { Outbox } from './outbox.ts'
import type { Signal } from './signals.ts'
import type { Tabs } from './tabs.ts'
import type { Connection } from './transport/connection.ts'

/** Entries kept for the next page load, and for how long: links to files expire. */
export const CACHE_ENTRIES = 50
export const CACHE_MS = 12 * 60 * 60 * 1000
/** How long a push may be late before the log is asked. */
const OVERDUE_MS = 2_000
/** Further behind than this, the newest page is fetched and the rest left to scrolling back. */
const FAR_BEHIND = 300
const PAGE = 50
/** Cursor reports are gathered for so long. */
const REPORT_MS = 300

/** What happened, for whoever embeds the chat. */
export interface ChatNotices {
  message?(entry: Entry): void
  error?(error: WireError): void
}

/** One visitor's state of one site in this tab; the files beside this one are its verbs. */
export interface Session {
  readonly keep: Keep
  readonly connection: Connection
  readonly log: Log
  readonly outbox: Outbox
  readonly others: Others
  readonly notices: ChatNotices
  readonly cursors: Signal<readonly Cursor[]>
  readonly read: Signal<number>
  readonly floor: Signal<Floor | undefined>
  readonly site: Signal<Ready['site'] | undefined>
  readonly contact: Signal<Ready['contact']>
  readonly uploads: Signal<readonly MessageItem[]>
  readonly loading: Signal<boolean>
  readonly loadingOlder: Signal<boolean>
  tabs: Tabs
  /** There from the first upload on. */
  files: Files | undefined
  /** Held in memory until the first message; from then on also kept. */
  token: string | undefined
  jwt: string | undefined
  conversation: string | undefined
  /** The highest `seq` heard of. */
  known: number
  catching: boolean
  overdue: ReturnType<typeof setTimeout> | undefined
  reporting: ReturnType<typeof setTimeout> | undefined
  reported: string
  closed: boolean
}

/** What the next page load may paint before the relay has answered. */
export interface Cache extends Shown {
  conversation: string
  at: number
  entries: readonly Entry[]
}

type Shown = { -readonly [K in (typeof SHOWN)[number]]?: Session[K] extends Signal<infer T> ? T : never }

/** The signals that the cache keeps beside the log. */
const SHOWN = ['cursors', 'read', 'floor', 'site', 'contact'] as const

export function saveCache(session: Session) {
  const { keep, log, conversation } = session
  const entries = log.entries.value.slice(-CACHE_ENTRIES)
  if (!conversation || entries.length === 0 || !(session.jwt || keep.get('token'))) return
  const shown = Object.fromEntries(SHOWN.map((name) => [name, session[name].value]))
  keep.set('log', { conversation, at: Date.now(), entries, ...shown } satisfies Cache)
  keep.set('here', 1)
}

export function me(session: Pick<Session, 'contact'>): Participant {
  return { kind: 'contact', id: session.contact.value?.id ?? 'me' }
}

export function welcomed(session: Session, ready: Ready) {
  const { log } = session
  if (ready.token) session.token = ready.token
  if (ready.conversation !== session.conversation || ready.last < log.have()) forgetLog(session)
  session.conversation = ready.conversation
  session.known = Math.max(ready.last, log.have())
  session.floor.value = ready.floor
  session.site.value = ready.site
  session.contact.value = ready.contact
  session.cursors.value = ready.cursors.filter((one) => one.participant.kind !== 'contact')
  const own = ready.cursors.find((one) => one.participant.kind === 'contact')
  session.read.value = Math.max(session.read.value, own?.read ?? 0)
  session.reported = `${own?.delivered ?? 0}:${own?.read ?? 0}`
  if (ready.last === 0) session.loading.value = false
  watch(session)
  report(session)
}

export function staffed({ site }: Session, staffed: boolean) {
  if (site.value) site.value = { ...site.value, staffed }
}

/** The conversation on the screen is not this visitor's (any more). */
export function forgetLog(session: Session) {
  if (session.conversation === undefined) return
  session.log.replace([])
  session.others.reset()
  session.known = 0
  session.read.value = 0
  session.conversation = undefined
  session.keep.set('log', undefined)
}

export function received(session: Session, { conversation, entries, last }: EntriesPacket) {
  if (session.conversation !== undefined && session.conversation !== conversation) return
  session.conversation = conversation
  session.known = Math.max(session.known, last)
  const empty = session.log.have() === 0
  if (empty) session.log.replace(entries)
  const fresh = empty ? [] : session.log.append(entries)
  session.loading.value = false
  for (const entry of fresh) {
    arrived(session, entry)
    if (entry.body.kind === 'message' && entry.from.kind !== 'contact') session.notices.message?.(entry)
  }
  if (empty) for (const entry of entries) arrived(session, entry)
  session.outbox.arrived(session.log.have())
  if (session.log.have() < session.known && entries.length > 0) catchUp(session)
  report(session)
}

function arrived(session: Session, entry: Entry) {
  session.others.entry(entry)
  if (entry.body.kind === 'handoff') session.floor.value = entry.body.floor
  else if (entry.body.kind === 'message') heardFrom(session, entry.from)
}

/** The first holder of a conversation is not told of in the log: a bot that speaks while nobody is known to hold it, does. */
export function heardFrom({ floor }: Session, { kind, id }: Participant) {
  if (kind === 'bot' && !floor.value) floor.value = { holder: { kind, id }, term: 0 }
}

/** Asks the log should a push that must come not have come. */
export function watch(session: Session) {
  clearTimeout(session.overdue)
  if (session.log.have() < session.known) session.overdue = setTimeout(() => catchUp(session), OVERDUE_MS)
}

/** Brings the log up to the last `seq` heard of; one at a time. */
export async function catchUp(session: Session) {
  if (session.catching) return
  session.catching = true
  while (session.log.have() < session.known && !session.closed) {
    const { connection, log, known } = session
    const have = log.have()
    const far = have === 0 || known - have > FAR_BEHIND
    const answer = far
      ? await connection.request('history', { before: known + 1, limit: PAGE })
      : await connection.request('after', { after: have })
    if ('error' in answer || answer.entries.length === 0) break
    if (far && log.have() < (answer.entries[0]?.seq ?? 0)) log.replace([])
    received(session, answer)
    if (log.have() === have) break
  }
  session.catching = false
}

/** Proves the line alive and fetches what it may have failed to bring. */
export async function probe(session: Session, patience: number) {
  const answer = await session.connection.request('after', { after: session.log.have() }, patience)
  if ('error' in answer || answer.entries.length === 0) return
  received(session, answer)
}

export async function older(session: Session) {
  const first = session.log.entries.value[0]?.seq ?? 0
  if (session.loadingOlder.value || first <= 1) return
  session.loadingOlder.value = true
  const answer = await session.connection.request('history', { before: first, limit: PAGE })
  if (!('error' in answer)) session.log.prepend(answer.entries)
  session.loadingOlder.value = false
}

/** Tells the relay how far this visitor has received and read, gathered. */
export function report(session: Session) {
  session.reporting ??= setTimeout(() => {
    session.reporting = undefined
    const delivered = session.log.have()
    const read = Math.min(session.read.value, delivered)
    const text = `${delivered}:${read}`
    if (delivered === 0 || text === session.reported || session.connection.state.value !== 'online') return
    session.reported = text
    session.connection.tell('cursor', { delivered, read })
  }, REPORT_MS)
}

export function movedCursor(session: Session, cursor: Cursor) {
  if (cursor.participant.kind === 'contact') {
    session.read.value = Math.max(session.read.value, cursor.read)
    return
  }
  const rest = session.cursors.value.filter((one) => one.participant.id !== cursor.participant.id)
  session.cursors.value = [...rest, cursor]
}
