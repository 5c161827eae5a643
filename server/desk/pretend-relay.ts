import type { ActionInput, Agent, Event } from '@hutong/core/backend'
import type { Contact, Conversation } from '@hutong/core/conversation'
import type { Body, Entry, Floor, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Api, Me } from './model/api.ts'
import type { BackendSocket } from './model/link.ts'

export const ANA: Me = { kind: 'agent', id: 'a_ana', name: 'Ana Ruiz', email: 'ana@shop.example' }
const AT = Date.UTC(2026, 0, 5, 9, 0)

type Listener = (...args: never[]) => void

/** A relay small enough for a test: one log per conversation, pushed to one socket, cut off and brought back at will. */
export function createPretendRelay() {
  const logs = new Map<string, Entry[]>()
  const floors = new Map<string, Floor>()
  const contacts = new Map<string, Contact>()
  const statuses = new Map<string, Conversation['status']>()
  const asked: { name: string; packet: unknown }[] = []
  const feed: Event[] = []
  const socket = createPretendSocket(asked)
  const faults: HutongError[] = []
  let reachable = true

  function append(id: string, from: Participant, body: Body, key = `k:${id}:${logs.get(id)?.length}`): number {
    const log = logs.get(id) ?? []
    const known = log.find((one) => one.key === key)
    if (known) return known.seq
    const seq = log.length + 1
    const entry: Entry = { conversation: id, seq, key, at: AT + feed.length * 1_000, from, body }
    logs.set(id, [...log, entry])
    if (body.kind === 'handoff') floors.set(id, body.floor)
    if (body.kind === 'status') statuses.set(id, body.status)
    const floor = floors.get(id) ?? { holder: { kind: 'queue' as const }, term: 0 }
    feed.push({
      id: `${id}:${seq}`,
      position: feed.length + 1,
      site: 'tea',
      conversation: id,
      contact: `c_${id}`,
      entry,
      floor,
    })
    deliver()
    return seq
  }

  let delivered = 0
  function deliver() {
    if (!reachable || !socket.connected) return
    const events = feed.slice(delivered)
    delivered = feed.length
    if (events.length > 0) socket.push('events', { events, position: feed.length }, () => undefined)
  }

  function guard() {
    if (!reachable) throw new HutongError('unreachable', 'the relay cannot be reached')
    const fault = faults.shift()
    if (fault) throw fault
  }

  function carryOut(id: string, action: ActionInput, { key, from }: { key: string; from: Participant }): number {
    const term = (floors.get(id)?.term ?? 0) + 1
    switch (action.kind) {
      case 'reply':
        return append(id, from, { kind: 'message', parts: action.parts as Part[] }, key)
      case 'ask':
        return append(id, from, { kind: 'message', parts: [action.part as Part] }, key)
      case 'note':
        return append(id, from, { kind: 'note', text: action.text }, key)
      case 'close':
        return append(id, from, { kind: 'status', status: 'closed' }, key)
      case 'reopen':
        return append(id, from, { kind: 'status', status: 'open' }, key)
      case 'handoff':
        if (action.to.kind === 'next') throw new HutongError('invalid', 'the pretend relay has no chain')
        return append(id, from, { kind: 'handoff', floor: { holder: action.to, term } }, key)
      default:
        throw new HutongError('invalid', `the pretend relay does not know ${action.kind}`)
    }
  }

  function conversationOf(id: string): Conversation {
    const log = logs.get(id)
    if (!log) throw new HutongError('not_found', 'no such conversation')
    return {
      id,
      site: 'tea',
      contact: `c_${id}`,
      status: statuses.get(id) ?? 'open',
      last: log.length,
      floor: floors.get(id) ?? { holder: { kind: 'queue' }, term: 0 },
      channel: 'web',
      attributes: {},
      createdAt: AT,
      updatedAt: log.at(-1)?.at ?? AT,
      waitingSince: AT,
    }
  }

  function contactOf(id: string): Contact {
    const known = contacts.get(id)
    if (!known) throw new HutongError('not_found', 'no such contact')
    return known
  }

  function itemOf(id: string) {
    const latest = logs.get(id)?.findLast((one) => one.body.kind === 'message')
    return { conversation: conversationOf(id), contact: contactOf(`c_${id}`), unread: 0, ...(latest && { latest }) }
  }

  const api: Api = {
    async signIn({ password }) {
      if (password !== 'right') throw new HutongError('unauthorized', 'wrong password')
      return ANA
    },
    async signOut() {},
    me: async () => undefined,
    agents: async () => [],
    async conversations({ status, text }) {
      guard()
      const all = [...logs.keys()].map(itemOf)
      return {
        items: all.filter(
          (one) =>
            (status === undefined || one.conversation.status === status) &&
            (text === undefined || one.contact.name?.toLowerCase().includes(text.toLowerCase())),
        ),
      }
    },
    async conversation(id) {
      guard()
      return { conversation: conversationOf(id), contact: contactOf(`c_${id}`), cursors: [] }
    },
    async entries(id, range) {
      guard()
      const { limit = 50 } = range
      const log = logs.get(id) ?? []
      if ('before' in range) return { items: log.filter((one) => one.seq < range.before).slice(-limit) }
      const later = log.filter((one) => one.seq > range.after)
      return later.length > limit ? { items: later.slice(0, limit), next: 'more' } : { items: later }
    },
    async act(id, { key, actions }) {
      guard()
      const from: Participant = { kind: 'agent', id: ANA.id, name: ANA.name }
      return {
        results: actions.map((action, index) => {
          const own = 'key' in action && action.key ? action.key : `${key}:${index}`
          return { seq: carryOut(id, action, { key: own, from }), duplicate: false }
        }),
      }
    },
    async updateContact(id, { attributes: _, ...profile }) {
      const changed = { ...contactOf(id), ...profile }
      contacts.set(id, changed)
      return changed
    },
    upload: (_, file) => ({ done: Promise.resolve({ kind: 'file', file: 'f_1', name: file.name }), cancel() {} }),
  }

  return {
    api,
    socket,
    asked,
    log: (id: string) => logs.get(id) ?? [],
    /** Makes a conversation with a contact of this name, waiting in the queue. */
    contact(id: string, name: string) {
      contacts.set(`c_${id}`, {
        id: `c_${id}`,
        site: 'tea',
        name,
        attributes: {},
        identities: [],
        createdAt: AT,
        seenAt: AT,
      })
      floors.set(id, { holder: { kind: 'queue' }, term: 1 })
      logs.set(id, [])
    },
    says(id: string, text: string): number {
      const from: Participant = { kind: 'contact', id: `c_${id}` }
      return append(id, from, { kind: 'message', parts: [{ kind: 'text', text, format: 'plain' }] })
    },
    append,
    connect(agents: Agent[] = []) {
      socket.connected = true
      delivered = feed.length
      socket.push('ready', { position: feed.length, me: ANA, agents })
    },
    /** Refuses the next request with this error. */
    fail: (error: HutongError) => faults.push(error),
    cut() {
      reachable = false
      socket.connected = false
      socket.push('disconnect', 'transport close')
    },
    mend() {
      reachable = true
      socket.connected = true
      socket.push('ready', { position: delivered, me: ANA, agents: [] })
      deliver()
    },
  }
}

export type PretendRelay = ReturnType<typeof createPretendRelay>

/** As much of a Socket.IO socket as the desk touches. */
function createPretendSocket(asked: { name: string; packet: unknown }[]) {
  const listeners = new Map<string, Listener[]>()
  const emit = (name: string, packet: unknown) => {
    asked.push({ name, packet })
  }
  const socket = {
    connected: false,
    volatile: { emit },
    emit,
    on(name: string, listener: Listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener])
    },
    connect() {},
    disconnect() {
      socket.connected = false
    },
    push(name: string, ...packets: unknown[]) {
      for (const listener of listeners.get(name) ?? []) listener(...(packets as never[]))
    },
    get asSocket() {
      return socket as unknown as BackendSocket
    },
  }
  return socket
}
