import type { Delivery, Host, Receipt, Target } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { connectInbox, type InboxOptions } from './client.ts'
import { optionsOf } from './offers.ts'
import { automaticOf, type Composing, compose } from './outgoing.ts'
import type { ReplyTokens } from './reply-token.ts'
import type { Sender } from './sender.ts'
import type { Threads } from './threads.ts'
import { readLog, transcriptOf, unheardOf } from './transcript.ts'

export interface OutboxOptions {
  host: Host
  threads: Threads
  tokens: ReplyTokens
  sender: Sender
  /** Where a mail is looked for whose acceptance got lost. */
  inbox: InboxOptions
  from: { address: string; name: string }
  plusAddress: boolean
}

export interface Outbox {
  deliver(delivery: Delivery): Promise<Receipt>
  transcript(to: Target, key: string): Promise<Receipt>
  notify(agent: { id: string; address: string }, conversation: string, key: string): Promise<Receipt>
  close(): void
}

/** How much of a conversation is looked at for what an agent is told. */
const NOTIFIED = 50
/** A visitor who has given no name. */
const CUSTOMER = '客户 Customer'

/** From what is to be said to a mail that the server has taken. */
export function createOutbox({ host, threads, tokens, sender, inbox, from, plusAddress }: OutboxOptions): Outbox {
  const domain = from.address.split('@').at(-1) ?? ''
  const common = { files: host.files, from, title: from.name }
  async function deliver({ key, to, entry, parts, cutOff, code }: Delivery): Promise<Receipt> {
    const { conversation, address } = to
    if (code) return bring(parts, to, key)
    const messageId = tokens.messageId({ kind: 'thread', conversation }, key, domain)
    const thread = await threads.get(conversation)
    if (thread.sent.includes(key)) return { state: 'sent', native: messageId }
    if (cutOff) {
      if (!(await arrivedAnyway(inbox, messageId))) return unsure(CUT_OFF, messageId)
      await threads.left(conversation, { id: messageId, to: address, subject: '', key })
      return { state: 'sent', native: messageId }
    }
    const composing: Composing = {
      ...common,
      to: address,
      messageId,
      replyAddress: plusAddress ? tokens.address(conversation, from.address) : from.address,
      thread,
      options: optionsOf(entry),
      at: entry.at,
      automatic: automaticOf(entry),
    }
    let subject = ''
    const outcome = await sender.send(async () => {
      const mail = await compose(parts, composing)
      subject = mail.subject ?? ''
      return mail
    })
    if (outcome === 'lost' && !(await arrivedAnyway(inbox, messageId))) return unsure(LOST, messageId)
    await threads.left(conversation, { id: messageId, to: address, subject, key })
    return { state: 'sent', native: messageId }
  }

  /** A code hangs on no thread, and what answers it is in none. */
  function bring(parts: Parameters<typeof compose>[0], { address, conversation }: Target, key: string) {
    return plainly(parts, {
      to: address,
      messageId: tokens.messageId({ kind: 'code', conversation }, key, domain),
      thread: undefined,
      replyAddress: from.address,
      automatic: 'auto-generated',
    })
  }

  async function transcript({ conversation, address }: Target, key: string): Promise<Receipt> {
    const parts = transcriptOf(await readLog(host.log, conversation), { customer: address, shop: from.name })
    const { subject, ...thread } = await threads.get(conversation)
    const messageId = tokens.messageId({ kind: 'thread', conversation }, key, domain)
    return plainly(parts, {
      to: address,
      messageId,
      thread,
      title: subject ?? from.name,
      replyAddress: plusAddress ? tokens.address(conversation, from.address) : from.address,
      automatic: 'auto-generated',
    })
  }

  async function notify(agent: { id: string; address: string }, conversation: string, key: string): Promise<Receipt> {
    const told = `told:${conversation}:${agent.id}`
    const entries = await readLog(host.log, conversation, NOTIFIED)
    const unheard = unheardOf(entries, Number((await host.state.get(told)) ?? 0))
    const { subject = from.name, addresses } = await threads.get(conversation)
    const named = unheard.find(({ from: { kind } }) => kind === 'contact')?.from.name
    const customer = named ?? addresses.at(-1) ?? CUSTOMER
    const parts = transcriptOf(unheard, { customer, shop: from.name })
    const messageId = tokens.messageId({ kind: 'agent', agent: agent.id, conversation }, key, domain)
    const receipt = await plainly(parts, {
      to: agent.address,
      messageId,
      thread: undefined,
      title: `${customer}: ${subject}`,
      replyAddress: from.address,
      automatic: 'auto-generated',
    })
    await host.state.set(told, entries.at(-1)?.seq)
    return receipt
  }

  async function plainly(
    parts: Parameters<typeof compose>[0],
    how: Pick<Composing, 'to' | 'messageId' | 'thread' | 'replyAddress' | 'automatic'> & { title?: string },
  ): Promise<Receipt> {
    if (parts.length === 0) throw new HutongError('invalid', 'conversation: nothing was said in it yet')
    const composing = { ...common, ...how, options: [], at: host.clock.now() }
    const outcome = await sender.send(() => compose(parts, composing))
    if (outcome === 'lost' && !(await arrivedAnyway(inbox, how.messageId))) return unsure(LOST, how.messageId)
    return { state: 'sent', native: how.messageId }
  }

  return { deliver, transcript, notify, close: () => sender.close() }
}

const LOST = 'the mail server took the mail and did not answer'
const CUT_OFF = 'the relay was stopped while it sent the mail'

/** Says what was done to find out. */
function unsure(why: string, native: string): Receipt {
  return { state: 'unsure', reason: `${why}; no copy of it could be found in the mailbox`, native }
}

/** Many servers keep what they sent: a copy there is an answer too. */
async function arrivedAnyway(options: InboxOptions, messageId: string): Promise<boolean> {
  try {
    const inbox = await connectInbox(options)
    try {
      return await inbox.holds(messageId)
    } finally {
      await inbox.close()
    }
  } catch (thrown) {
    if (thrown instanceof HutongError) return false
    throw thrown
  }
}
