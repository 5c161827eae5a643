import type { Accepted, Arrival, Logger } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import type { Attributes, Body, BodyOf, Entry } from '@hutong/core/entry'
import { toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Part } from '@hutong/core/parts'
import { type Words, wordsFor } from './address-words.ts'
import type { ChangeContact } from './change-contact.ts'
import type { Committer } from './commit.ts'
import { RELAY } from './route.ts'
import type { LogStore, NewDelivery, OutboxStore, PeopleStore } from './stores/store.ts'
import type { VerifyIdentity } from './verify-identity.ts'
import type { Ways } from './ways.ts'

export interface LeaveAddressOptions {
  store: Pick<LogStore, 'conversation' | 'entries' | 'cursors'> &
    Pick<PeopleStore, 'contact'> &
    Pick<OutboxStore, 'deliveriesOf'>
  committer: Committer
  /** The channel whose addresses visitors of a site are asked for, and how one is proven; undefined when none are asked. */
  mailbox(site: string): { channel: string; verify: VerifyIdentity } | undefined
  changeContact: ChangeContact
  ways: Ways
  readsLog(channel: string): boolean
  /** What customers know the site by. */
  nameOf(site: string): string | undefined
  /** Whether anybody is there to answer this site. */
  staffed(site: string): boolean
  now(): number
  logger: Logger
}

export interface LeaveAddress {
  /** Hears of everything that came in, after it is durable. */
  heard(channel: string, arrival: Arrival, accepted: Accepted): void
  /** The conversation has come to wait for a person. */
  queued(conversation: string): void
  idle(): Promise<void>
}

const ASKED = 'relay:address:'
const CODE = 'relay:code:'
/** Most unread answers that follow to an address once it is proven. */
const MISSED = 20

/** When nobody is here, the relay asks a visitor for an address, proves it by a code, and sends there what was missed. */
export function createLeaveAddress(options: LeaveAddressOptions): LeaveAddress {
  const { store, logger } = options
  const under = new Set<Promise<void>>()

  async function consider(channel: string, arrival: Arrival, accepted: Accepted): Promise<void> {
    const conversation = await store.conversation(accepted.conversation)
    if (!conversation) return
    if (arrival.author) return
    if (arrival.conversation !== undefined)
      return arrival.from.verified && catchUp(options, conversation, { because: { [channel]: arrival.from.address } })
    if (!options.readsLog(channel)) return
    const words = wordsFor((await store.contact(conversation.contact))?.locale)
    if (arrival.body.kind === 'answer') return answered(options, { conversation, words, body: arrival.body })
    if (arrival.body.kind === 'message') return ask(options, conversation, words)
  }

  async function waits(id: string): Promise<void> {
    const conversation = await store.conversation(id)
    if (!conversation || !options.readsLog(conversation.channel)) return
    await ask(options, conversation, wordsFor((await store.contact(conversation.contact))?.locale))
  }

  function watched(started: Promise<void>): void {
    const work: Promise<void> = started
      .catch((err: unknown) => logger.error({ err }, 'an address could not be asked for'))
      .finally(() => under.delete(work))
    under.add(work)
  }

  return {
    heard: (channel, arrival, accepted) => watched(consider(channel, arrival, accepted)),
    queued: (conversation) => watched(waits(conversation)),
    async idle() {
      await Promise.all(under)
    },
  }
}

/** Once for each time that the floor moves, and only while no other way leads to the contact. */
async function ask(options: LeaveAddressOptions, conversation: Conversation, words: Words): Promise<void> {
  const { floor, site } = conversation
  if (floor.holder.kind !== 'queue' || options.staffed(site) || !options.mailbox(site)) return
  if ((await options.ways.of(conversation)).some(({ readsLog }) => !readsLog)) return
  await say(options, conversation, { key: `${ASKED}${floor.term}`, parts: addressForm(words) })
}

interface Answered {
  conversation: Conversation
  words: Words
  body: BodyOf<'answer'>
}

async function answered(options: LeaveAddressOptions, { conversation, words, body }: Answered): Promise<void> {
  const [form] = await options.store.entries(conversation.id, { after: body.of - 1, limit: 1 })
  if (form?.from.kind !== 'system') return
  if (form.key.startsWith(ASKED)) await given(options, { conversation, words, body })
  else if (form.key.startsWith(CODE)) await coded(options, { conversation, words, body })
}

async function given(options: LeaveAddressOptions, { conversation, words, body }: Answered): Promise<void> {
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
      key: `${CODE}${newId('k')}`,
      parts: [text(words.askCode(address)), codeForm(words)],
    })
  options.logger.warn({ conversation: id, err: refused }, 'a code could not be sent')
  const again =
    refused.code === 'throttled' ? [text(words.throttled)] : [text(words.unreachable), ...addressForm(words)]
  await say(options, conversation, { key: `${ASKED}${newId('k')}`, parts: again })
}

async function coded(options: LeaveAddressOptions, { conversation, words, body }: Answered): Promise<void> {
  const { site } = conversation
  const mailbox = options.mailbox(site)
  if (!mailbox) return
  try {
    const address = await mailbox.verify.confirm(conversation, body.values.code ?? '')
    await catchUp(options, conversation, { because: { [mailbox.channel]: address }, news: true })
    await say(options, conversation, { key: newId('k'), parts: [text(words.done(address))] })
  } catch (thrown) {
    const { code } = toHutongError(thrown)
    if (code === 'forbidden')
      await say(options, conversation, { key: `${CODE}${newId('k')}`, parts: [text(words.wrong), codeForm(words)] })
    else if (code === 'gone')
      await say(options, conversation, {
        key: `${ASKED}${newId('k')}`,
        parts: [text(words.late), ...addressForm(words)],
      })
    else throw thrown
  }
}

/** Answers that nobody has read and that were never sent anywhere follow to the address that is known now. */
async function catchUp(
  { store, ways, committer, now }: LeaveAddressOptions,
  { id, contact }: Conversation,
  { because, news = false }: { because: Attributes; news?: boolean },
): Promise<void> {
  const conversation = await store.conversation(id)
  if (!conversation) return
  const cursors = await store.cursors(id)
  const read = cursors.find(({ participant }) => participant.id === contact)?.read ?? 0
  const sent = new Set((await store.deliveriesOf({ conversation: id, limit: 200 })).map(({ seq }) => seq))
  const entries = await store.entries(id, { before: conversation.last + 1, limit: 200 })
  const missed = entries.filter((one) => one.seq > read && isAnswer(one) && !sent.has(one.seq)).slice(-MISSED)
  const deliveries: NewDelivery[] = []
  for (const { seq } of missed) deliveries.push(...(await ways.deliveries(conversation, { seq })))
  if (deliveries.length === 0 && !news) return
  const body: Body = { kind: 'contact', changes: because }
  await committer.append({
    to: { conversation: id },
    key: newId('k'),
    at: now(),
    decide: () => ({ entries: [{ from: RELAY, body }], deliveries }),
  })
}

function isAnswer({ from, body }: Entry): boolean {
  return body.kind === 'message' && (from.kind === 'agent' || from.kind === 'bot')
}

async function say(
  { committer, nameOf, now }: LeaveAddressOptions,
  { id: conversation, site }: Conversation,
  { key, parts }: { key: string; parts: Part[] },
): Promise<void> {
  const name = nameOf(site)
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

function addressForm(words: Words): Part[] {
  const fields = [{ name: 'email', label: words.address, type: 'email' as const, required: true }]
  return [text(words.ask), { kind: 'form', fields, submit: words.send }]
}

function codeForm(words: Words): Part {
  const fields = [{ name: 'code', label: words.code, type: 'text' as const, required: true }]
  return { kind: 'form', fields, submit: words.confirm }
}
