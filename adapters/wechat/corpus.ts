import { isDeepStrictEqual } from 'node:util'
import { parts as partsSchema } from '@hutong/core/parts'
import { count, differences, runCorpus, type Score, scoreFiles } from '@hutong/tencent/corpus'
import type { Payload } from '@hutong/tencent/payload'
import { type Decoded, decode, encode, type Outgoing, passive, textMessage } from './codec.ts'
import { codeRequest, sendRequest, tokenRequest, typingRequest } from './requests.ts'

export function scoreFolder(folder: string): Score {
  return scoreFiles(folder, readOne)
}

function readOne(name: string, payload: Payload, score: Score): void {
  const compared = comparison(name, payload)
  if (compared !== undefined) {
    count(score, compared.kind)
    score.misses.push(...compared.misses.map((miss) => `${name}: ${miss}`))
    return
  }
  if (!('MsgType' in payload || 'InfoType' in payload)) {
    count(score, 'other')
    return
  }
  const [once, again] = [decode(payload), decode(structuredClone(payload))]
  if (!isDeepStrictEqual(once, again)) score.failures.push(`${name}: decoded differently the second time`)
  const kinds = kindsOf(once)
  for (const kind of kinds) count(score, kind)
  if (kinds.includes('unsupported')) score.misses.push(`${name}: unsupported`)
}

/** A medium counts as what it becomes once it is fetched. */
function kindsOf({ what }: Decoded): string[] {
  if (what.kind !== 'message' && what.kind !== 'act') return [what.kind]
  const parts = partsSchema.parse(what.parts)
  return what.kind === 'message' && what.medium !== undefined ? [what.medium.kind] : parts.map(({ kind }) => kind)
}

/** The samples of what we send ourselves, beside what we would write. */
function comparison(name: string, sample: Payload): { kind: string; misses: string[] } | undefined {
  const requests = REQUESTS.find(([pattern]) => pattern.test(name))?.[1]
  if (requests !== undefined) {
    const misses = requests.flatMap((one) => differences(JSON.parse(JSON.stringify(one)), sample))
    return { kind: 'request', misses: [...new Set(misses)] }
  }
  if (!/MessageReply/i.test(name)) return undefined
  const common = { ToUserName: '', FromUserName: '', CreateTime: 0 }
  const replies = OURS.map((one) => passive(one, /\.xml$/i.test(name) ? 'xml' : 'json'))
  const same = replies.find((one) => one?.MsgType === sample.MsgType)
  return { kind: 'reply', misses: same === undefined ? [] : differences({ ...common, ...same }, sample) }
}

const WRITING = {
  conversation: 'v_1',
  seq: 1,
  mediaId: 'MEDIA_ID',
  miniPrograms: [{ link: 'https://mini.example/', appId: 'APPID', thumbMediaId: 'MEDIA_ID' }],
}

/** One message of every type that we send. */
const OURS: readonly Outgoing[] = [
  textMessage('Hello'),
  ...(['image', 'audio', 'video'] as const).map((kind) => encode({ kind, file: 'f_1', name: 'a' }, WRITING)),
  encode({ kind: 'card', title: 'Pot', text: 'A pot', url: 'https://shop.example/', buttons: [] }, WRITING),
  encode({ kind: 'card', title: 'Pot', url: 'https://mini.example/pages/pot', buttons: [] }, WRITING),
  encode({ kind: 'choices', text: 'Which?', options: [{ id: 'a', label: 'A' }] }, WRITING),
].filter((one) => one !== undefined)

/** What we send to each endpoint, by the names of its samples. */
const REQUESTS: readonly (readonly [RegExp, readonly object[]])[] = [
  [/MessageCustomSendRequest/i, OURS.map((one) => sendRequest('OPENID', one))],
  [/MessageCustom(Business)?TypingRequest/i, [typingRequest('OPENID', true)]],
  [/QrcodeCreateRequest/i, [codeRequest('scene', 60)]],
  [/StableTokenRequest/i, [tokenRequest({ appId: 'APPID', secret: 'SECRET' }, true)]],
]

if (import.meta.main) runCorpus(scoreFolder)
