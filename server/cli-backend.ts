import { once } from 'node:events'
import { connect } from 'node:net'
import type { Backend, Event } from '@hutong/core/backend'
import { HutongError } from '@hutong/core/errors'
import type { z } from 'zod'
import { createPullBackend } from './backends/pull.ts'
import { createSocketBackend } from './backends/socket.ts'
import { createWebhookBackend } from './backends/webhook/webhook.ts'
import { webhookOptions } from './backends/webhook/webhook-options.ts'
import { readFlags } from './cli-flags.ts'
import { pause } from './conformance/case.ts'
import { CONTRACT, failIfReplaced, GUEST, type MannersBench, openManners } from './conformance/manners-bench.ts'
import { type Held, runManners, runProbes } from './conformance/manners-run.ts'

export const BACKEND_HELP = `hutong backend test <url>          holds a webhook to the contract of backends (--secret whsec_… or WEBHOOK_SECRET, --ask "a question
                                   it answers", --answer-within 15000, --json, --relay-port 8787)
hutong backend test --pull         the same for a program that fetches its events, with the token in RELAY_TOKEN or a new one;
                                   --socket for one that holds a socket open`

interface Printing {
  say(line: string): void
  complain(line: string): void
  env: NodeJS.ProcessEnv
}

type Command = (args: readonly string[], flags: readonly string[]) => Promise<number>

const DONE = 0
const FAILED = 1
const MISUSED = 2
/** Until a program that comes by itself is there. */
const ARRIVAL_MS = 300_000
const TOKEN_MIN = 24
/** A first question is brought up to four times within its time, so a webhook that answers none rightly gets 20 requests at most. */
const QUESTIONS_MAX = 5
const BETWEEN_QUESTIONS_MS = 250
/** A program that a supervisor starts again is back by then. */
const COME_BACK_MS = 2_000

export function backendCommands(printing: Printing): Record<string, Command> {
  return { 'backend test': (args, flags) => test([...args, ...flags], printing) }
}

async function test(argv: readonly string[], printing: Printing): Promise<number> {
  let asked: Asked
  try {
    asked = askedFor(argv, printing.env)
  } catch (error) {
    printing.complain(`hutong backend test: ${toSentence(error)}`)
    return MISUSED
  }
  const { say } = printing
  const alive = createPulse(asked.webhook?.url)
  const bench = await openManners({ ...asked, backend: () => alive.watch(asked.backend()) })
  const took: number[] = []
  const verdicts: Held[] = []
  const heard = (verdict: Held) => {
    verdicts.push(verdict)
    if (!asked.json) for (const line of linesOf(verdict)) say(line)
    if (verdict.complaint) alive.suspect(verdict.complaint)
  }
  try {
    if (!asked.json) for (const line of welcome(asked, bench)) say(line)
    const event = await Promise.race([firstEvent(bench, asked, alive.ended), alive.gone])
    alive.begin()
    if (asked.webhook) for await (const one of alive.until(runProbes({ ...asked.webhook, event, took }))) heard(one)
    for await (const one of alive.until(runManners(bench))) heard(one)
  } catch (error) {
    if (!(error instanceof HutongError) || error.code !== 'unreachable') throw error
    const last = verdicts.findLast(({ complaint }) => !complaint?.includes(REFUSED))
    heard({
      title: verdicts.length === 0 ? 'answers, or passes on, a first question' : 'is there to the end',
      contract: CONTRACT.answers,
      complaint: `${error.message}${last ? ` (after "${last.title}")` : ''} (nothing else was tried)`,
    })
  } finally {
    await bench.close()
  }
  const report = reportOf(verdicts, { requests: took, answers: bench.took })
  say(asked.json ? JSON.stringify(report, null, 2) : summary(report))
  return report.failed === 0 ? DONE : FAILED
}

interface Asked {
  backend(): Backend
  /** Where a webhook is, for probes past the relay. */
  webhook?: { url: string; secrets: readonly string[]; timeoutMs: number }
  ask?: string
  port?: number
  token?: string
  within: number
  json: boolean
}

/** Rejects what cannot be asked, with the name of the flag. */
function askedFor(argv: readonly string[], env: NodeJS.ProcessEnv): Asked {
  const { values, positionals } = readFlags({
    args: [...argv],
    allowPositionals: true,
    options: {
      secret: { type: 'string', multiple: true },
      ask: { type: 'string' },
      'answer-within': { type: 'string', default: '15000' },
      'relay-port': { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      pull: { type: 'boolean', default: false },
      socket: { type: 'boolean', default: false },
    },
  })
  const within = number('answer-within', values['answer-within'], { from: 1_000, to: 600_000 })
  const port = number('relay-port', values['relay-port'], { from: 0, to: 65_535 })
  const [url, ...more] = positionals
  if ([url !== undefined, values.pull, values.socket].filter(Boolean).length !== 1 || more.length > 0)
    throw new HutongError('invalid', 'give one of: the URL of a webhook, --pull, --socket')
  const token = env.RELAY_TOKEN
  if (token !== undefined && token.length < TOKEN_MIN)
    throw new HutongError('invalid', `RELAY_TOKEN: is shorter than ${TOKEN_MIN} characters`)
  const common = {
    ...{ within, port, json: values.json },
    ...(values.ask !== undefined && { ask: values.ask }),
    ...(token !== undefined && { token }),
  }
  if (values.pull) return { ...common, backend: () => createPullBackend(GUEST, { answerWithin: within }) }
  if (values.socket) return { ...common, backend: () => createSocketBackend(GUEST, { answerWithin: within }) }
  const fromEnv = env.WEBHOOK_SECRET === undefined ? [] : [env.WEBHOOK_SECRET]
  const secrets = values.secret ?? fromEnv
  if (secrets.length === 0)
    throw new HutongError('invalid', '--secret: is needed, or WEBHOOK_SECRET in the environment')
  const timeoutMs = Math.min(within, 30_000)
  const webhook = { url: url ?? '', secrets, timeoutMs }
  const { error, data } = webhookOptions.safeParse({ ...webhook, answerWithin: within })
  if (error) throw new HutongError('invalid', error.issues.map(wordsOf).join('; '))
  return { ...common, webhook, backend: () => createWebhookBackend(GUEST, data) }
}

function number(flag: string, value: string, { from, to }: { from: number; to: number }): number {
  const given = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (given >= from && given <= to) return given
  throw new HutongError('invalid', `--${flag}: must be a whole number from ${from} to ${to}`)
}

function wordsOf({ path, message }: z.core.$ZodIssue): string {
  return `${path[0] === 'secrets' ? '--secret' : 'the URL'} ${message}`
}

/** A first question, again until somebody answers it; its event is what the probes are made of. */
async function firstEvent(bench: MannersBench, { webhook, within }: Asked, ended: () => boolean): Promise<Event> {
  const end = performance.now() + (webhook ? within : ARRIVAL_MS)
  for (let tries = 1; ; tries++) {
    const someone = bench.someone()
    try {
      const { log } = await bench.ask(someone, bench.question)
      failIfReplaced(log)
      const conversation = log[0]?.conversation ?? ''
      // From here on nobody waits for this backend in that conversation, whatever the probes make it do.
      await bench.stage.agent(conversation, { kind: 'handoff', to: { kind: 'queue' } })
      const [event] = await bench.stage.store
        .feed({ after: 0, limit: 1_000 })
        .then((all) => all.filter((one) => one.id === `${conversation}:1`))
      if (event) return event
    } catch (error) {
      if (ended() || performance.now() > end || (webhook && tries >= QUESTIONS_MAX))
        throw new HutongError('unreachable', `it did not take a first question: ${toSentence(error)}`)
    }
    await pause(BETWEEN_QUESTIONS_MS)
  }
}

const REFUSED = 'ECONNREFUSED'

/** Answers to a first question that a repeat does not change. */
const REFUSALS = [
  {
    words: /answered 40[13]$/,
    ask: 'does your program have the same secret as this test? (WEBHOOK_SECRET, or --secret)',
  },
  { words: /answered 40[45]$/, ask: 'is this the path at which your program takes POST?' },
]

/** Notices that the program at the address is gone, so that nobody waits for its answers. */
function createPulse(url: string | undefined) {
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => undefined)
  let begun = false
  let looking = false
  let over = false

  function end(why: string): void {
    over = true
    gone.reject(new HutongError('unreachable', why))
  }

  async function look(address: string): Promise<void> {
    if (await isOpen(address)) return
    await pause(COME_BACK_MS)
    if (await isOpen(address)) return
    end(
      begun
        ? 'your program has ended'
        : `nobody listens at ${new URL(address).origin} (${REFUSED}): is your program running, on this port?`,
    )
  }

  /** Something failed in these words, perhaps because the program is gone, or lets nobody in. */
  function suspect(words: string): void {
    if (url === undefined) return
    const refused = begun ? undefined : REFUSALS.find(({ words: told }) => told.test(words))
    if (refused) end(`${words}: ${refused.ask}`)
    if (looking || !words.includes(REFUSED)) return
    looking = true
    look(url).finally(() => {
      looking = false
    })
  }

  return {
    suspect,
    /** Rejects when there is nothing more to be had. */
    gone: gone.promise,
    ended: () => over,
    /** The program was there. */
    begin() {
      begun = true
    },
    watch(backend: Backend): Backend {
      return {
        ...backend,
        handle(event, tools) {
          const answer = backend.handle(event, tools)
          if (answer instanceof Promise) answer.catch((error) => suspect(toSentence(error)))
          return answer
        },
      }
    },
    /** What comes, until the program is gone: then it rejects with `unreachable`. */
    async *until<T>(source: AsyncIterable<T>): AsyncIterable<T> {
      const each = source[Symbol.asyncIterator]()
      for (;;) {
        const next = await Promise.race([each.next(), gone.promise])
        if (next.done) return
        yield next.value
      }
    },
  }
}

/** Whether anybody listens where the URL points to. */
async function isOpen(url: string): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(COME_BACK_MS) })
    return true
  } catch (error) {
    return !toSentence(error).includes(REFUSED)
  } finally {
    socket.destroy()
  }
}

function* welcome({ webhook, token }: Asked, { stage, question, answers }: MannersBench): Iterable<string> {
  yield `relay    ${stage.url}   (REST and the socket, for as long as this runs)`
  yield token === undefined
    ? `token    ${stage.token}   (as the backend "${GUEST}"; forgotten afterwards)`
    : 'token    the one of RELAY_TOKEN'
  if (webhook) yield `webhook  ${new URL(webhook.url).origin}${new URL(webhook.url).pathname}`
  yield `question ${question}${answers ? '' : '   (give --ask "…" to hold it to an answer)'}`
  yield ''
}

function* linesOf({ title, complaint, contract }: Held): Iterable<string> {
  yield `${complaint === undefined ? 'ok  ' : 'FAIL'} ${title}`
  if (complaint === undefined) return
  yield `     what is wrong: ${complaint}`
  yield `     the contract:  ${contract}`
}

interface Times {
  count: number
  medianMs: number
  longestMs: number
}

interface Report {
  held: number
  failed: number
  cases: Held[]
  /** Signed requests, to the webhook's own address. */
  requests?: Times
  /** From the contact's words to what the backend made of them, through the relay. */
  answers?: Times
}

function reportOf(cases: Held[], took: { requests: number[]; answers: number[] }): Report {
  const failed = cases.filter(({ complaint }) => complaint !== undefined).length
  const requests = timesOf(took.requests)
  const answers = timesOf(took.answers)
  return { held: cases.length - failed, failed, cases, ...(requests && { requests }), ...(answers && { answers }) }
}

function timesOf(took: readonly number[]): Times | undefined {
  const sorted = took.toSorted((a, b) => a - b)
  const [median, longest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  if (median === undefined || longest === undefined) return undefined
  return { count: sorted.length, medianMs: Math.round(median), longestMs: Math.round(longest) }
}

function summary({ held, failed, requests, answers }: Report): string {
  const told = (what: string, times: Times | undefined) =>
    times ? `\n${times.count} ${what}: median ${times.medianMs} ms, longest ${times.longestMs} ms` : ''
  return `\n${held} of ${held + failed} hold${told('requests', requests)}${told('answers', answers)}`
}

function toSentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
