import { createHash } from 'node:crypto'
import type { Clock, Delivery, FileStorage, Receipt } from '@hutong/core/adapter'
import { HutongError } from '@hutong/core/errors'
import { type Api, platformCode } from '@hutong/tencent/api'
import { z } from 'zod'
import { TO_GROUP, TO_MEMBER } from './app-capabilities.ts'
import type { Body, Draft, Place } from './app-draft.ts'
import { countMessage, type Ledger, type Page } from './app-ledger.ts'
import { uploadFile } from './app-media.ts'
import { groupRequest, memberRequest } from './app-requests.ts'
import { encode } from './codec.ts'

export interface SendingParts {
  api: Api
  agentId: number
  ledger: Ledger
  files: FileStorage
  clock: Clock
  miniPrograms: Place['miniPrograms']
}

/** Addresses that begin with this are groups that the app has made. */
const GROUP = 'chat:'

const sentAnswer = z.object({
  msgid: z.string().nullish(),
  invaliduser: z.string().nullish(),
  unlicenseduser: z.string().nullish(),
})

/** One delivery, which may be several messages: those that were taken before are not sent again. */
export function sendDelivery(parts: SendingParts, delivery: Delivery): Promise<Receipt> {
  const { address, conversation } = delivery.to
  const group = address.startsWith(GROUP)
  const { seq } = delivery.entry
  const place: Place = { group, conversation, seq, task: taskOf(delivery.key), miniPrograms: parts.miniPrograms }
  const drafts = encode(delivery.parts, place)
  return parts.ledger.alone(address, async (page, save) => {
    const last = page.last?.key === delivery.key ? page.last : { key: delivery.key, done: [] }
    page.last = last
    for (const draft of drafts.slice(last.done.length)) {
      const lost =
        last.pending === undefined ? undefined : whyUnsure(last.pending, { delivery, group, now: parts.clock.now() })
      if (lost !== undefined) return receiptOf(last.done, lost)
      const unsure = await sendDraft(parts, draft, { delivery, page, save, last, group })
      if (unsure !== undefined) return receiptOf(last.done, unsure)
    }
    return receiptOf(last.done)
  })
}

interface Step {
  delivery: Delivery
  page: Page
  save(): Promise<void>
  last: NonNullable<Page['last']>
  group: boolean
}

/** Why it is unknown whether the message was taken; undefined once it was. */
async function sendDraft(parts: SendingParts, draft: Draft, step: Step): Promise<string | undefined> {
  const { page, save, last, group, delivery } = step
  const body = draft.kind === 'file' ? await uploadBody(parts, draft, step) : draft.body
  countMessage(page, group ? TO_GROUP : TO_MEMBER, parts.clock.now())
  last.pending ??= parts.clock.now()
  await save()
  try {
    last.done.push(group ? await toGroup(parts, delivery, body) : await toMember(parts, delivery, body))
  } catch (thrown) {
    const maybe = thrown instanceof HutongError && thrown.code === 'timeout'
    if (maybe && group) return NO_CHECK
    if (!maybe) {
      delete last.pending
      await save()
    }
    throw thrown
  }
  delete last.pending
  await save()
  return undefined
}

/** A lost answer to an upload has sent nothing. */
async function uploadBody(
  parts: SendingParts,
  { part }: Extract<Draft, { kind: 'file' }>,
  { page, save }: Step,
): Promise<Body> {
  try {
    const body = await uploadFile(parts, part, page)
    await save()
    return body
  } catch (thrown) {
    if (!(thrown instanceof HutongError) || thrown.code !== 'timeout') throw thrown
    throw new HutongError('unreachable', thrown.message, { cause: thrown.cause })
  }
}

async function toMember({ api, agentId }: SendingParts, { key, to, entry }: Delivery, body: Body): Promise<string> {
  const message = memberRequest({ userid: to.address, agentId }, body, checkSeconds(key, entry.seq))
  try {
    const { msgid, invaliduser, unlicenseduser } = await api.post('/cgi-bin/message/send', message, sentAnswer)
    if (unlicenseduser) throw new HutongError('gone', `${to.address} has no licence (接口许可) for this app`)
    if (invaliduser) throw new HutongError('gone', `${to.address} is nobody whom this app may write to`)
    return msgid ?? ''
  } catch (thrown) {
    if (platformCode(thrown) === TASK_KNOWN) return ''
    throw thrown
  }
}

async function toGroup({ api }: SendingParts, { to }: Delivery, body: Body): Promise<string> {
  await api.post('/cgi-bin/appchat/send', groupRequest(to.address.slice(GROUP.length), body), z.object({}))
  return ''
}

/** The card's task is made of the delivery's key, so the platform has taken this very card before. */
const TASK_KNOWN = 42014

const NO_CHECK = 'the answer was lost, and groups of WeCom cannot be asked whether they have a message'

function whyUnsure(
  pending: number,
  { delivery, group, now }: { delivery: Delivery; group: boolean; now: number },
): string | undefined {
  if (group) return NO_CHECK
  if (now - pending < checkSeconds(delivery.key, delivery.entry.seq) * 1000) return undefined
  return 'the answer was lost, and WeCom no longer knows whether it has the message'
}

const SHORTEST_CHECK = 3_600
const SPREAD = 10_801

/**
 * Seconds for which the platform knows a message again by its JSON (1 to 4 hours; the most it allows is 4). The number is part of that
 * JSON and seen by nobody: it is the same when a delivery is tried again, and another one for the next, so that "ok" may be said
 * twice.
 */
export function checkSeconds(key: string, seq: number): number {
  const own = createHash('sha256').update(key).digest().readUInt16BE(0) % 37
  return SHORTEST_CHECK + ((seq * 37 + own) % SPREAD)
}

function taskOf(key: string): string {
  return `hutong-${createHash('sha256').update(key).digest('hex').slice(0, 48)}`
}

function receiptOf(done: readonly string[], unsure?: string): Receipt {
  const ids = done.filter((id) => id !== '')
  const native = ids.length === 0 ? {} : { native: ids.join('|') }
  return unsure === undefined ? { state: 'sent', ...native } : { state: 'unsure', reason: unsure, ...native }
}

/** The ids of the messages that a receipt stands for. */
export function messagesOf(native: string): string[] {
  return native.split('|')
}
