import type { Arrival } from '@hutong/core/adapter'
import type { Event, HandoffTarget } from '@hutong/core/backend'
import type { Conversation } from '@hutong/core/conversation'
import { type BodyKind, type Floor, type Holder, isOutsider, type Participant, STOPPED } from '@hutong/core/entry'
import type { SignalOf } from '@hutong/core/signal'
import type { Decision, Made, NewDelivery, NewEntry } from './stores/store.ts'

/**
 * Who has the floor, decided from the conversation as it is inside the transaction. Everything here is pure. A site's
 * `routing` is a chain of backend names; `desk` in it stands for the queue of people.
 */

export const RELAY: Participant = { kind: 'system', id: 'relay' }
/** The name in a routing chain that stands for people. */
export const DESK = 'desk'

export type Routing = readonly string[]

/** Why a bot gets the floor of a contact who answers a person no more; it is owed no word before the contact's next one. */
export const GIVEN_BACK = 'the contact said nothing more'

/** The kinds a contact appends that a backend holding the floor is asked to answer. */
const HEARD: readonly BodyKind[] = ['message', 'answer', 'rating']

export function firstHolder(routing: Routing): Holder {
  return holderOf(routing[0])
}

/** The holder after `now` in the chain; people are the end of every chain. */
export function nextHolder(routing: Routing, now: Holder): Holder {
  if (now.kind !== 'bot') return { kind: 'queue' }
  const place = routing.indexOf(now.id)
  return place === -1 ? { kind: 'queue' } : holderOf(routing[place + 1])
}

export function resolveTarget(routing: Routing, now: Holder, to: HandoffTarget): Holder {
  return to.kind === 'next' ? nextHolder(routing, now) : to
}

function holderOf(name: string | undefined): Holder {
  return name === undefined || name === DESK ? { kind: 'queue' } : { kind: 'bot', id: name }
}

export function backendLane(backend: string, conversation: string): string {
  return `backend:${backend}:${conversation}`
}

/** A stop goes beside what it stops, which is under way in the backend's lane of the conversation. */
export function stopLane(backend: string, conversation: string): string {
  return `stop:${backend}:${conversation}`
}

export type ArrivedEntry = NewEntry & { at: number; automatic?: Arrival['automatic']; stops?: Stopped; asks?: Asks }

/** A person was asked for, and what is said with the hand-off. */
export interface Asks {
  reason: string
  summary?: string
}

/** What the contact's stop meets: texts that it was being shown, whole; undefined when nothing is being answered. */
export interface Stopped {
  shown: readonly Pick<SignalOf<'stream'>, 'from' | 'key' | 'text'>[]
}

/**
 * What a contact's entry sets in motion: a closed conversation opens again, the holder hears it, people start waiting. What a
 * robot wrote sets nothing in motion, or waits for people alone, as what an outsider wrote does.
 */
export function arrived(conversation: Conversation, routing: Routing, entry: ArrivedEntry): Decision {
  const entries: NewEntry[] = [saidBy(entry)]
  if (entry.automatic === true) return { entries }
  if (entry.body.kind === 'stop') return stopped(conversation, entries, entry.stops)
  const wakes = entry.body.kind === 'message' || entry.body.kind === 'answer'
  const reopens = wakes && (conversation.status === 'closed' || conversation.floor.holder.kind === 'none')
  const old = conversation.floor
  const next = reopens ? firstHolder(routing) : old.holder
  const robot = entry.automatic === 'people' || (entry.from !== undefined && isOutsider(entry.from))
  const taken = wakes && (robot || entry.asks !== undefined) && next.kind === 'bot'
  const moves = reopens || taken
  const floor: Floor = moves ? { holder: taken ? { kind: 'queue' } : next, term: old.term + 1 } : old
  if (conversation.status === 'closed' && reopens)
    entries.push({ from: RELAY, body: { kind: 'status', status: 'open' } })
  if (moves) entries.push({ from: RELAY, body: { kind: 'handoff', floor, ...(taken && !robot && entry.asks) } })
  const waits = wakes && floor.holder.kind !== 'bot'
  const made: Made = { entries, deliveries: robot ? [] : heardBy(floor.holder, conversation.id, entry.body.kind) }
  if (moves) {
    made.floor = floor
    made.status = 'open'
  }
  if (taken && old.holder.kind === 'bot') made.cancel = [backendLane(old.holder.id, conversation.id)]
  if (waits && (moves || conversation.waitingSince === null)) {
    made.waitingSince = entry.at
    if (robot) made.quiet = true
  }
  return made
}

/**
 * The bot keeps the floor at a new term, so that all it still says for the old one is refused. What was shown of its answer stays
 * as a message under the answer's own key; what else it was asked is not asked any more, and it hears of the stop at once.
 */
function stopped(conversation: Conversation, stop: readonly NewEntry[], meets: Stopped | undefined): Decision {
  const { holder, term } = conversation.floor
  if (!meets || holder.kind !== 'bot') return { entries: stop }
  const kept: NewEntry[] = meets.shown
    .filter(({ from, text }) => from.kind === 'bot' && from.id === holder.id && text.trim() !== '')
    .map(({ from, key, text }) => ({
      from,
      key,
      body: { kind: 'message', parts: [{ kind: 'text', text, format: 'markdown' }] },
    }))
  const floor: Floor = { holder, term: term + 1 }
  return {
    entries: [...kept, ...stop, { from: RELAY, body: { kind: 'handoff', floor, reason: STOPPED } }],
    main: kept.length,
    floor,
    cancel: [backendLane(holder.id, conversation.id)],
    deliveries: [{ lane: stopLane(holder.id, conversation.id), target: `backend:${holder.id}`, entry: kept.length }],
  }
}

function saidBy({ from, channel, body }: ArrivedEntry): NewEntry {
  const entry: NewEntry = { body }
  if (from) entry.from = from
  if (channel !== undefined) entry.channel = channel
  return entry
}

function heardBy(holder: Holder, conversation: string, kind: BodyKind): NewDelivery[] {
  if (holder.kind !== 'bot' || !HEARD.includes(kind)) return []
  return [{ lane: backendLane(holder.id, conversation), target: `backend:${holder.id}`, entry: 0 }]
}

/** Whether a backend has to answer an event: the contact's word while it has the floor, or the hand-off that gave it. */
export function isOwedTo({ entry: { from, body }, floor: { holder } }: Event, backend: string): boolean {
  if (holder.kind !== 'bot' || holder.id !== backend) return false
  if (body.kind === 'handoff') return body.reason !== STOPPED && body.reason !== GIVEN_BACK
  return from.kind === 'contact' && !isOutsider(from) && HEARD.includes(body.kind)
}

/** Whether a backend is told of an event: what it has to answer, and that no answer is wanted any more. */
export function isToldTo(event: Event, backend: string): boolean {
  const { entry, floor } = event
  const stops = entry.body.kind === 'stop' && !isOutsider(entry.from)
  return (stops && floor.holder.kind === 'bot' && floor.holder.id === backend) || isOwedTo(event, backend)
}

export interface Handoff {
  from: Participant
  to: Holder
  at: number
  reason?: string
  summary?: string
}

/** The floor moves: its term grows, the old backend's waiting work is cancelled, a new backend hears of it. */
export function handedOff(conversation: Conversation, { from, to, at, reason, summary }: Handoff): Decision {
  const floor: Floor = { holder: to, term: conversation.floor.term + 1 }
  const old = conversation.floor.holder
  const waitingSince = to.kind === 'queue' || to.kind === 'agent' ? (conversation.waitingSince ?? at) : null
  return {
    entries: [
      {
        from,
        body: {
          kind: 'handoff',
          floor,
          ...(reason === undefined ? {} : { reason }),
          ...(summary === undefined ? {} : { summary }),
        },
      },
    ],
    floor,
    waitingSince,
    ...(old.kind === 'bot' ? { cancel: [backendLane(old.id, conversation.id)] } : {}),
    ...(to.kind === 'bot'
      ? { deliveries: [{ lane: backendLane(to.id, conversation.id), target: `backend:${to.id}`, entry: 0 }] }
      : {}),
  }
}
