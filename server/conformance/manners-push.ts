import { randomBytes } from 'node:crypto'
import type { Event } from '@hutong/core/backend'
import { answerOf } from '../backends/webhook/answer-of.ts'
import { ENVELOPE_TYPE, envelope } from '../backends/webhook/envelope.ts'
import { type Posted, post } from '../backends/webhook/post.ts'
import { createSigner } from '../backends/webhook/signer.ts'
import { type Case, must, mustEqual } from './case.ts'

/** What each probe belongs to. Signatures: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const PUSH_CONTRACT = {
  signed:
    'A webhook acts on nothing whose signature over id, timestamp and body does not hold, or whose timestamp is not of these minutes; it answers such requests with 4xx.',
  tolerant: 'A webhook takes what it does not know yet, such as new event types and fields, with 2xx.',
  again: 'The same webhook-id again is answered with the same actions, for the first answer may have been lost.',
  readable: 'A 2xx answer is empty or JSON with known fields: { "actions": [...] } or { "later": true }.',
} as const

export interface PushProbe extends Case<PushBench> {
  contract: keyof typeof PUSH_CONTRACT
}

/** A webhook's address, and an event that the stage has brought there before. */
export interface PushBench {
  url: string
  secrets: readonly string[]
  event: Event
  timeoutMs: number
  /** Milliseconds that each request took that was signed as it should be. */
  took: number[]
}

interface Request {
  body?: string
  /** Sent in place of the body that was signed. */
  altered?: string
  id?: string
  /** Signed with this id, and sent with `id`. */
  signedId?: string
  /** Seconds from now. */
  skew?: number
  secrets?: readonly string[]
  signature?(right: string): string
  without?: string
}

async function send(bench: PushBench, request: Request): Promise<Posted> {
  const { url, event, timeoutMs } = bench
  const { body = envelope(event), id = event.id, signedId = id, secrets = bench.secrets } = request
  const seconds = Math.floor(Date.now() / 1_000) + (request.skew ?? 0)
  const right = createSigner(secrets)({ id: signedId, seconds, body })
  const headers: Record<string, string> = {
    'content-type': ENVELOPE_TYPE,
    accept: 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': request.signature?.(right) ?? right,
  }
  if (request.without !== undefined) delete headers[request.without]
  const started = performance.now()
  const signal = new AbortController().signal
  const posted = await post({ url, headers, body: request.altered ?? body, timeoutMs, signal, now: Date.now })
  bench.took.push(performance.now() - started)
  return posted
}

function refuses(title: string, request: (bench: PushBench) => Request): PushProbe {
  return {
    title: `refuses ${title}`,
    contract: 'signed',
    async run(bench) {
      mustBeRefusal((await send({ ...bench, took: [] }, request(bench))).status)
    },
  }
}

function mustBeRefusal(status: number): void {
  must(status >= 400 && status < 500, `it answered ${status}, and should have refused with 4xx`)
}

function takes(title: string, request: (bench: PushBench) => Request): PushProbe {
  return {
    title: `takes ${title}`,
    contract: title.includes('signature') ? 'signed' : 'tolerant',
    async run(bench) {
      const { status } = await send(bench, request(bench))
      must(status >= 200 && status < 300, `it answered ${status}, and should have taken it with 2xx`)
    },
  }
}

/** A body of the same length that says something else. */
const changed = ({ event }: PushBench) => envelope(event).replace('"specversion":"1.0"', '"specversion":"1.1"')
const other = () => [`whsec_${randomBytes(32).toString('base64')}`]
const wrong = () => `v1,${randomBytes(32).toString('base64')}`

function unknownEvent({ event }: PushBench): Request {
  const id = `${event.conversation}:${event.entry.seq + 100_000}`
  const cloud = JSON.parse(envelope({ ...event, id }))
  cloud.type = 'hutong.entry.dance'
  cloud.data.entry.body = { kind: 'dance', steps: 3 }
  return { id, body: JSON.stringify(cloud) }
}

function moreFields({ event }: PushBench): Request {
  const cloud = JSON.parse(envelope(event))
  cloud.traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  cloud.data.weather = { here: 'rain' }
  cloud.data.entry.mood = ['calm']
  return { body: JSON.stringify(cloud) }
}

export const pushProbes: readonly PushProbe[] = [
  takes('an event with a right signature', () => ({})),
  takes('an event with several signatures of which one is right', () => ({
    signature: (right) => `${wrong()} ${right} ${wrong()}`,
  })),
  takes('an event with a signature of a version that it does not know beside the right signature', () => ({
    signature: (right) => `v9,c29tZXRoaW5n ${right}`,
  })),
  takes('an event of an unknown type', unknownEvent),
  takes('an event with unknown fields', moreFields),
  refuses('an event without a signature', () => ({ without: 'webhook-signature' })),
  refuses('an event without an id', () => ({ without: 'webhook-id' })),
  refuses('an event without a timestamp', () => ({ without: 'webhook-timestamp' })),
  refuses('an empty signature', () => ({ signature: () => '' })),
  refuses('a signature that is none', () => ({ signature: () => 'v1,!!! v1 ,, v1,' })),
  refuses('a signature without its version', () => ({ signature: (right) => right.replace(/^v1a?,/, '') })),
  refuses('a signature with another secret', () => ({ secrets: other() })),
  refuses('a right signature inside a longer word', () => ({
    signature: (right) => right.replace(/\S+/g, (one) => `x${one}x`),
  })),
  refuses('several signatures of which none is right', () => ({ signature: () => `${wrong()} ${wrong()}` })),
  refuses('a signature cut short', () => ({ signature: (right) => right.slice(0, -8) })),
  refuses('a body that was changed after it was signed', (bench) => ({ altered: changed(bench) })),
  refuses('a body with one space more than was signed', ({ event }) => ({ altered: `${envelope(event)} ` })),
  refuses('an id that was changed after it was signed', ({ event }) => ({ signedId: event.id, id: `${event.id}0` })),
  refuses('an event that was signed ten minutes ago', () => ({ skew: -600 })),
  refuses('an event that was signed in ten minutes from now', () => ({ skew: 600 })),
  refuses('a signed body of 0 bytes', () => ({ body: '' })),
  refuses('a signed body that is not JSON', () => ({ body: 'hello' })),
  refuses('a signed body that is no event', () => ({ body: '[1, 2, 3]' })),
  {
    title: 'refuses to be asked with GET',
    contract: 'signed',
    async run({ url, timeoutMs }) {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
      await response.body?.cancel()
      mustBeRefusal(response.status)
    },
  },
  {
    title: 'answers the same webhook-id with the same actions',
    contract: 'again',
    async run(bench) {
      const first = answerOf(await send(bench, {}))
      const second = answerOf(await send(bench, {}))
      mustEqual(kindsOf(second), kindsOf(first), 'the actions of the second answer')
    },
  },
  {
    title: 'gives an answer that the relay can read',
    contract: 'readable',
    async run(bench) {
      answerOf(await send(bench, {}))
    },
  },
]

/** The words of a model may differ; what is done, and under which keys, may not. */
function kindsOf({ actions, later }: ReturnType<typeof answerOf>): unknown {
  return [later, actions.map((one) => ('key' in one && one.key !== undefined ? [one.kind, one.key] : [one.kind]))]
}
