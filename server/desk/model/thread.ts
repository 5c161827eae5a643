import type { Contact, Cursor } from '@hutong/core/conversation'
import type { Entry } from '@hutong/core/entry'
import type { Signal as Passing } from '@hutong/core/signal'
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Api, Opened, Reach } from './api.ts'
import { createEntryLog } from './entry-log.ts'
import { createHints, type Streaming, type Typing } from './hints.ts'
import { insist } from './insist.ts'
import { createWaysOut, type Outgoing } from './ways-out.ts'

/** One conversation as it is looked at: a piece of its log without holes, up to the newest entry. */
export interface Thread {
  readonly id: string
  readonly state: ReadonlySignal<'loading' | 'ready' | 'failed'>
  readonly entries: ReadonlySignal<readonly Entry[]>
  /** Whether there is more above the first entry held. */
  readonly older: ReadonlySignal<boolean>
  readonly contact: ReadonlySignal<Contact | undefined>
  /** How far the contact's devices have received and read. */
  readonly reached: ReadonlySignal<{ delivered: number; read: number }>
  readonly typing: ReadonlySignal<readonly Typing[]>
  readonly streaming: ReadonlySignal<readonly Streaming[]>
  readonly present: ReadonlySignal<boolean | undefined>
  /** The ways an answer would take; undefined while that is not known. */
  readonly reach: ReadonlySignal<Reach | undefined>
  /** Other conversations of the same person. */
  readonly threads: ReadonlySignal<Opened['threads']>
  /** By `seq`: messages that went out through a channel. */
  readonly outgoing: ReadonlySignal<ReadonlyMap<number, Outgoing>>
  load(): Promise<void>
  /** Asks who is there and where answers go, which is told only while the conversation is watched. `asker` as in Api. */
  refresh(asker?: 'person' | 'page'): Promise<void>
  loadOlder(): Promise<void>
  /** Asks for what came after the newest entry held. */
  catchUp(): Promise<void>
  add(entry: Entry): void
  hear(signal: Passing): void
  setContact(contact: Contact): void
}

const PAGE = 50
export function createThread(api: Api, id: string): Thread {
  const state = signal<'loading' | 'ready' | 'failed'>('loading')
  const log = createEntryLog()
  const contact = signal<Contact | undefined>()
  const cursors = signal<ReadonlyMap<string, Cursor>>(new Map())
  const hints = createHints()
  const waysOut = createWaysOut(api, id, hints.setPresent)
  /** What came before the first page was there. */
  const early: Entry[] = []
  let asking: Promise<void> | undefined

  async function fetchAfter() {
    let more = true
    while (more) {
      const page = await api.entries(id, { after: log.last(), limit: 100 })
      log.add(page.items)
      more = page.next !== undefined && page.items.length > 0
    }
  }

  function catchUp(): Promise<void> {
    if (state.peek() !== 'ready') return Promise.resolve()
    asking ??= fetchAfter().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function load() {
    try {
      const opened = await api.conversation(id)
      const page = await api.entries(id, { before: opened.conversation.last + 1, limit: PAGE })
      contact.value = opened.contact
      cursors.value = new Map(opened.cursors.map((one) => [one.participant.id, one]))
      log.add(page.items)
      log.add(early.splice(0))
      state.value = 'ready'
      if (log.gap()) await catchUp()
      await waysOut.load(opened)
    } catch {
      if (state.peek() === 'loading') state.value = 'failed'
    }
  }

  function hear(heard: Passing) {
    const visited = contact.peek()
    if (heard.kind === 'cursor') {
      const { from, delivered, read } = heard
      cursors.value = new Map(cursors.peek()).set(from.id, { participant: from, delivered, read })
    } else if (heard.kind === 'visit' && visited) contact.value = { ...visited, visit: heard.visit }
    else hints.hear(heard)
    waysOut.hear(heard)
  }

  return {
    id,
    state,
    entries: log.entries,
    contact,
    load,
    catchUp,
    refresh: waysOut.refresh,
    hear,
    ...hints.shown,
    ...waysOut.shown,
    older: computed(() => (log.entries.value[0]?.seq ?? 1) > 1),
    reached: computed(() => reachedBy([...cursors.value.values()])),
    async loadOlder() {
      const first = log.first()
      if (first > 1) log.addBefore((await api.entries(id, { before: first, limit: PAGE })).items)
    },
    add(entry) {
      if (state.peek() !== 'ready') return void early.push(entry)
      hints.settle(entry)
      waysOut.add(entry)
      log.add([entry])
      if (log.gap()) void insist(catchUp)
    },
    setContact(fresh) {
      contact.value = fresh
    },
  }
}

function reachedBy(cursors: readonly Cursor[]): { delivered: number; read: number } {
  const theirs = cursors.filter((one) => one.participant.kind === 'contact')
  return {
    delivered: Math.max(0, ...theirs.map((one) => one.delivered)),
    read: Math.max(0, ...theirs.map((one) => one.read)),
  }
}
