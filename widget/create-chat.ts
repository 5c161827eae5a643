import type { Visit } from '@hutong/core/conversation'
import type { Entry } from '@hutong/core/entry'
import { newId } from '@hutong/core/ids'
import type { ChatControls, Item } from './chat.ts'
import { createDrafting } from './drafting.ts'
import { fold } from './fold.ts'
import { forget, personOf, refusedAs } from './identity.ts'
import { createKeep, type Drawer, readToken } from './keep.ts'
import { createLog } from './log.ts'
import { createOthers } from './others.ts'
import { createOutbox } from './outbox.ts'
import { acknowledged, asParts, flush, say } from './sending.ts'
import type { Cache, ChatNotices, Session } from './session.ts'
import {
  CACHE_MS,
  heardFrom,
  me,
  movedCursor,
  older,
  received,
  report,
  saveCache,
  staffed,
  welcomed,
} from './session.ts'
import { batch, computed, signal } from './signals.ts'
import { createTabs, type TabMessage } from './tabs.ts'
import { type Connection, type ConnectionOptions, createConnection } from './transport/connection.ts'
import { followBrowser } from './wake.ts'

/** Longest typing preview the wire takes. */
const PREVIEW_MAX = 200
/** A stop that is not acknowledged within so many milliseconds is dropped, so that it ends no later answer. */
const STOP_MS = 5_000

export interface ChatOptions extends ConnectionOptions {
  /** Where tokens, the offline queue and the last page are kept; undefined keeps them for the life of the page. */
  drawer: Drawer | undefined
  jwt?: string | undefined
  locale?: string
  visit?: () => Visit
  notices?: ChatNotices
}

/** A visitor's chat with one site; connects at once. Stores nothing before the first message. */
export function createChat(options: ChatOptions): ChatControls & { setLocale(locale: string): void } {
  const session = createSession(options)
  let { locale } = options
  const { connection, tabs } = session
  connection.start({
    auth: () => ({
      site: options.site,
      after: session.log.have(),
      ...(session.token && { token: session.token }),
      ...(session.jwt && { jwt: session.jwt }),
      ...(locale && { locale }),
      ...(options.visit && { visit: options.visit() }),
    }),
    ready(packet) {
      batch(() => welcomed(session, packet))
      void flush(session)
    },
    push(_name, packet) {
      if ('entries' in packet) batch(() => received(session, packet))
      else if ('staffed' in packet) staffed(session, packet.staffed)
      else if (packet.kind === 'cursor') movedCursor(session, { ...packet, participant: packet.from })
      else {
        session.others.signal(packet)
        heardFrom(session, packet.from)
      }
    },
    refused: (error) => refusedAs(session, error),
  })
  const unfollow = followBrowser(session)
  const drafting = createDrafting((draft) => {
    const preview = session.site.value?.typingPreview && draft ? { preview: draft.slice(0, PREVIEW_MAX) } : {}
    connection.tell('typing', { on: draft !== undefined, ...preview })
  })
  return {
    ...shown(session),
    ...spoken(session),
    upload(file) {
      const key = newId('k')
      const begun = import('./files.ts').then(({ createFiles }) => {
        session.files ??= createFiles(session, options)
        session.files.add(key, file)
      })
      return { key, cancel: () => void begun.then(() => session.files?.discard(key)) }
    },
    retry(key) {
      if (session.files?.retry(key)) return
      session.outbox.retry(key)
      void flush(session)
    },
    discard(key) {
      if (!session.files?.discard(key)) session.outbox.remove(key)
    },
    older: () => older(session),
    reportTyping: drafting.report,
    async stop() {
      const { others } = session
      const key = others.stop()
      if (!key) return
      // Pressing twice is one stop.
      const packet = { key: `stop:${key}`.slice(-200), body: { kind: 'stop' as const } }
      if ('error' in (await connection.request('send', packet, STOP_MS))) others.goOn()
    },
    identify: async (jwt) => (await import('./sign-in.ts')).identify(session, jwt),
    setLocale(next) {
      locale = next
    },
    refreshVisit() {
      if (options.visit) connection.tell('visit', options.visit())
    },
    destroy() {
      session.closed = true
      saveCache(session)
      unfollow()
      drafting.close()
      session.files?.close()
      session.others.reset()
      clearTimeout(session.overdue)
      clearTimeout(session.reporting)
      connection.close()
      tabs.close()
    },
  }
}

function usable(kept: Cache | undefined): kept is Cache {
  return Array.isArray(kept?.entries) && kept.entries.every((one) => one?.body) && Date.now() - kept.at < CACHE_MS
}

function createSession(options: ChatOptions): Session {
  const keep = createKeep(`hutong:${options.site}:`, options.drawer)
  const token = readToken(keep)
  keep.own(personOf(options.jwt))
  const kept = keep.get<Cache>('log')
  const cache = usable(kept) ? kept : undefined
  const connection: Connection = createConnection(options)
  const log = createLog(cache?.entries ?? [])
  const session: Session = {
    keep,
    connection,
    log,
    outbox: createOutbox(keep, () => session.tabs.tell({ kind: 'outbox' })),
    others: createOthers(),
    notices: options.notices ?? {},
    cursors: signal(cache?.cursors ?? []),
    read: signal(cache?.read ?? 0),
    floor: signal(cache?.floor),
    site: signal(cache?.site),
    contact: signal(cache?.contact),
    uploads: signal([]),
    files: undefined,
    loading: signal(!cache && Boolean(token ?? options.jwt)),
    loadingOlder: signal(false),
    tabs: createTabs(`hutong:${options.relay}:${options.site}`, (message) => heard(session, message)),
    token,
    jwt: options.jwt,
    conversation: cache?.conversation,
    known: log.have(),
    catching: false,
    overdue: undefined,
    reporting: undefined,
    reported: '',
    closed: false,
  }
  return session
}

/** Another tab of the same visitor says something. */
function heard(session: Session, message: TabMessage) {
  const { keep, outbox, connection } = session
  if (message.kind === 'forget') {
    if (session.jwt) return
    forget(session)
    connection.restart()
  } else if (message.kind === 'token') {
    const token = readToken(keep)
    if (session.jwt || !token || token === session.token) return
    session.token = token
    connection.restart()
  } else if (message.kind === 'outbox') {
    outbox.reload()
    void flush(session)
  } else if (message.kind === 'read') {
    if (message.conversation === session.conversation) session.read.value = Math.max(session.read.value, message.read)
  } else if (message.kind === 'acknowledged' && message.conversation === session.conversation)
    batch(() => acknowledged(session, message))
}

/** The signals of the chat. */
function shown(session: Session) {
  const { log, outbox, cursors, connection } = session
  const { entries } = log
  const furthest = (which: 'delivered' | 'read') => Math.max(0, ...cursors.value.map((one) => one[which]))
  let previous = new Map<string, Item>()
  const items = computed(() => {
    const rows = fold(
      {
        entries: entries.value,
        outgoing: outbox.list.value,
        uploads: session.uploads.value,
        delivered: furthest('delivered'),
        read: furthest('read'),
        online: connection.state.value === 'online',
        me: me(session),
      },
      previous,
    )
    previous = new Map(rows.map((row) => [row.key, row]))
    return rows
  })
  const fromOthers = ({ body, from }: Entry) => body.kind === 'message' && from.kind !== 'contact'
  const { floor, site, contact, read, loading, loadingOlder } = session
  const { typing, streams } = session.others
  return {
    connection: connection.state,
    items,
    typing,
    streams,
    floor,
    site,
    contact,
    cursors,
    read,
    loading,
    loadingOlder,
    closed: computed(() => {
      const last = entries.value.findLast(({ body }) => body.kind === 'status')?.body
      return last?.kind === 'status' && last.status === 'closed'
    }),
    unread: computed(() => entries.value.filter((one) => one.seq > read.value && fromOthers(one)).length),
    more: computed(() => (entries.value[0]?.seq ?? 1) > 1),
  }
}

/** What the visitor says. */
function spoken(session: Session) {
  return {
    send(text, options) {
      const parts = asParts(text)
      say(session, { kind: 'message', parts, ...(options?.replyTo && { replyTo: options.replyTo }) })
    },
    choose: (of, { id, label }) => say(session, { kind: 'message', parts: asParts(label), choice: { of, id } }),
    answer: (of, values) => say(session, { kind: 'answer', of, values }),
    rate: (rating) => say(session, { kind: 'rating', ...rating }),
    react: (of, emoji, on) => say(session, { kind: 'reaction', of, emoji, on }),
    edit: (of, text) => say(session, { kind: 'edit', of, parts: asParts(text) }),
    recall: (of) => say(session, { kind: 'recall', of }),
    markRead() {
      const have = session.log.have()
      if (have <= session.read.value) return
      session.read.value = have
      if (session.conversation) session.tabs.tell({ kind: 'read', conversation: session.conversation, read: have })
      report(session)
    },
  } satisfies Pick<ChatControls, 'send' | 'choose' | 'answer' | 'rate' | 'react' | 'edit' | 'recall' | 'markRead'>
}
