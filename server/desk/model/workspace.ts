import type { Agent, Event } from '@hutong/core/backend'
import type { Contact, Profile } from '@hutong/core/conversation'
import { HutongError } from '@hutong/core/errors'
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type Actions, createActions } from './actions.ts'
import { type Alerts, createAlerts } from './alerts.ts'
import type { Api, Item, Me } from './api.ts'
import { createDrafts, type Drafts } from './drafts.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { type BackendSocket, createLink, type Link } from './link.ts'
import { createNotices, type Notices } from './notices.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { Place } from './place.ts'
import type { Preferences } from './preferences.ts'
import { createThread, type Thread } from './thread.ts'

export type DialogName = 'transfer' | 'keys' | 'commands' | 'settings'

/** Everything a signed-in agent works with. */
export interface Workspace {
  readonly me: Me
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly actions: Actions
  readonly alerts: Alerts
  readonly notices: Notices
  readonly preferences: Preferences
  readonly link: Link
  readonly agents: ReadonlySignal<readonly Agent[]>
  /** The conversation that is looked at. */
  readonly thread: ReadonlySignal<Thread | undefined>
  readonly item: ReadonlySignal<Item | undefined>
  readonly dialog: Signal<DialogName | undefined>
  readonly personShown: Signal<boolean>
  /** The clock, ticking every second. */
  readonly now: ReadonlySignal<number>
  open(id: string | undefined): void
  /** The newest entry of the open conversation was seen. */
  seen(): void
  send(): void
  updateContact(contact: Contact, changes: Profile): Promise<boolean>
  close(): void
}

export interface WorkspaceOptions {
  api: Api
  me: Me
  preferences: Preferences
  place: Place
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  openSocket(auth: () => { after?: number }): BackendSocket
  /** The session has ended. */
  ended(): void
}

/** Conversations that stay as they were read, so that going back to one is at once. */
const KEPT = 20

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { api, me, preferences, place } = options
  const notices = createNotices()
  const inbox = createInbox(api, me.id)
  const outbox = createOutbox(api)
  const threads = createThreads(api)
  const agents = signal<readonly Agent[]>([])
  const now = signal(Date.now())
  const drafts = createDrafts({
    api,
    storage: options.storage,
    owner: me.id,
    failed: (file, error) =>
      notices.show({ text: preferences.words.peek().uploadFailed(file, error.message), tone: 'bad' }),
  })
  const openId = place.conversation
  const thread = signal<Thread | undefined>()
  const alerts = createAlerts({
    inbox,
    preferences,
    me: me.id,
    watched: (id) => id === openId.peek() && document.visibilityState === 'visible',
    open: place.go,
  })

  function hear(event: Event) {
    inbox.apply(event)
    threads.peek(event.conversation)?.add(event.entry)
    outbox.settle(event.entry.key)
    alerts.hear(event)
    if (event.entry.body.kind === 'contact') void inbox.fetch(event.conversation).catch(() => undefined)
  }

  const link = createLink({
    open: options.openSocket,
    events: (events) => events.forEach(hear),
    signal: (id, heard) => threads.peek(id)?.hear(heard),
    agents: (fresh) => {
      agents.value = fresh
    },
    refused: options.ended,
    ready(again) {
      outbox.wake()
      if (!again || inbox.state.peek() === 'failed') void inbox.load()
      void thread
        .peek()
        ?.catchUp()
        .catch(() => undefined)
    },
  })
  const stops = [
    effect(() => {
      thread.value = openId.value === undefined ? undefined : threads.get(openId.value)
    }),
    effect(() => link.watch(openId.value ?? null)),
    effect(() => {
      const id = openId.value
      if (id !== undefined && inbox.state.value === 'ready' && !inbox.item(id))
        void inbox.fetch(id).catch(() => place.go(undefined))
    }),
  ]
  const clock = setInterval(() => {
    now.value = Date.now()
  }, 1_000)
  const guard = (leaving: BeforeUnloadEvent) => {
    if (outbox.unsaved.peek()) leaving.preventDefault()
  }
  addEventListener('beforeunload', guard)

  return {
    me,
    inbox,
    outbox,
    drafts,
    alerts,
    notices,
    preferences,
    link,
    agents,
    thread,
    now,
    actions: createActions({ api, me, inbox, notices, preferences }),
    item: computed(() => (openId.value === undefined ? undefined : inbox.item(openId.value))),
    dialog: signal<DialogName | undefined>(),
    personShown: signal(false),
    open: place.go,
    seen() {
      const open = thread.peek()
      const last = open?.entries.peek().at(-1)
      if (!open || !last) return
      inbox.markRead(open.id)
      link.read(open.id, last.seq)
    },
    send() {
      const id = openId.peek()
      const taken = id === undefined ? undefined : drafts.take(id)
      if (id === undefined || !taken) return
      const { mode, text, parts } = taken
      outbox.send(id, mode === 'note' ? { kind: 'note', text } : { kind: 'reply', parts })
      if (mode === 'reply') link.typing(id, false)
    },
    async updateContact({ id }, changes) {
      try {
        const fresh = await api.updateContact(id, changes)
        inbox.setContact(fresh)
        thread.peek()?.setContact(fresh)
        return true
      } catch (thrown) {
        const why = thrown instanceof HutongError ? thrown.message : String(thrown)
        notices.show({ text: preferences.words.peek().failed(why), tone: 'bad' })
        return false
      }
    },
    close() {
      for (const stop of stops) stop()
      clearInterval(clock)
      removeEventListener('beforeunload', guard)
      alerts.close()
      link.close()
    },
  }
}

function createThreads(api: Api) {
  const kept = new Map<string, Thread>()
  return {
    peek: (id: string) => kept.get(id),
    get(id: string): Thread {
      const thread = kept.get(id) ?? createThread(api, id)
      if (thread.state.peek() !== 'ready') void thread.load()
      kept.delete(id)
      kept.set(id, thread)
      for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old)
      return thread
    },
  }
}
