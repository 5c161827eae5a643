import { isDeepStrictEqual } from 'node:util'
import type { Part } from '@hutong/core/parts'
import { parts as partsSchema } from '@hutong/core/parts'
import { count, differences, runCorpus, type Score, scoreFiles } from '@hutong/tencent/corpus'
import type { Payload, PayloadValue } from '@hutong/tencent/payload'
import { fileBody } from './app-draft.ts'
import { answeredRequest, groupRequest, memberRequest } from './app-requests.ts'
import { decode, encode, type Incoming } from './codec.ts'
import { decode as decodeKf, type KfItem } from './kf-codec.ts'
import { encode as encodeKf, text } from './kf-messages.ts'
import {
  customersRequest,
  sendOnEventRequest,
  sendRequest,
  stateRequest,
  syncRequest,
  takeRequest,
} from './kf-requests.ts'

/** Callbacks of the app, messages of customer service as `sync_msg` gives them, and samples of requests. */
export function scoreFolder(folder: string): Score {
  return scoreFiles(folder, readOne)
}

function readOne(name: string, payload: Payload, score: Score): void {
  const requests = REQUESTS.find(([pattern]) => pattern.test(name))?.[1]
  if (requests !== undefined) {
    count(score, 'request')
    const misses = requests.flatMap((one) => differences(JSON.parse(JSON.stringify(one)), payload))
    score.misses.push(...[...new Set(misses)].map((miss) => `${name}: ${miss}`))
  } else if (messagesOf(payload).length > 0)
    for (const message of messagesOf(payload))
      readTwice({ name, payload: message, score }, { read: decodeKf, kinds: kindsOfItem })
  else if ('MsgType' in payload || 'InfoType' in payload)
    readTwice({ name, payload, score }, { read: decode, kinds: kindsOfCallback })
  else count(score, 'other')
}

interface Reading {
  name: string
  payload: Payload
  score: Score
}

interface Reader<Read> {
  read(payload: Payload): Read
  kinds(read: Read): readonly string[]
}

function readTwice<Read>({ name, payload, score }: Reading, { read, kinds }: Reader<Read>): void {
  const [once, again] = [read(payload), read(structuredClone(payload))]
  if (!isDeepStrictEqual(once, again)) score.failures.push(`${name}: decoded differently the second time`)
  const found = kinds(once)
  for (const kind of found) count(score, kind)
  if (found.includes('unsupported')) score.misses.push(`${name}: unsupported`)
}

/** One message alone, or a page of them. */
function messagesOf(payload: Payload): readonly Payload[] {
  if ('msgtype' in payload && 'msgid' in payload) return [payload]
  return Array.isArray(payload.msg_list) ? payload.msg_list.filter(isPayload) : []
}

function isPayload(value: PayloadValue): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindsOfItem(item: KfItem): readonly string[] {
  if (item.kind !== 'said') return [item.kind]
  return item.parts.map((part) => (part.kind === 'medium' ? part.as : kindOf(part)))
}

function kindsOfCallback(incoming: Incoming): readonly string[] {
  if (incoming.kind === 'event') return ['event']
  const { said } = incoming
  return said.kind === 'parts' ? said.parts.map(kindOf) : [said.kind === 'medium' ? said.as : said.kind]
}

/** Throws for what could not be kept. */
function kindOf(part: Part): string {
  partsSchema.parse([part])
  return part.kind
}

const CHOICES: Part = { kind: 'choices', text: 'Which?', options: [{ id: 'a', label: 'A' }] }
const CARD: Part = { kind: 'card', title: 'Pot', text: 'A pot', url: 'https://shop.example/', buttons: [] }
const PLACE = { group: false, conversation: 'v_1', seq: 1, task: 'task', miniPrograms: [] }
const CUSTOMER = { openKfId: 'wk', customer: 'wm' }

/** One message of every type that we send to members and groups alike. */
const APP_BODIES = [
  ...encode(
    [
      { kind: 'text', text: 'Hello', format: 'plain' },
      { kind: 'text', text: '*Hello*', format: 'markdown' },
      ...[CARD, { ...CARD, image: 'https://shop.example/pot.png' }],
    ],
    PLACE,
  ).flatMap((draft) => (draft.kind === 'ready' ? [draft.body] : [])),
  ...['image', 'voice', 'video', 'file'].map((kind) => fileBody(kind, 'MEDIA_ID')),
]
const KF_MESSAGES = [text('Hello'), ...encodeKf(CHOICES, { seq: 1 }), ...encodeKf(CARD, { seq: 1, thumb: 'MEDIA_ID' })]

/** What we send to each endpoint, by the names of its samples. */
const REQUESTS: readonly (readonly [RegExp, readonly object[]])[] = [
  [/KfSyncMessageRequest/i, [syncRequest('wk', { cursor: 'c', token: 't', limit: 1000 })]],
  [/KfSendMessageRequest/i, KF_MESSAGES.map((one) => sendRequest(CUSTOMER, 'id', one))],
  [/KfSendMessageOnEventRequest/i, KF_MESSAGES.slice(0, 2).map((one) => sendOnEventRequest('code', 'id', one))],
  [/KfServiceStateGetRequest/i, [stateRequest(CUSTOMER)]],
  [/KfServiceStateTransferRequest/i, [takeRequest(CUSTOMER)]],
  [/KfCustomerBatchGetRequest/i, [customersRequest(['wm'])]],
  [/MessageSendRequest/i, APP_BODIES.map((body) => memberRequest({ userid: 'u', agentId: 1 }, body, 1_800))],
  [/UpdateTemplateCardRequest/i, [answeredRequest({ userid: 'u', agentId: 1 }, 'code', 'A')]],
  [/AppChatSendRequest/i, APP_BODIES.map((body) => groupRequest('c', body))],
]

if (import.meta.main) runCorpus(scoreFolder)
