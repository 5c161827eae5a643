import { createHash } from 'node:crypto'
import type { Conversation } from '@hutong/core/conversation'
import type { Body, ContactBody, Entry } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Committer } from './commit.ts'
import { type Place, type RoutedSite, threadAt } from './identify.ts'
import { type JoinWords, joinWordsFor } from './join-words.ts'
import type { Carrier } from './outbox.ts'
import { placeOf } from './reach.ts'
import { RELAY } from './route.ts'
import type { ClaimedDelivery, LogStore, NewDelivery, NewIdentity, PeopleStore, SmallStore } from './stores/store.ts'
import type { Ways } from './ways.ts'

export interface JoinConversationOptions {
  store: Pick<LogStore, 'conversation' | 'find' | 'entries'> &
    Pick<PeopleStore, 'contact' | 'addIdentity' | 'link' | 'linked'> &
    Pick<SmallStore, 'get' | 'set'>
  committer: Committer
  ways: Ways
  sites: readonly RoutedSite[]
  readsLog(channel: string): boolean
  now(): number
}

/** What an arrival sets in motion here; `automatic` when it says nothing to anybody else. */
export interface Heard {
  automatic?: true
  deliveries: NewDelivery[]
}

/** Who follows the link of a conversation goes on in it, and is told so there; who has one of its own is asked first. */
export interface JoinConversation {
  /** The address has followed the link of this conversation. Again, it changes nothing and says nothing twice. */
  join(to: Conversation, who: NewIdentity): Promise<void>
  /** Looks whether an arrival picks what was asked here, or opens the way for what could not be said before. */
  heard(place: Place, body: ContactBody): Promise<Heard | undefined> | undefined
  /** Does that work. */
  carrier: Carrier
  /** What could not be brought is said once the address writes again; false when it is nothing of ours. */
  missed(delivery: ClaimedDelivery): Promise<boolean>
}

type Spot = Pick<Place, 'site' | 'channel' | 'address'>
type Kind = 'told' | 'ask' | 'elsewhere'

/** What waits until the platform lets us write to the address. */
interface Pending {
  kind: Kind
  /** The conversation whose link was followed. */
  to: string
}

const TARGET = 'join:address'
const SCOPE = 'joining'
const TRIES = 8
/** How many entries it looks through. */
const LATER = 200
const GO_ON = 'go-on'
const APART = 'apart'
const MARK = 'relay:join:'

/** Whether it is for one address alone, whatever else shows the log. */
export function isOfJoining({ key, from }: Pick<Entry, 'key' | 'from'>): boolean {
  return from.kind === 'system' && key.startsWith(MARK)
}

export function createJoinConversation(options: JoinConversationOptions): JoinConversation {
  const { store, now, readsLog } = options

  async function join(to: Conversation, who: NewIdentity): Promise<void> {
    const { channel, address } = who
    const spot = { site: to.site, channel, address }
    const own = await store.find(to.site, channel, address)
    if (!own) {
      const added = await accepted(store.addIdentity(to.contact, { ...who, at: now() }))
      return added ? bring(options, spot, { kind: 'told', to: to.id }) : join(to, who)
    }
    const begun = await identityAt(store, own.contact, spot)
    const shared = !begun || begun.verified === 'scene'
    if (own.contact === to.contact) return shared ? bring(options, spot, { kind: 'told', to: to.id }) : undefined
    if ((await store.linked(own.contact)).includes(to.contact)) return
    await bring(options, spot, { kind: shared ? 'elsewhere' : 'ask', to: to.id })
  }

  async function heard(place: Place, body: ContactBody): Promise<Heard | undefined> {
    const lane = `${TARGET}:${hashOf(place)}`
    const work: Heard = { deliveries: [{ lane, target: TARGET, entry: 0, address: place.address }] }
    if ((await askedBy(store, place, body)) !== undefined) return { ...work, automatic: true }
    return (await store.get(SCOPE, keyOf(place))) === undefined ? undefined : work
  }

  return {
    join,
    heard: (place, body) => (readsLog(place.channel) ? undefined : heard(place, body)),
    carrier: {
      tries: TRIES,
      async deliver({ address = '', event: { conversation, entry } }) {
        const home = await store.conversation(conversation)
        const { channel = '', body } = entry
        if (home) await work(options, { home, spot: { site: home.site, channel, address }, seq: entry.seq, body })
        return { state: 'done' }
      },
    },
    async missed({ address, target, event: { conversation, entry } }) {
      if (!isOfJoining(entry) || address === undefined) return false
      const [kind, , to] = entry.key.slice(MARK.length).split(':')
      const home = await store.conversation(conversation)
      const channel = target.slice('channel:'.length)
      if (home && to !== undefined && (kind === 'told' || kind === 'ask' || kind === 'elsewhere'))
        await store.set(SCOPE, keyOf({ site: home.site, channel, address }), { kind, to } satisfies Pending)
      return true
    },
  }
}

/** False when somebody else was first. */
function accepted(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    (thrown: unknown) => {
      if (toHutongError(thrown).code === 'conflict') return false
      throw thrown
    },
  )
}

async function identityAt(store: JoinConversationOptions['store'], contact: string, spot: Spot) {
  const { identities = [] } = (await store.contact(contact)) ?? {}
  return identities.find((one) => placeOf(one) === placeOf(spot))
}

/** The question of ours to this very address that a choice answers: nobody else who reads the log may answer for it. */
async function askedBy(
  store: JoinConversationOptions['store'],
  place: Place,
  body: Body,
): Promise<{ asked: Entry; pick: string } | undefined> {
  if (body.kind !== 'message' || body.choice === undefined) return undefined
  const { of, id: pick } = body.choice
  const conversation = await threadAt(store, place)
  const [asked] = conversation ? await store.entries(conversation, { after: of - 1, limit: 1 }) : []
  if (asked?.seq !== of || !isOfJoining(asked)) return undefined
  return asked.key.startsWith(`${MARK}ask:${hashOf(place)}:`) ? { asked, pick } : undefined
}

interface Work {
  home: Conversation
  spot: Spot
  seq: number
  body: Body
}

async function work(options: JoinConversationOptions, { home, spot, seq, body }: Work): Promise<void> {
  const { store } = options
  const answer = await askedBy(store, { ...spot, conversation: home.id }, body)
  if (answer) return picked(options, { home, spot, seq, ...answer })
  const pending = (await store.get(SCOPE, keyOf(spot))) as Pending | undefined
  if (pending) await bring(options, spot, { ...pending, again: true })
}

interface Picked {
  home: Conversation
  spot: Spot
  seq: number
  asked: Entry
  pick: string
}

/** The first pick counts: what an agent has undone since is not done again by a button that still stands there. */
async function picked(options: JoinConversationOptions, { home, spot, seq, asked, pick }: Picked): Promise<void> {
  const { store } = options
  const first = pickOf(await store.entries(home.id, { after: asked.seq, limit: LATER }), asked)
  if (first !== undefined && first !== String(seq)) return
  const [, , id = ''] = asked.key.slice(MARK.length).split(':')
  const to = await store.conversation(id)
  if (pick === APART || !to) {
    const words = await wordsFor(options, home, spot)
    return say(options, home, { key: `${MARK}${APART}:${asked.seq}:${seq}`, parts: [text(words.keptApart)], spot })
  }
  if (pick !== GO_ON) return
  const [from, into] = [home.contact, to.contact]
  const linked = await accepted(store.link(from, into, { by: RELAY.id, at: options.now(), goesOn: true }))
  if (!linked && !(await store.linked(from)).includes(into)) return
  await note(options, home, { key: `${MARK}${GO_ON}:${asked.seq}:${seq}`, merged: into })
  await note(options, to, { key: `${MARK}into:${home.id}:${seq}`, merged: from })
  await bring(options, spot, { kind: 'told', to: to.id })
}

/** Said at once where the platform lets us write to the address, else once it writes. */
async function bring(
  options: JoinConversationOptions,
  spot: Spot,
  { kind, to, again = false }: Pending & { again?: boolean },
): Promise<void> {
  const { store, ways } = options
  const own = await store.find(spot.site, spot.channel, spot.address)
  const home = kind === 'told' ? await store.conversation(to) : own
  if (!home) return
  const before = `${MARK}${kind}:${hashOf(spot)}:${to}:`
  if (!again && (await isSaid(store, home, before))) return
  if (!(await ways.of(home)).some((way) => placeOf(way) === placeOf(spot)))
    return store.set(SCOPE, keyOf(spot), { kind, to } satisfies Pending)
  const words = await wordsFor(options, home, spot)
  await say(options, home, { key: `${before}${home.last}`, parts: partsOf(kind, words), spot })
  await store.set(SCOPE, keyOf(spot), undefined)
}

/** Whether it stands in the log; a question that was answered may be asked anew. */
async function isSaid(store: JoinConversationOptions['store'], home: Conversation, key: string): Promise<boolean> {
  const entries = await store.entries(home.id, { before: home.last + 1, limit: LATER })
  const last = entries.findLast((one) => isOfJoining(one) && one.key.startsWith(key))
  return last !== undefined && pickOf(entries, last) === undefined
}

/** Which entry has answered the question, as what was done then says; somebody else's answer is none. */
function pickOf(entries: readonly Entry[], { seq }: Entry): string | undefined {
  const before = [GO_ON, APART].map((pick) => `${MARK}${pick}:${seq}:`)
  const done = entries.find((one) => isOfJoining(one) && before.some((key) => one.key.startsWith(key)))
  return done?.key.split(':').at(-1)
}

function partsOf(kind: Kind, words: JoinWords): Part[] {
  if (kind !== 'ask') return [text(words[kind])]
  const options = [
    { id: GO_ON, label: words.goOn },
    { id: APART, label: words.apart },
  ]
  return [{ kind: 'choices', text: words.ask, options }]
}

/** The language is the one of the address's own contact: what the website's says was chosen there. */
async function wordsFor({ store }: JoinConversationOptions, home: Conversation, spot: Spot): Promise<JoinWords> {
  const contact = await store.contact(home.contact)
  const own = contact?.identities.some((one) => placeOf(one) === placeOf(spot) && one.verified !== 'scene')
  return joinWordsFor(own ? contact?.locale : undefined)
}

interface Saying {
  key: string
  parts: Part[]
  spot: Spot
}

async function say(
  { committer, ways, sites, now }: JoinConversationOptions,
  { id, site }: Conversation,
  { key, parts, spot: { channel, address } }: Saying,
): Promise<void> {
  const name = sites.find((one) => one.id === site)?.name
  const from = { ...RELAY, ...(name !== undefined && { name }) }
  const way = { channel, address, why: 'verified' as const, readsLog: false }
  await committer.append({
    to: { conversation: id },
    key,
    at: now(),
    decide: () => ({
      entries: [{ from, body: { kind: 'message', parts } }],
      deliveries: [ways.delivery(id, { way, wait: 0, entry: 0 })],
    }),
  })
}

async function note(
  { committer, now }: JoinConversationOptions,
  { id }: Conversation,
  { key, merged }: { key: string; merged: string },
): Promise<void> {
  await committer.append({
    to: { conversation: id },
    key,
    at: now(),
    decide: () => ({ entries: [{ from: RELAY, body: { kind: 'contact', changes: { merged } } }] }),
  })
}

function text(words: string): Part {
  return { kind: 'text', text: words, format: 'plain' }
}

function keyOf({ site, channel, address }: Spot): string {
  return [site, channel, address].join('\n')
}

function hashOf(spot: Spot): string {
  return createHash('sha256').update(keyOf(spot)).digest('hex').slice(0, 32)
}
