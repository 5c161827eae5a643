import type { ContactSignal, Logger } from '@hutong/core/adapter'
import type { Conversation, Visit } from '@hutong/core/conversation'
import type { Participant } from '@hutong/core/entry'
import type { Signal } from '@hutong/core/signal'
import type { LogStore, PeopleStore } from './stores/store.ts'

export interface ContactSignalsOptions {
  store: Pick<LogStore, 'find' | 'setCursor'> & Pick<PeopleStore, 'updateContact'>
  signal(conversation: string, signal: Signal): void
  /** Hears of every contact who comes and goes. */
  present(conversation: string, channel: string, online: boolean): void
  now(): number
  logger: Logger
}

export interface ContactSignals {
  /** Passes the signal on and keeps what outlives it: cursors, the last visit, when the contact was seen. */
  receive(from: { site: string; channel: string; address: string }, signal: ContactSignal): void
  /** Resolves when everything to be kept is kept. */
  idle(): Promise<void>
}

/** Cursors come with every message read, visits with every page; only the newest within this time is written. */
const GATHER_MS = 250

export function createContactSignals({ store, signal, present, now, logger }: ContactSignalsOptions): ContactSignals {
  const cursors = new Map<string, { from: Participant; delivered: number; read: number }>()
  const sightings = new Map<string, { visit?: Visit; seenAt: number }>()
  const under = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined

  function keep(work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(() => undefined)
      .catch((err: unknown) => logger.error({ err }, 'a signal could not be kept'))
      .finally(() => under.delete(done))
    under.add(done)
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    for (const [conversation, { from, delivered, read }] of cursors)
      keep(store.setCursor(conversation, { participant: from, delivered, read }))
    cursors.clear()
    for (const [contact, sighting] of sightings) keep(store.updateContact(contact, sighting))
    sightings.clear()
  }

  function see(contact: string, visit?: Visit): void {
    sightings.set(contact, { ...sightings.get(contact), ...(visit && { visit }), seenAt: now() })
    timer ??= setTimeout(flush, GATHER_MS)
  }

  function pass(conversation: Conversation, channel: string, one: ContactSignal): void {
    const from: Participant = { kind: 'contact', id: conversation.contact }
    switch (one.kind) {
      case 'typing': {
        const preview = one.preview === undefined ? {} : { preview: one.preview }
        signal(conversation.id, { kind: 'typing', from, on: one.on, ...preview })
        break
      }
      case 'presence':
        present(conversation.id, channel, one.online)
        signal(conversation.id, { kind: 'presence', from, online: one.online })
        see(conversation.contact)
        break
      case 'visit':
        signal(conversation.id, { kind: 'visit', from, visit: one.visit })
        see(conversation.contact, one.visit)
        break
      case 'cursor':
        raise(conversation, from, one)
    }
  }

  function raise(conversation: Conversation, from: Participant, one: { delivered: number; read: number }): void {
    const before = cursors.get(conversation.id)
    const delivered = Math.min(conversation.last, Math.max(one.delivered, one.read, before?.delivered ?? 0))
    const read = Math.min(conversation.last, Math.max(one.read, before?.read ?? 0))
    cursors.set(conversation.id, { from, delivered, read })
    signal(conversation.id, { kind: 'cursor', from, delivered, read })
    timer ??= setTimeout(flush, GATHER_MS)
  }

  return {
    receive({ site, channel, address }, one) {
      keep(store.find(site, channel, address).then((conversation) => conversation && pass(conversation, channel, one)))
    },
    async idle() {
      await Promise.all(under)
      flush()
      await Promise.all(under)
    },
  }
}
