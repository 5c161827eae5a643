import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { argv, cwd, env, exit, stderr, stdout } from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import { parts as partsSchema } from '@hutong/core/parts'
import { parseJson } from '@hutong/tencent/json'
import type { Payload, PayloadValue } from '@hutong/tencent/payload'
import { parseXml } from '@hutong/tencent/xml'
import { type Decoded, decode, encode, type Outgoing, passive, textMessage } from './codec.ts'
import { codeRequest, sendRequest, tokenRequest, typingRequest } from './requests.ts'

/** How a folder of recorded pushes and samples of requests was read. */
export interface Score {
  /** How many files became what: kinds of parts, events, `request`, `reply`, `other` for what is none of these. */
  counts: Record<string, number>
  /** What could not be understood, or is not as we write it: one line each. */
  misses: string[]
  /** What was thrown, or came out another way the second time: one line each. */
  failures: string[]
}

export function scoreFolder(folder: string): Score {
  const score: Score = { counts: {}, misses: [], failures: [] }
  for (const path of filesIn(folder)) {
    const name = relative(folder, path)
    try {
      readOne(name, readFileSync(path, 'utf8'), score)
    } catch (cause) {
      score.failures.push(`${name}: ${cause instanceof Error ? cause.message : cause}`)
    }
  }
  return score
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(xml|json)$/i.test(one.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

function readOne(name: string, text: string, score: Score): void {
  const payload = /\.xml$/i.test(name) ? parseXml(text) : parseJson(text)
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

function count({ counts }: Score, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1
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

/** The fields that the sample does not have, or has as another type. XML knows text alone. */
function differences(ours: PayloadValue, sample: PayloadValue | undefined, path = ''): string[] {
  if (sample === undefined) return [`${path} is not in the sample`]
  if (Array.isArray(ours)) {
    const first = Array.isArray(sample) ? sample[0] : sample
    return ours.slice(0, 1).flatMap((one) => differences(one, first, `${path}[]`))
  }
  if (isPayload(ours)) {
    if (!isPayload(sample)) return [`${path} is no object in the sample`]
    return Object.entries(ours).flatMap(([name, value]) => differences(value, sample[name], `${path}.${name}`))
  }
  const fits = typeof ours === typeof sample || (typeof ours === 'number' && /^\d+$/.test(String(sample)))
  return fits ? [] : [`${path} is ${typeof ours} here and ${typeof sample} in the sample`]
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

if (import.meta.main) {
  const [given] = argv.slice(2)
  // pnpm runs scripts inside the package; the folder was named from where pnpm was called.
  const folder = given === undefined ? undefined : resolve(env.INIT_CWD ?? cwd(), given)
  if (folder === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    stderr.write(folder === undefined ? 'usage: corpus <folder>\n' : `${folder} is no folder\n`)
    exit(2)
  }
  const { counts, misses, failures } = scoreFolder(folder)
  for (const line of [...failures.map((one) => `FAILED ${one}`), ...misses]) stdout.write(`${line}\n`)
  for (const [kind, number] of Object.entries(counts).sort()) stdout.write(`${kind} ${number}\n`)
  exit(failures.length > 0 ? 1 : 0)
}
