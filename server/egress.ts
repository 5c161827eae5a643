import type { Adapter, FileStorage, Receipt } from '@hutong/core/adapter'
import type { Conversation } from '@hutong/core/conversation'
import { type Change, degrade, type Prompt } from '@hutong/core/degrade'
import type { Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import { channelOf, type FailOver } from './fail-over.ts'
import { isOfJoining, type JoinConversation } from './join-conversation.ts'
import type { Carrier } from './outbox.ts'
import { withUrls } from './present.ts'
import type { Prompts } from './prompts.ts'
import type { Way } from './reach.ts'
import { SENT } from './stores/small.ts'
import type { ClaimedDelivery, LogStore, OutboxStore, Settlement, SmallStore } from './stores/store.ts'
import { carriedKey, type TakeBack } from './take-back.ts'
import type { Ways } from './ways.ts'

export interface EgressOptions {
  store: Pick<LogStore, 'conversation' | 'entries'> & Pick<OutboxStore, 'gather'> & Pick<SmallStore, 'get' | 'set'>
  adapters: ReadonlyMap<string, Adapter>
  files: Pick<FileStorage, 'url'>
  prompts: Prompts
  ways: Ways
  failOver: FailOver
  takeBack: TakeBack
  joining: Pick<JoinConversation, 'missed'>
}

const TRIES = 12
/** Most messages that travel as one. */
const GATHERED = 20
/** How far ahead in the log it looks for edits and recalls of what it sends. */
const LATER = 200

/** The last stage: the entry in the channel's own means, sent under the delivery's key. */
export function createEgress(options: EgressOptions): Carrier {
  const { store, adapters, ways, failOver, takeBack } = options

  async function deliver(claimed: ClaimedDelivery): Promise<Settlement> {
    const { id, target, event } = claimed
    const { body } = event.entry
    if (body.kind === 'recall') return takeBack.deliver(claimed, body.of)
    const adapter = adapters.get(channelOf(target))
    if (!adapter) throw new HutongError('misconfigured', `no channel is called ${target}`)
    const conversation = await store.conversation(event.conversation)
    if (!conversation) throw new HutongError('gone', 'the conversation is gone')
    const forOne = isOfJoining(event.entry)
    const due = forOne ? { read: 0 } : await ways.due(conversation, { channel: adapter.channel, events: [event] })
    if ('until' in due) return { state: 'wait', due: due.until }
    const skip = (of: readonly Pick<Entry, 'seq'>[]): Settlement => {
      failOver.tell(event.conversation, { of: of.map(({ seq }) => seq), target, state: 'skipped' })
      return { state: 'skipped' }
    }
    if (body.kind !== 'message' || event.entry.seq <= due.read) return skip([event.entry])
    const joined = adapter.capabilities.gatherMs > 0 ? await store.gather(id, GATHERED) : []
    const later = await store.entries(conversation.id, { after: event.entry.seq, limit: LATER })
    const together = [event.entry, ...joined.map(({ entry }) => entry)]
    const entries = standing(together, later).filter(({ seq }) => seq > due.read)
    if (entries.length === 0) return skip(together)
    const address = await openAddress(ways, conversation, { channel: adapter.channel, address: claimed.address })
    const of = entries.map(({ seq }) => seq)
    if (of.length < together.length) await options.store.set(SENT, carriedKey(id), of)
    const settlement = await send(options, { claimed, adapter, address, entries })
    if (settlement.state === 'unsure')
      await failOver.unsure({ id, target, conversation: conversation.id, reason: settlement.error }, of)
    else failOver.tell(event.conversation, { of, target, state: 'sent' })
    return settlement
  }

  return {
    tries: TRIES,
    deliver,
    async gaveUp(delivery, { message: reason }) {
      const { id, target, event } = delivery
      const { conversation, entry } = event
      if (await options.joining.missed(delivery)) return
      const failed = { id, target, conversation, reason }
      return entry.body.kind === 'recall' ? failOver.notTakenBack(failed, entry.body.of) : failOver.next(failed)
    },
  }
}

/** Where on the channel it may be sent now. Rejects with the platform's own reason when that way is closed. */
async function openAddress(
  ways: Ways,
  conversation: Conversation,
  { channel, address }: { channel: string; address: string | undefined },
): Promise<string> {
  const isMeant = (one: Way) => one.channel === channel && (address ?? one.address) === one.address
  const { open, closed } = await ways.all(conversation)
  const way = open.find(isMeant)
  if (way) return way.address
  const shut = closed.find(isMeant)
  if (shut) throw new HutongError(shut.code, shut.reason)
  throw new HutongError('gone', `the contact has no proven address on ${channel}`)
}

/** The messages as they are now: what was edited meanwhile in its new words, without what was recalled. */
function standing(messages: readonly Entry[], later: readonly Entry[]): Entry[] {
  const left = new Map(messages.map((one) => [one.seq, one]))
  for (const { body } of later) {
    if (body.kind === 'recall') left.delete(body.of)
    if (body.kind !== 'edit') continue
    const before = left.get(body.of)
    if (before?.body.kind === 'message') left.set(body.of, { ...before, body: { ...before.body, parts: body.parts } })
  }
  return [...left.values()]
}

interface Sending {
  claimed: ClaimedDelivery
  adapter: Adapter
  address: string
  entries: readonly Entry[]
}

async function send(options: EgressOptions, { claimed, adapter, address, entries }: Sending): Promise<Settlement> {
  const { store, files, prompts } = options
  const { id, attempt, event } = claimed
  const { messages, changes, offered, newest } = written(entries, adapter, files)
  const keyless = adapter.capabilities.idempotentSend === 'none'
  const noted = ((await store.get(SENT, String(id))) ?? []) as Noted[]
  const receipts = attempt === 1 ? noted.map(asked) : [...noted]
  const note = (index: number, value: Noted) => {
    receipts[index] = value
    return keyless || messages.length > 1 ? store.set(SENT, String(id), receipts) : undefined
  }
  for (const [index, parts] of messages.entries()) {
    if (isReceipt(receipts[index])) continue
    const to = { address, conversation: event.conversation }
    const cutOff = receipts[index] === 'under way' && { cutOff: true as const }
    if (keyless) await note(index, 'under way')
    const sending = adapter.send({ key: `d${id}:${index}`, to, entry: newest, parts, changes, attempt, ...cutOff })
    const receipt = await sending.catch(async (thrown: unknown) => {
      if (!cutOff) await note(index, 'refused')
      throw thrown
    })
    await note(index, receipt)
  }
  await prompts.remember(newest, offered)
  return settlementOf(receipts.filter(isReceipt))
}

/**
 * What is kept of each message of a delivery, so that a new try goes on where the last one stopped. On a channel without
 * idempotency `under way` is noted before sending: whoever finds it cannot know whether the message arrived.
 */
type Noted = Receipt | 'under way' | 'refused'

function isReceipt(noted: Noted | undefined): noted is Receipt {
  return typeof noted === 'object'
}

/** A first try that finds notes was asked for by somebody who knows that the message may have arrived. */
function asked(noted: Noted): Noted {
  return isReceipt(noted) && noted.state === 'sent' ? noted : 'refused'
}

interface Written {
  messages: Part[][]
  changes: Change[]
  /** What the newest entry offers. */
  offered: readonly Prompt[]
  newest: Entry
}

/** Several entries as the fewest messages that the channel can carry them in. */
function written(entries: readonly Entry[], adapter: Adapter, files: Pick<FileStorage, 'url'>): Written {
  const messages: Part[][] = []
  const changes: Change[] = []
  let offered: readonly Prompt[] = []
  let newest: Entry | undefined
  for (const one of entries) {
    newest = withUrls(one, files)
    if (newest.body.kind !== 'message') continue
    const shown = degrade(newest.body.parts, adapter.capabilities)
    changes.push(...shown.changes)
    offered = shown.prompts
    for (const [index, parts] of shown.messages.entries()) {
      const before = index === 0 ? messages.at(-1) : undefined
      if (before && before.length + parts.length <= adapter.capabilities.partsPerMessage) before.push(...parts)
      else messages.push([...parts])
    }
  }
  if (!newest) throw new HutongError('internal', 'a delivery carries no entry')
  return { messages, changes, offered, newest }
}

function settlementOf(receipts: readonly Receipt[]): Settlement {
  const natives = receipts.flatMap((receipt) => (receipt.native === undefined ? [] : [receipt.native]))
  const unsure = receipts.find((receipt) => receipt.state === 'unsure')
  const known = natives.length === 0 ? {} : { natives }
  return unsure ? { state: 'unsure', error: unsure.reason, ...known } : { state: 'done', ...known }
}
