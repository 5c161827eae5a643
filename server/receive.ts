import type { Accepted, Arrival } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type ContactBody, isOutsider, type Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { AgentReply, Beside } from './act.ts'
import type { Committed, Committer } from './commit.ts'
import type { FanOut } from './fan-out.ts'
import { identify, type Place, type RoutedSite, threadAt } from './identify.ts'
import type { JoinConversation } from './join-conversation.ts'
import { asksForPeople, personAsked } from './person-asked.ts'
import type { Prompts } from './prompts.ts'
import { type ArrivedEntry, arrived, type Stopped } from './route.ts'
import { sideOf } from './stores/rows.ts'
import type { Decision, LogStore, NewDelivery, Opening, PeopleStore, Write } from './stores/store.ts'
import type { FileRecords } from './take-up-files.ts'
import { verifyBody } from './verify-body.ts'

export interface ReceiveOptions {
  store: Pick<LogStore, 'find' | 'entries' | 'conversation'> & FileRecords & Pick<PeopleStore, 'agents'>
  agentReply: AgentReply
  committer: Committer
  fanOut: Pick<FanOut, 'streamed'>
  sites: readonly RoutedSite[]
  prompts: Prompts
  /** What the arrival asks of the relay itself; `conversation` as the arrival leaves it. */
  workFor?(channel: string, arrival: Arrival, conversation: Conversation): NewDelivery[]
  heard: JoinConversation['heard']
  now(): number
  /** Milliseconds the raw payload is kept. */
  rawMs: number
}

/** From the adapter to the log: resolves once durable, so that the platform may forget. */
export function createReceive(options: ReceiveOptions): (channel: string, arrival: Arrival) => Promise<Accepted> {
  const { store, committer, sites, prompts, now, rawMs } = options

  return async function receive(channel, arrival) {
    const { site, opening } = identify(sites, channel, arrival)
    const place: Place =
      arrival.conversation === undefined ? opening : await placeOf(store, arrival.conversation, opening)
    const at = now()
    const beside = besideOf(channel, arrival, at + rawMs)
    if (arrival.automatic && arrival.author?.kind === 'agent' && place.conversation !== undefined)
      throw new HutongError('invalid', 'author: a robot does not answer for an agent', { field: 'author' })
    if (arrival.author?.kind === 'agent' && !arrival.automatic) {
      const accepted = await fromAgent(options, arrival, { author: arrival.author, place, beside })
      if (accepted) return accepted
    }
    if (arrival.author && isOutsider(arrival.author)) verifyOutside(arrival.body)
    const own = arrival.author === undefined && arrival.automatic !== true
    const understood = own ? await prompts.understand(place, arrival.body) : arrival.body
    const body = await verifyBody(store, place, { key: arrival.key, body: understood })
    const hears = arrival.author ? undefined : options.heard(place, body)
    const heard = hears && (await hears)
    const meets = body.kind === 'stop' ? await stopping(options, place) : undefined
    const asks = own && asksForPeople(site, body) ? await personAsked(store, place, body) : undefined
    const entry = arrivedEntry(arrival, { channel, body, at }, { automatic: heard?.automatic, asks })
    const write: Write = {
      to: target(opening, place, arrival.author === undefined),
      key: arrival.key,
      side: 'contact',
      at,
      ...beside,
      decide(conversation, said) {
        const stops = meets?.(conversation, said)
        const decision = arrived(conversation, site.routing, stops ? { ...entry, stops } : entry)
        return withWork(decision, conversation, (left) => [
          ...(heard?.deliveries ?? []),
          ...(options.workFor?.(channel, arrival, left) ?? []),
        ])
      },
    }
    return acceptedOf(await committer.append(write))
  }
}

/** Who is not, or not proven to be, the contact may say something; they answer, pick, rate, change and stop nothing for the contact. */
function verifyOutside(body: ContactBody): void {
  if (body.kind === 'message' && body.choice === undefined) return
  const field = body.kind === 'message' ? 'body.choice' : 'body.kind'
  throw new HutongError('forbidden', `${field}: only the contact may do this; an outsider writes messages alone`, {
    field,
  })
}

/** How many of the newest entries tell whether anybody waits for an answer. */
const NEWEST = 50

/**
 * What a stop meets. Nobody is answering when the newest words are not the contact's and nothing is being written. What was
 * shown is looked at in the transaction, where an answer may have become whole just before.
 */
async function stopping(
  { store, fanOut }: ReceiveOptions,
  place: Place,
): Promise<(...given: Parameters<Write['decide']>) => Stopped | undefined> {
  const id = await threadAt(store, place)
  if (id === undefined)
    throw new HutongError('not_found', 'there is no conversation before the first message', { field: 'body.kind' })
  const { last = 0 } = (await store.conversation(id)) ?? {}
  const newest = await store.entries(id, { before: last + 1, limit: NEWEST })
  const words = newest.findLast(
    ({ body, from }) => (body.kind === 'message' || body.kind === 'answer') && !isOutsider(from),
  )
  const asked = words?.from.kind !== 'bot'
  return (now, said) => {
    const shown = fanOut.streamed(now.id).filter(({ from, key }) => !said(sideOf(from), key))
    return asked || shown.length > 0 ? { shown } : undefined
  }
}

function acceptedOf(outcome: Committed): Accepted {
  if (outcome.state === 'duplicate') {
    const { conversation, seq, at } = outcome
    return { conversation, seq, at, duplicate: true }
  }
  const main = outcome.entries[outcome.main]
  if (!main) throw new HutongError('internal', 'the write left no entry')
  return { conversation: main.conversation, seq: main.seq, at: main.at, duplicate: false }
}

function withWork(
  decision: Decision,
  conversation: Conversation,
  workFor: (left: Conversation) => NewDelivery[],
): Decision {
  if ('refuse' in decision) return decision
  const { deliveries = [], floor } = decision
  const work = workFor(floor ? { ...conversation, floor } : conversation)
  return work.length === 0 ? decision : { ...decision, deliveries: [...deliveries, ...work] }
}

interface FromAgent {
  author: Participant
  place: Place
  beside: Beside
}

/**
 * An agent's own words in a conversation there is already. In a reply that proves its conversation they are on their way to
 * the contact; in the platform's own client the contact has them.
 */
async function fromAgent(
  options: ReceiveOptions,
  { key, body }: Arrival,
  { author, place, beside }: FromAgent,
): Promise<Accepted | undefined> {
  const { store, agentReply } = options
  const id = await threadAt(store, place)
  const conversation = id === undefined ? undefined : await store.conversation(id)
  if (!conversation) return undefined
  if (body.kind === 'recall') return takenBack(options, conversation, { author, key, of: body.of, beside })
  if (body.kind !== 'message') return undefined
  const deliver = place.conversation !== undefined
  if (deliver && !(await store.agents()).some((agent) => agent.id === author.id))
    throw new HutongError('forbidden', `author: there is no agent "${author.id}"`, { field: 'author' })
  const { parts, replyTo } = body
  const { seq = 0, duplicate } = await agentReply(author, conversation, {
    key,
    parts,
    ...(replyTo === undefined ? {} : { replyTo }),
    channel: place.channel,
    deliver,
    beside,
  })
  const [entry] = await store.entries(conversation.id, { after: seq - 1, limit: 1 })
  return { conversation: conversation.id, seq, at: entry?.at ?? 0, duplicate }
}

/** What a person of ours took back in the platform's own client is gone there already. */
async function takenBack(
  { store, committer, now }: ReceiveOptions,
  { id: conversation }: Conversation,
  { author, key, of, beside }: { author: Participant; key: string; of: number; beside: Beside },
): Promise<Accepted> {
  const [entry] = await store.entries(conversation, { after: of - 1, limit: 1 })
  if (entry?.seq !== of || entry.body.kind !== 'message' || entry.from.kind === 'contact')
    throw new HutongError('invalid', `of: entry ${of} is no message of ours`, { field: 'of' })
  const decide = () => ({ entries: [{ from: author, body: { kind: 'recall' as const, of } }] })
  return acceptedOf(await committer.append({ to: { conversation }, key, side: 'house', at: now(), ...beside, decide }))
}

/** The conversation the platform proves it belongs to, when it is one of this site; otherwise the address decides. */
async function placeOf(
  store: Pick<LogStore, 'conversation'>,
  id: string,
  { site, channel, address }: Opening,
): Promise<Place> {
  const known = await store.conversation(id)
  return { site, channel, address, ...(known?.site === site ? { conversation: known.id } : {}) }
}

/** A proven address of the contact itself is one more identity; a colleague's is not. */
function target(opening: Opening, { channel, address, conversation }: Place, own: boolean): Write['to'] {
  if (conversation === undefined) return opening
  const { verified } = opening
  return { conversation, ...(own && verified && { identity: { channel, address, verified } }) }
}

function besideOf(channel: string, { native, state, raw }: Arrival, until: number): Beside {
  const beside: Beside = {}
  if (native !== undefined) beside.native = { channel, id: native }
  if (state) beside.state = { scope: `channel:${channel}`, ...state }
  if (raw !== undefined) beside.raw = { payload: raw, until }
  return beside
}

function arrivedEntry(
  { author, automatic }: Arrival,
  said: Required<Pick<ArrivedEntry, 'channel' | 'body' | 'at'>>,
  meant: { automatic: Arrival['automatic']; asks: ArrivedEntry['asks'] },
): ArrivedEntry {
  const entry: ArrivedEntry = { ...said, automatic: automatic ?? meant.automatic }
  if (author) entry.from = author
  if (meant.asks) entry.asks = meant.asks
  return entry
}
