import { setImmediate } from 'node:timers/promises'
import type { Accepted, ContactSignal, Thread as Found } from '@hutong/core/adapter'
import type { ContactBody } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { parse } from '@hutong/core/parse'
import {
  afterPacket,
  cursorPacket,
  type EntriesPacket,
  historyPacket,
  identifyPacket,
  type Ready,
  typingPacket,
  visitPacket,
} from '@hutong/core/wire'
import { decodeSend, encodePage, encodeReady, type Sent } from './codec.ts'
import type { Person } from './people.ts'
import { follow, refuseAfter, senderOf, spend, type Tab, type Web } from './tab.ts'
import type { Thread } from './threads.ts'

async function send(web: Web, tab: Tab, packet: unknown): Promise<{ seq: number; at: number }> {
  refuseAfter(spend(web, tab.person, 'messages'))
  refuseAfter(web.buckets.messagesPerIp.take(tab.place))
  const sent = decodeSend(packet)
  const work = inTurn(tab, () => receive(web, tab, sent))
  if (tab.ahead !== undefined || looksUp(sent.body)) hold(tab, work)
  const { seq, at } = await work
  return { seq, at }
}

async function receive(web: Web, tab: Tab, sent: Sent): Promise<Accepted> {
  const { person, said } = tab
  if (person.conversation === undefined) refuseAfter(web.buckets.conversations.take(tab.place))
  const { site, from } = senderOf(person)
  const accepted = await web.host.receive({ from: said ? { ...from, ...said } : from, site, ...sent })
  if (tab.said === said) tab.said = undefined
  if (person.conversation === undefined) begin(web, person, accepted)
  return accepted
}

/** The first message has made the conversation: every tab of the person reads it from here on. */
function begin(web: Web, person: Person<Tab>, { conversation, seq }: Accepted): void {
  person.conversation = conversation
  for (const tab of person.tabs) follow(web, tab, { conversation, last: seq, after: 0 })
  web.host.signal(senderOf(person), { kind: 'presence', online: true })
}

/** Bodies that name another entry or a file have to be looked up first, so later ones could overtake them. */
function looksUp(body: ContactBody): boolean {
  if (body.kind !== 'message' || body.replyTo !== undefined || body.choice !== undefined) return true
  return body.parts.some((part) => 'file' in part)
}

/** Begins after what this socket waits for, at once where that is nothing. */
function inTurn<T>(tab: Tab, work: () => Promise<T>): Promise<T> {
  return tab.ahead === undefined ? work() : tab.ahead.then(work)
}

function hold(tab: Tab, work: Promise<unknown>): void {
  const over = () => {
    if (tab.ahead === done) tab.ahead = undefined
  }
  const done = work.then(over, over)
  tab.ahead = done
}

async function after(web: Web, tab: Tab, packet: unknown): Promise<EntriesPacket> {
  refuseAfter(spend(web, tab.person, 'reads'))
  const { after, limit } = parse(afterPacket, packet)
  const { conversation, last } = threadOf(tab)
  const entries = await web.host.log.read(conversation, { after, limit })
  return encodePage({ conversation, entries, last }, 'oldest', web.host.files.url)
}

async function history(web: Web, tab: Tab, packet: unknown): Promise<EntriesPacket> {
  refuseAfter(spend(web, tab.person, 'reads'))
  const { before, limit } = parse(historyPacket, packet)
  const { conversation, last } = threadOf(tab)
  const entries = await web.host.log.read(conversation, { before, limit })
  return encodePage({ conversation, entries, last }, 'newest', web.host.files.url)
}

function threadOf({ thread }: Tab): Thread<Tab> {
  if (thread) return thread
  throw new HutongError('not_found', 'there is no conversation before the first message')
}

async function identify(web: Web, tab: Tab, packet: unknown): Promise<Ready> {
  refuseAfter(spend(web, tab.person, 'reads'))
  const { jwt } = parse(identifyPacket, packet)
  const work = inTurn(tab, () => become(web, tab, jwt))
  hold(
    tab,
    work.then(({ seated }) => seated),
  )
  return (await work).ready
}

/** The tab turns from one person into another; until it is seated with the new one, nothing else of its socket may happen. */
async function become(web: Web, tab: Tab, jwt: string): Promise<{ ready: Ready; seated: Promise<void> }> {
  const { site } = tab.person
  const identity = await web.identities.fromJwt(site, jwt)
  const found = await web.host.log.find(site.id, identity.address)
  if (!tab.socket.connected) throw new HutongError('unavailable', 'the connection is gone')
  web.threads.leave(tab)
  web.people.depart(tab.person, tab)
  tab.person = web.people.of(site, identity)
  const locale = tab.said?.profile?.locale
  const profile = { ...(locale !== undefined && { locale }), ...identity.profile }
  tab.said = { ...tab.said, profile }
  // The answer leaves in a microtask of this turn; entries of the other conversation must not overtake it.
  const seated = setImmediate().then(() => {
    if (tab.socket.connected) seat(web, tab, { found, after: 0 })
  })
  return { ready: encodeReady({ site, identity, found, profile, at: web.now() }), seated }
}

/** Puts the tab with its person, and into the conversation where there is one. */
export function seat(web: Web, tab: Tab, { found, after }: { found: Found | undefined; after: number }): void {
  const { person } = tab
  person.conversation ??= found?.conversation.id
  web.people.arrive(person, tab)
  if (person.conversation === undefined) return
  follow(web, tab, { conversation: person.conversation, last: found?.conversation.last ?? 0, after })
}

function decodeTyping({ person }: Tab, packet: unknown): ContactSignal {
  const { on, preview } = parse(typingPacket, packet)
  return { kind: 'typing', on, ...(person.site.typingPreview && preview !== undefined && { preview }) }
}

function decodeCursor(_tab: Tab, packet: unknown): ContactSignal {
  return { kind: 'cursor', ...parse(cursorPacket, packet) }
}

function decodeVisit(tab: Tab, packet: unknown): ContactSignal {
  const visit = parse(visitPacket, packet)
  if (tab.said) tab.said = { ...tab.said, visit }
  return { kind: 'visit', visit }
}

/** Packets with an acknowledgement; what a handler rejects with is the answer `{ error }`. */
export const REQUESTS: ReadonlyMap<unknown, (web: Web, tab: Tab, packet: unknown) => Promise<unknown>> = new Map<
  unknown,
  (web: Web, tab: Tab, packet: unknown) => Promise<unknown>
>([
  ['send', send],
  ['after', after],
  ['history', history],
  ['identify', identify],
])

/** Packets without one; what is wrong with them is nobody's answer. */
const SIGNALS: ReadonlyMap<unknown, (tab: Tab, packet: unknown) => ContactSignal> = new Map([
  ['typing', decodeTyping],
  ['cursor', decodeCursor],
  ['visit', decodeVisit],
])

/** Passes a signal packet on. Throws `invalid` for what it cannot read; false when there is no such packet. */
export function passSignal(web: Web, tab: Tab, [name, packet]: readonly [unknown, unknown]): boolean {
  const decode = SIGNALS.get(name)
  if (!decode) return false
  if (spend(web, tab.person, 'signals') > 0) {
    web.count('signal_dropped')
    return true
  }
  const signal = decode(tab, packet)
  if (tab.person.conversation !== undefined) web.host.signal(senderOf(tab.person), signal)
  return true
}
