import type { Agent } from '@hutong/core/backend'
import type { Contact, Profile } from '@hutong/core/conversation'
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type Actions, createActions } from './actions.ts'
import { type Alerts, createAlerts } from './alerts.ts'
import type { Api, Channel, Item, Me, Site } from './api.ts'
import { createDrafts, type Drafts } from './drafts.ts'
import { createErrands, type Errands } from './errands.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { keepReach } from './keep-reach.ts'
import type { BackendSocket, Link } from './link.ts'
import { createLive } from './live.ts'
import { createNotices, type Notices } from './notices.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { Place } from './place.ts'
import type { Preferences } from './preferences.ts'
import { createRelayClock, type RelayClock } from './relay-clock.ts'
import { createSetAside, type SetAside } from './set-aside.ts'
import type { Thread } from './thread.ts'
import { createThreads } from './threads.ts'

export type DialogName = 'transfer' | 'merge' | 'transcript' | 'invite' | 'aside' | 'keys' | 'commands' | 'settings'

/** Everything a signed-in agent works with. */
export interface Workspace {
  readonly me: Me
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly drafts: Drafts
  readonly actions: Actions
  readonly errands: Errands
  readonly setAside: SetAside
  readonly alerts: Alerts
  readonly notices: Notices
  readonly preferences: Preferences
  readonly link: Link
  readonly agents: ReadonlySignal<readonly Agent[]>
  readonly sites: ReadonlySignal<readonly Site[]>
  readonly channels: ReadonlySignal<readonly Channel[]>
  /** The conversation that is looked at. */
  readonly thread: ReadonlySignal<Thread | undefined>
  readonly item: ReadonlySignal<Item | undefined>
  readonly dialog: Signal<DialogName | undefined>
  readonly personShown: Signal<boolean>
  /** The relay's clock, ticking every second. */
  readonly now: ReadonlySignal<number>
  open(id: string | undefined): void
  /** A message as it came; undefined when no more is kept of it than the log. */
  readonly original: Api['original']
  readonly contacts: Api['contacts']
  /** The newest entry of the open conversation was seen. */
  seen(): void
  send(): void
  /** Rejects with the relay's HutongError. */
  updateContact(contact: Contact, changes: Profile): Promise<void>
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

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { me, preferences, place } = options
  const clock = createRelayClock()
  const api = timed(options.api, clock)
  const openId = place.conversation
  const notices = createNotices()
  const inbox = createInbox(api, me.id, preferences.filter)
  const outbox = createOutbox(api, () => clock.now.peek())
  const threads = createThreads(api)
  const thread = signal<Thread | undefined>()
  const drafts = createDrafts({
    api,
    storage: options.storage,
    owner: me.id,
    failed: (file, error) =>
      notices.show({ text: preferences.words.peek().uploadFailed(file, error.message), tone: 'bad' }),
  })
  const alerts = createAlerts({
    inbox,
    preferences,
    me: me.id,
    watched: (id) => id === openId.peek() && document.visibilityState === 'visible',
    open: place.go,
  })
  const setAside = createSetAside({ api, preferences })
  const live = createLive({ ...options, api, clock, inbox, outbox, alerts, threads, thread, setAside })
  const stopKeeping = keepReach({ thread, now: clock.now })
  const stops = [clock.stop, stopKeeping, keepUnsaved(outbox), alerts.close, setAside.close, live.close]

  return {
    me,
    inbox,
    outbox,
    drafts,
    alerts,
    notices,
    preferences,
    link: live.link,
    agents: live.agents,
    sites: live.sites,
    channels: live.channels,
    thread,
    now: clock.now,
    setAside,
    errands: createErrands({ api, notices, preferences }),
    actions: createActions({ api, me, inbox, sites: () => live.sites.peek(), notices, preferences }),
    item: computed(() => (openId.value === undefined ? undefined : inbox.item(openId.value))),
    dialog: signal<DialogName | undefined>(),
    personShown: signal(false),
    open: place.go,
    seen() {
      const open = thread.peek()
      const last = open?.entries.peek().at(-1)
      if (!open || !last) return
      inbox.markRead(open.id)
      live.link.read(open.id, last.seq)
    },
    send() {
      const id = openId.peek()
      const taken = id === undefined ? undefined : drafts.take(id)
      if (id === undefined || !taken) return
      const { mode, text, parts } = taken
      outbox.send(id, mode === 'note' ? { kind: 'note', text } : { kind: 'reply', parts })
      if (mode === 'reply') live.link.typing(id, false)
    },
    async updateContact({ id }, changes) {
      const fresh = await api.updateContact(id, changes)
      inbox.setContact(fresh)
      thread.peek()?.setContact(fresh)
    },
    original: api.original,
    contacts: api.contacts,
    close() {
      for (const stop of stops) stop()
    },
  }
}

/** The same interface, with the clock set by every conversation that is read. */
function timed(api: Api, clock: Pick<RelayClock, 'set'>): Api {
  return {
    ...api,
    async conversation(id, asker) {
      const opened = await api.conversation(id, asker)
      clock.set(opened.at)
      return opened
    },
  }
}

/** Has the browser ask before it throws away what was not sent yet. */
function keepUnsaved(outbox: Outbox): () => void {
  const guard = (leaving: BeforeUnloadEvent) => {
    if (outbox.unsaved.peek()) leaving.preventDefault()
  }
  addEventListener('beforeunload', guard)
  return () => removeEventListener('beforeunload', guard)
}
