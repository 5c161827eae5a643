import type { Agent, Event } from '@hutong/core/backend'
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Alerts } from './alerts.ts'
import type { Api, Channel, Site } from './api.ts'
import type { Inbox } from './inbox.ts'
import { insist } from './insist.ts'
import { createLink, type Link, type LinkOptions } from './link.ts'
import type { Outbox } from './outbox.ts'
import type { Place } from './place.ts'
import type { RelayClock } from './relay-clock.ts'
import type { SetAside } from './set-aside.ts'
import type { Thread } from './thread.ts'
import type { Threads } from './threads.ts'

export interface LiveOptions {
  api: Pick<Api, 'sites' | 'channels'>
  openSocket: LinkOptions['open']
  ended(): void
  place: Place
  inbox: Inbox
  outbox: Outbox
  alerts: Alerts
  threads: Threads
  setAside: Pick<SetAside, 'load'>
  /** Set by what the relay says of its own. */
  clock: Pick<RelayClock, 'set'>
  /** Set to the thread of the place the agent is at. */
  thread: Signal<Thread | undefined>
}

export interface Live {
  readonly link: Link
  readonly agents: ReadonlySignal<readonly Agent[]>
  readonly sites: ReadonlySignal<readonly Site[]>
  readonly channels: ReadonlySignal<readonly Channel[]>
  close(): void
}

/** Brings what the relay tells to where it belongs, and keeps the open conversation in view of both sides. */
export function createLive(options: LiveOptions): Live {
  const { api, place, inbox, outbox, alerts, threads, thread } = options
  const agents = signal<readonly Agent[]>([])
  const sites = signal<readonly Site[]>([])
  const channels = signal<readonly Channel[]>([])
  const openId = place.conversation

  function hear(event: Event) {
    inbox.apply(event)
    threads.peek(event.conversation)?.add(event.entry)
    outbox.settle(event.entry.key)
    alerts.hear(event)
    if (event.entry.body.kind === 'contact') void insist(() => inbox.fetch(event.conversation))
  }

  async function readSites() {
    sites.value = await api.sites().catch(() => sites.peek())
  }
  async function readChannels() {
    channels.value = await api.channels().catch(() => channels.peek())
  }

  const link = createLink({
    open: options.openSocket,
    time: options.clock.set,
    events: (events) => events.forEach(hear),
    signal: (id, heard) => threads.peek(id)?.hear(heard),
    agents: (fresh) => {
      agents.value = fresh
    },
    refused: options.ended,
    ready(again) {
      outbox.wake()
      void readSites()
      void readChannels()
      void options.setAside.load()
      if (!again || inbox.state.peek() === 'failed') void inbox.load()
      const open = thread.peek()
      if (open) void insist(open.catchUp)
      if (again) void open?.refresh()
    },
  })
  const stopThread = effect(() => {
    thread.value = openId.value === undefined ? undefined : threads.get(openId.value)
    link.watch(openId.value ?? null)
  })
  const stopItem = effect(() => {
    const id = openId.value
    if (id === undefined || inbox.state.value !== 'ready' || inbox.item(id)) return
    void inbox.fetch(id).catch(() => place.go(undefined))
  })

  return {
    link,
    agents,
    sites,
    channels,
    close() {
      stopThread()
      stopItem()
      link.close()
    },
  }
}
