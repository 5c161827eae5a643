import type { ActionInput } from '@hutong/core/backend'
import type { Body, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Api, Channel, Me, Original } from './model/api.ts'
import { createPretendErrands, type PretendErrands } from './pretend-errands.ts'
import type { PretendLogs } from './pretend-logs.ts'

interface PretendApiOptions {
  logs: PretendLogs
  me: Me
  /** What the next requests are refused with, one each. */
  faults: HutongError[]
  /** Whole messages by `seq`. */
  originals: ReadonlyMap<number, Original>
  /** What a conversation can be handed to. */
  backends: () => readonly string[]
  /** What the site has besides the web. */
  channels: Channel[]
  now(): number
  reachable(): boolean
}

/** The REST interface over logs in memory. The only password is "right". */
export function createPretendApi({
  logs,
  me,
  faults,
  originals,
  backends,
  channels,
  now,
  reachable,
}: PretendApiOptions): Api & PretendErrands {
  const from: Participant = { kind: 'agent', id: me.id, name: me.name }

  function guard() {
    if (!reachable()) throw new HutongError('unreachable', 'the relay cannot be reached')
    const fault = faults.shift()
    if (fault) throw fault
  }

  const errands = createPretendErrands(logs, guard)
  return {
    ...errands,
    async signIn({ password }) {
      if (password !== 'right') throw new HutongError('unauthorized', 'wrong password')
      return me
    },
    async signOut() {},
    me: async () => undefined,
    agents: async () => [],
    channels: async () => channels,
    sites: async () => [{ id: 'tea', backends: [...backends()] }],
    async conversations({ status, text }) {
      guard()
      const named = (name: string | undefined) => text === undefined || name?.toLowerCase().includes(text.toLowerCase())
      const items = logs.ids().map(logs.item)
      return {
        items: items.filter(
          (one) => (status ?? one.conversation.status) === one.conversation.status && named(one.contact.name),
        ),
      }
    },
    async conversation(id) {
      guard()
      return {
        conversation: logs.conversation(id),
        contact: logs.contact(id),
        cursors: [],
        threads: errands.threads(id),
        online: logs.online(id),
        at: now(),
        ...logs.ways(id),
      }
    },
    deliveries: async (id) => ({ items: logs.sent(id) }),
    async entries(id, range) {
      guard()
      const { limit = 50 } = range
      const log = logs.log(id)
      if ('before' in range) return { items: log.filter((one) => one.seq < range.before).slice(-limit) }
      const later = log.filter((one) => one.seq > range.after)
      return later.length > limit ? { items: later.slice(0, limit), next: 'more' } : { items: later }
    },
    async act(id, { key, actions }) {
      guard()
      const results = actions.map((action, index) => {
        const own = 'key' in action && action.key ? action.key : `${key}:${index}`
        const body = bodyOf(action, logs.conversation(id).floor.term)
        return { seq: logs.append(id, { from, body, key: own }), duplicate: false }
      })
      return { results }
    },
    async updateContact(id, { attributes: _, ...profile }) {
      guard()
      const changed = { ...logs.contact(id.slice(2)), ...profile }
      logs.changeContact(changed)
      return changed
    },
    async original(_, seq) {
      guard()
      return originals.get(seq)
    },
    upload: (_, file) => ({ done: Promise.resolve({ kind: 'file', file: 'f_1', name: file.name }), cancel() {} }),
  }
}

function bodyOf(action: ActionInput, term: number): Body {
  switch (action.kind) {
    case 'reply':
      return { kind: 'message', parts: action.parts as Part[] }
    case 'ask':
      return { kind: 'message', parts: [action.part as Part] }
    case 'note':
      return { kind: 'note', text: action.text }
    case 'close':
      return { kind: 'status', status: 'closed' }
    case 'reopen':
      return { kind: 'status', status: 'open' }
    case 'handoff':
      if (action.to.kind !== 'next') return { kind: 'handoff', floor: { holder: action.to, term: term + 1 } }
  }
  throw new HutongError('invalid', `the pretend relay does not know ${action.kind}`)
}
