import type { Arrival, CodeAnswer, Logger } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import type { Attributes, Body, BodyOf, ContactBody, Entry } from '@hutong/core/entry'
import { type HutongError, toHutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { type Words, wordsFor } from './address-words.ts'
import type { ChangeContact } from './change-contact.ts'
import type { Committer } from './commit.ts'
import type { Invite } from './invite.ts'
import type { Carrier } from './outbox.ts'
import { RELAY } from './route.ts'
import type { DeliveryRow, LogStore, NewDelivery, OutboxStore, PeopleStore } from './stores/store.ts'
import { type FileRecords, takeUpFiles } from './take-up-files.ts'
import type { Given, Proven, VerifyIdentity } from './verify-identity.ts'
import { after } from './waiting-words.ts'
import type { Ways } from './ways.ts'

export interface LeaveAddressOptions {
  store: Pick<LogStore, 'conversation' | 'entries' | 'cursors'> &
    Pick<PeopleStore, 'contact'> &
    Pick<OutboxStore, 'deliveriesOf'> &
    FileRecords
  committer: Committer
  /** The channel whose addresses visitors of a site are asked for, and how one is proven; undefined when none are asked. */
  mailbox(site: string): { channel: string; verify: VerifyIdentity } | undefined
  changeContact: ChangeContact
  invite: Invite
  ways: Ways
  readsLog(channel: string): boolean
  /** What customers know the site by. */
  nameOf(site: string): string | undefined
  /** How the site says that nobody is there. */
  nobody(site: string, locale: string | undefined): string
  /** Whether anybody is there to answer this site. */
  staffed(site: string): boolean
  now(): number
  logger: Logger
}

export interface LeaveAddress {
  /** What an arrival asks of the relay, as work that is stored together with it; `conversation` as the arrival leaves it. */
  workFor(channel: string, arrival: Arrival, conversation: Conversation): NewDelivery[]
  /** Does that work: at least once, so that neither a question nor the answer to one is lost in a restart. */
  carrier: Carrier
  /** As `Host.prove`. */
  prove(channel: string, answer: CodeAnswer): Promise<boolean>
  /**
   * Asks whoever waits in the conversation for an address if that is called for, or with `again` whoever waits for long, whether somebody
   * is there or not; `before`: this waiting was asked already.
   */
  ask(conversation: string, more?: Again): Promise<Asked>
  /** The conversation has come to wait for a person. */
  queued(conversation: string): void
  idle(): Promise<void>
}

/** What is said before the question in place of that nobody is there. */
interface Again {
  again?: string
}

type Asked = 'asked' | 'before' | 'no'

const TARGET = 'relay:address'
const TRIES = 8
const ASKED = 'relay:address:'
const CODE = 'relay:code:'
const PROVEN = 'relay:proven:'
/** Most unread answers that follow to an address once it is proven. */
const MISSED = 20

/** When nobody is here, the relay asks a visitor for an address, proves it by a code, and sends there what was missed. */
export function createLeaveAddress(options: LeaveAddressOptions): LeaveAddress {
  const { store, logger } = options
  const under = new Set<Promise<void>>()

  async function waits(id: string, more: Again = {}): Promise<Asked> {
    const conversation = await store.conversation(id)
    if (!conversation || !options.readsLog(conversation.channel)) return 'no'
    return ask(options, conversation, more)
  }

  async function work(id: string, entry: Entry): Promise<void> {
    const conversation = await store.conversation(id)
    if (!conversation) return
    const { seq, body, channel = conversation.channel } = entry
    if (!options.readsLog(channel)) return follow(options, conversation, { channel, seq })
    if (body.kind !== 'answer') {
      await ask(options, conversation)
      return
    }
    const words = wordsFor(await localeOf(options, conversation))
    await answered(options, { conversation, words, seq, body })
  }

  return {
    workFor: (channel, arrival, conversation) =>
      concerns(options, { channel, arrival, conversation })
        ? [{ lane: `${TARGET}:${conversation.id}`, target: TARGET, entry: 0 }]
        : [],
    carrier: {
      tries: TRIES,
      async deliver({ event }) {
        await work(event.conversation, event.entry)
        return { state: 'done' }
      },
    },
    prove: (channel, answer) => cameBack(options, channel, answer),
    ask: waits,
    queued(conversation) {
      const asking: Promise<void> = waits(conversation)
        .then(() => undefined)
        .catch((err: unknown) => logger.error({ err }, 'an address could not be asked for'))
        .finally(() => under.delete(asking))
      under.add(asking)
    },
    async idle() {
      await Promise.all(under)
    },
  }
}

interface Arriving {
  channel: string
  arrival: Arrival
  conversation: Conversation
}

/** A first look, so that nothing is stored for arrivals that ask nothing of the relay. */
function concerns(options: LeaveAddressOptions, { channel, arrival, conversation }: Arriving): boolean {
  const { author, body, from } = arrival
  if (author) return false
  if (arrival.conversation !== undefined)
    return from.verified !== undefined && isMail(body) && !options.readsLog(channel)
  if (!options.readsLog(channel) || !isAsking(options, conversation.site)) return false
  return body.kind === 'answer' || (body.kind === 'message' && unheard(options, conversation))
}

/** A recall, a score or a tapped option names its conversation and proves no address by that. */
function isMail(body: ContactBody): boolean {
  return body.kind === 'message' && body.choice === undefined
}

function isAsking({ mailbox, invite }: LeaveAddressOptions, site: string): boolean {
  return mailbox(site) !== undefined || invite.channels(site).length > 0
}

/** Waits for anybody, or for an agent who is gone with all the others. */
function unheard({ staffed }: LeaveAddressOptions, { floor, site, waitingSince }: Conversation): boolean {
  const { kind } = floor.holder
  return (kind === 'queue' || (kind === 'agent' && waitingSince !== null)) && !staffed(site)
}

/** Once for each time that the floor moves, and only while no other way leads to the contact. */
async function ask(options: LeaveAddressOptions, conversation: Conversation, { again }: Again = {}): Promise<Asked> {
  const { id, floor, site, last } = conversation
  const waits = again === undefined ? unheard(options, conversation) : conversation.waitingSince !== null
  if (!waits || !isAsking(options, site)) return 'no'
  if ((await options.ways.of(conversation)).some(({ readsLog }) => !readsLog)) return 'no'
  const key = `${ASKED}${floor.term}`
  const before = await options.store.entries(id, { before: last + 1, limit: LATER })
  if (before.some((entry) => entry.from.kind === 'system' && entry.key === key)) return 'before'
  const locale = await localeOf(options, conversation)
  const lead = again ?? options.nobody(site, locale)
  const form = options.mailbox(site) && addressForm(wordsFor(locale), lead)
  const parts = [...(form ?? [text(lead)]), ...(await invitation(options, conversation, form && 'beside'))]
  if (!form && parts.length === 1) return 'no'
  await say(options, conversation, { key, parts })
  return 'asked'
}

async function localeOf({ store }: LeaveAddressOptions, { contact }: Conversation): Promise<string | undefined> {
  return (await store.contact(contact))?.locale
}

/** The first channel of the site that can invite; whoever cannot be invited now is asked for an address all the same. */
async function invitation(
  { invite, logger }: LeaveAddressOptions,
  conversation: Conversation,
  beside: 'beside' | undefined,
): Promise<Part[]> {
  const [channel] = invite.channels(conversation.site)
  if (channel === undefined) return []
  return invite.parts(conversation, channel, beside).catch((err: unknown) => {
    logger.warn({ err, conversation: conversation.id, channel }, 'a visitor could not be invited')
    return []
  })
}

interface Answered {
  conversation: Conversation
  words: Words
  /** Of the answer, which what is said to it is named for: it is said once, however often the answer is worked on. */
  seq: number
  body: BodyOf<'answer'>
}

async function answered(options: LeaveAddressOptions, answer: Answered): Promise<void> {
  const { conversation, seq, body } = answer
  const { entries } = options.store
  const [form] = await entries(conversation.id, { after: body.of - 1, limit: 1 })
  if (form?.from.kind !== 'system') return
  const later = await entries(conversation.id, { after: seq, limit: LATER })
  const said = [`${CODE}a${seq}`, `${ASKED}a${seq}`]
  if (later.some(({ from, key }) => from.kind === 'system' && said.includes(key))) return
  if (form.key.startsWith(ASKED)) await given(options, answer)
  else if (form.key.startsWith(CODE)) await coded(options, answer)
}

async function given(options: LeaveAddressOptions, { conversation, words, seq, body }: Answered): Promise<void> {
  const { id, contact, site } = conversation
  const address = (body.values.email ?? '').trim().toLowerCase()
  const known = await options.store.contact(contact)
  if (known?.email === undefined) await options.changeContact(RELAY, contact, { profile: { email: address } })
  const verify = options.mailbox(site)?.verify
  if (!verify) return
  const refused = await verify.issue(conversation, address, words).then(
    () => undefined,
    (error: unknown) => toHutongError(error),
  )
  if (!refused)
    return say(options, conversation, {
      key: `${CODE}a${seq}`,
      parts: [text(words.askCode(address)), codeForm(words)],
    })
  options.logger.warn({ conversation: id, err: refused }, 'a code could not be sent')
  const again =
    refused.code === 'throttled' ? [text(words.throttled)] : [text(words.unreachable), ...addressForm(words)]
  await say(options, conversation, { key: `${ASKED}a${seq}`, parts: again })
}

async function coded(options: LeaveAddressOptions, { conversation, words, seq, body }: Answered): Promise<void> {
  const refused = await confirmed(options, { conversation, words, given: { code: body.values.code ?? '' } })
  if (!refused || refused.code === 'conflict') return
  if (refused.code === 'forbidden')
    return say(options, conversation, { key: `${CODE}a${seq}`, parts: [text(words.wrong), codeForm(words)] })
  if (refused.code !== 'gone' && refused.code !== 'throttled') throw refused
  const again = refused.code === 'gone' ? [text(words.late), ...addressForm(words)] : [text(words.guessed)]
  await say(options, conversation, { key: `${ASKED}a${seq}`, parts: again })
}

/** The code in an answer to the mail that brought it. */
async function cameBack(
  options: LeaveAddressOptions,
  channel: string,
  { conversation: id, address, code }: CodeAnswer,
): Promise<boolean> {
  const conversation = await options.store.conversation(id)
  if (!conversation || options.mailbox(conversation.site)?.channel !== channel) return false
  const words = wordsFor(await localeOf(options, conversation))
  const refused = await confirmed(options, { conversation, words, given: { code, address } })
  if (!refused || refused.code === 'conflict') return true
  if (refused.code === 'forbidden' || refused.code === 'gone' || refused.code === 'throttled') return false
  throw refused
}

interface Confirming extends Pick<Answered, 'conversation' | 'words'> {
  given: Given
}

/** Undefined once the address is proven and told so, or why it is not. */
async function confirmed(
  options: LeaveAddressOptions,
  { conversation, words, given }: Confirming,
): Promise<HutongError | undefined> {
  const mailbox = options.mailbox(conversation.site)
  if (!mailbox) return undefined
  const proven = async ({ id, address }: Proven) => {
    await catchUp(options, conversation, { key: id, because: { [mailbox.channel]: address }, news: true })
    await say(options, conversation, { key: `${PROVEN}${id}`, parts: [text(words.done(address))] })
  }
  return mailbox.verify.confirm(conversation, given, proven).then(
    () => undefined,
    (thrown: unknown) => toHutongError(thrown),
  )
}

/** A mail that belongs to the conversation proves its sender: what was missed follows there. */
async function follow(
  options: LeaveAddressOptions,
  conversation: Conversation,
  { channel, seq }: { channel: string; seq: number },
): Promise<void> {
  const contact = await options.store.contact(conversation.contact)
  const [newest] = (contact?.identities ?? [])
    .filter((one) => one.channel === channel && one.verified !== undefined)
    .toSorted((a, b) => (b.usedAt ?? b.at) - (a.usedAt ?? a.at))
  if (newest) await catchUp(options, conversation, { key: `a${seq}`, because: { [channel]: newest.address } })
}

interface CatchingUp {
  /** What it is done for; done again for the same, it changes nothing. */
  key: string
  because: Attributes
  news?: boolean
}

/** Answers that nobody has read and that no address has got follow to the one that is known now. */
async function catchUp(
  { store, ways, committer, now }: LeaveAddressOptions,
  { id, contact }: Conversation,
  { key, because, news = false }: CatchingUp,
): Promise<void> {
  const conversation = await store.conversation(id)
  if (!conversation) return
  const cursors = await store.cursors(id)
  const read = cursors.find(({ participant }) => participant.id === contact)?.read ?? 0
  const made = await store.deliveriesOf({ conversation: id, limit: LATER })
  const sent = new Set(made.filter(({ state }) => !LOST.includes(state)).map(({ seq }) => seq))
  const entries = await store.entries(id, { before: conversation.last + 1, limit: LATER })
  const missed = entries.filter((one) => one.seq > read && isAnswer(one) && !sent.has(one.seq)).slice(-MISSED)
  const deliveries: NewDelivery[] = []
  for (const { seq } of missed) deliveries.push(...(await ways.deliveries(conversation, { seq })))
  if (deliveries.length === 0 && !news) return
  const body: Body = { kind: 'contact', changes: because }
  await committer.append({
    to: { conversation: id },
    key: `${FOLLOWED}${key}`,
    at: now(),
    decide: () => ({ entries: [{ from: RELAY, body }], deliveries }),
  })
}

const FOLLOWED = 'relay:followed:'
/** How many entries and deliveries it looks through. */
const LATER = 200
const LOST: readonly DeliveryRow['state'][] = ['dead', 'cancelled']

function isAnswer({ from, body }: Entry): boolean {
  return body.kind === 'message' && (from.kind === 'agent' || from.kind === 'bot')
}

async function say(
  { store, committer, nameOf, now }: LeaveAddressOptions,
  { id: conversation, site }: Conversation,
  { key, parts: made }: { key: string; parts: Part[] },
): Promise<void> {
  const name = nameOf(site)
  const parts = await takeUpFiles(store, made, (file) => file.site === site)
  const from = { ...RELAY, ...(name !== undefined && { name }) }
  await committer.append({
    to: { conversation },
    key,
    at: now(),
    decide: () => ({ entries: [{ from, body: { kind: 'message', parts } }] }),
  })
}

function text(words: string): Part {
  return { kind: 'text', text: words, format: 'plain' }
}

function addressForm(words: Words, lead?: string): Part[] {
  const fields = [{ name: 'email', label: words.address, type: 'email' as const, required: true }]
  return [text(lead === undefined ? words.ask : after(lead, words.ask)), { kind: 'form', fields, submit: words.send }]
}

function codeForm(words: Words): Part {
  const fields = [{ name: 'code', label: words.code, type: 'text' as const, required: true }]
  return { kind: 'form', fields, submit: words.confirm }
}
