import type { Event } from '@hutong/core/backend'
import type { Contact, Conversation } from '@hutong/core/conversation'
import type { Body, Entry, Floor, Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { ClosedWay, Item, Sent, Way } from './model/api.ts'

const AT = Date.UTC(2026, 0, 5, 9, 0)

interface Kept {
  log: Entry[]
  floor: Floor
  status: Conversation['status']
  contact: Contact
}

interface Ways {
  reach: Way[]
  closed: ClosedWay[]
  invitations: string[]
}

const IN_THE_WIDGET: Way = { channel: 'web', address: 't', why: 'last', readsLog: true }

interface NewEntry {
  from: Participant
  body: Body
  key?: string
  channel?: string
}

export type PretendLogs = ReturnType<typeof createPretendLogs>

/** Conversations in memory, each with its contact `c_<id>`; `committed` hears every entry. */
export function createPretendLogs(committed: (event: Event) => void) {
  const all = new Map<string, Kept>()
  let position = 0
  const here = new Set<string>()
  const ways = new Map<string, Ways>()
  const reached = new Map<string, Sent[]>()

  function get(id: string): Kept {
    const kept = all.get(id)
    if (!kept) throw new HutongError('not_found', 'no such conversation')
    return kept
  }

  function conversation(id: string): Conversation {
    const { log, floor, status, contact } = get(id)
    const updatedAt = log.at(-1)?.at ?? AT
    const channel = log.findLast((one) => one.from.kind === 'contact')?.channel ?? 'web'
    const rest = { channel, attributes: {}, createdAt: AT, updatedAt, waitingSince: log[0]?.at ?? AT }
    return { id, site: 'tea', contact: contact.id, status, last: log.length, floor, ...rest }
  }

  return {
    conversation,
    ids: () => [...all.keys()],
    log: (id: string) => all.get(id)?.log ?? [],
    contact: (id: string) => get(id).contact,
    item(id: string): Item {
      const latest = get(id).log.findLast((one) => one.body.kind === 'message')
      return { conversation: conversation(id), contact: get(id).contact, unread: 0, ...(latest && { latest }) }
    },
    /** A conversation with a contact of this name, waiting in the queue. */
    addContact(id: string, name: string) {
      const contact = { id: `c_${id}`, site: 'tea', name, attributes: {}, identities: [], createdAt: AT, seenAt: AT }
      all.set(id, { log: [], floor: { holder: { kind: 'queue' }, term: 1 }, status: 'open', contact })
    },
    online: (id: string) => here.has(id),
    /** Says whether the contact is reading, without telling anybody. */
    setOnline(id: string, online: boolean) {
      if (online) here.add(id)
      else here.delete(id)
    },
    ways: (id: string) => ways.get(id) ?? { reach: [IN_THE_WIDGET], closed: [], invitations: [] },
    sent: (id: string) => reached.get(id) ?? [],
    /** Where answers go and what was sent. */
    setReach(id: string, reach: Way[], sent: Sent[] = []) {
      ways.set(id, { reach, closed: [], invitations: [] })
      reached.set(id, sent)
    },
    /** Where answers go, where they cannot, and where the contact can be invited to. */
    setWays(id: string, some: Partial<Ways>) {
      ways.set(id, { reach: [], closed: [], invitations: [], ...some })
    },
    changeContact(contact: Contact) {
      get(contact.id.slice(2)).contact = contact
    },
    append(id: string, { from, body, key, channel }: NewEntry): number {
      const kept = get(id)
      const known = kept.log.find((one) => one.key === key)
      if (known) return known.seq
      const seq = kept.log.length + 1
      position += 1
      const entry: Entry = {
        conversation: id,
        seq,
        key: key ?? `k:${id}:${seq}`,
        at: AT + position * 1_000,
        from,
        body,
        ...(channel !== undefined && { channel }),
      }
      kept.log = [...kept.log, entry]
      if (body.kind === 'handoff') kept.floor = body.floor
      if (body.kind === 'status') kept.status = body.status
      const { floor, contact } = kept
      committed({ id: `${id}:${seq}`, position, site: 'tea', conversation: id, contact: contact.id, entry, floor })
      return seq
    },
  }
}
