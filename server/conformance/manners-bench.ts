import type { Adapter } from '@hutong/core/adapter'
import type { ActionInput, Backend, Event, Tools } from '@hutong/core/backend'
import type { ContactBody, Entry } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { actionsIn } from '../answer.ts'
import { settledScope } from '../deadline.ts'
import { type Case, eventually, pause, said } from './case.ts'
import { logChannel } from './log-channel.ts'
import { openStage, type Stage, type StageContact } from './stage.ts'

/** The name of the backend under test. */
export const GUEST = 'guest'
/** A channel by a name that no answer holds by chance. */
export const ODD_CHANNEL = 'zz-lantern'
/** The relay brings what a contact wrote under a key that begins like this twice: the receipt of the first time is lost. */
export const TWICE = 'twice:'

/** What each manner belongs to, in a sentence that the author of a backend can go by. */
export const CONTRACT = {
  answers:
    'Every event that a backend has to answer is answered, passed on or settled with no actions, within its time; it does not fail on what a contact may send.',
  once: 'The same event comes again, unchanged, until it is acknowledged: ask for the same actions in the same order, or give keys derived from event.id.',
  order: 'One event of a conversation at a time, but for a stop; each is answered in the order of the log.',
  apart: 'Many conversations stand side by side; nothing goes from one to another.',
  floor: 'Only who has the floor speaks to the contact; after it moved, nothing more is said for the old term.',
  restart:
    'A relay that stops and starts brings what was not acknowledged once more; nothing is lost and nothing said twice.',
  parts: 'Answers are parts that hold on every channel; no backend asks or tells which channel this is.',
  passing: 'Who gives the floor on says why, or what it is about, to whoever takes over.',
} as const

export interface Manner extends Case<MannersBench> {
  contract: keyof typeof CONTRACT
  /** It disturbs whatever else goes on at the stage. */
  alone?: true
  /** It is for backends that may stand behind another bot in a routing chain. */
  behind?: true
}

/** What became of something that the contact sent. */
export interface Taken {
  seq: number
  /** All of the conversation. */
  log: Entry[]
  /** What the backend said since, message by message. */
  said: string[]
  /** It gave the floor on. */
  passed: boolean
}

/** A stage with a backend that answers by itself, and what it is asked. */
export interface MannersBench {
  stage: Stage
  /** What it is asked where the words do not matter. */
  question: string
  /** It is known to answer `question`; otherwise passing it on is as good. */
  answers: boolean
  /** It may stand behind another bot. */
  behind: boolean
  /** Milliseconds the relay waits for an answer. */
  within: number
  /** A contact whom nobody met yet. */
  someone(channel?: string): StageContact
  /** Says it and resolves once the backend is done with it. Rejects when the relay had to answer in its place. */
  ask(contact: StageContact, body: string | ContactBody, key?: string): Promise<Taken>
  /** Milliseconds that each answer took. */
  took: number[]
  close(): Promise<void>
}

export interface MannersOptions {
  /** Called again when the relay starts again. */
  backend(): Backend
  /** A question that it answers. Without one, passing on is as good as answering. */
  ask?: string
  /** It may stand behind another bot in a routing chain: what that one passes on is its to answer. Default: it stands first. */
  behind?: boolean
  /** Where the relay listens, and what the backend shows to be let in. Default: any port, a token made for the occasion. */
  port?: number
  token?: string
}

/** The name of a bot that passes whatever it hears to the backend under test. */
export const PASSER = 'passer'
const passer: Backend = {
  name: PASSER,
  handle: async ({ entry: { body } }) =>
    body.kind === 'message' ? { kind: 'handoff', to: { kind: 'bot', id: GUEST }, reason: 'not mine' } : undefined,
}

const FIRST_QUESTION = 'Hello, where is my parcel?'
const SLACK_MS = 5_000
const REST_MS = 40
const lantern: Adapter = { ...logChannel, channel: ODD_CHANNEL }

export async function openManners({
  backend,
  ask,
  behind = false,
  port,
  token,
}: MannersOptions): Promise<MannersBench> {
  const done = new Set<string>()
  const broke = new Map<string, string>()
  let made = backend()
  const within = made.answerWithin ?? 15_000
  let first = true
  const stage = await openStage({
    backends() {
      if (!first) made = backend()
      first = false
      return [watched(made, { done, broke })]
    },
    beside: [passer],
    adapters: [logChannel, lantern],
    ...(port !== undefined && { port }),
    ...(token !== undefined && { token }),
  })
  let people = 0
  const took: number[] = []

  async function isTaken(conversation: string, seq: number): Promise<boolean> {
    const { floor } = await stage.conversation(conversation)
    if (floor.holder.kind !== 'bot' || floor.holder.id !== GUEST) return true
    if (made.answers !== 'later') return done.has(`${conversation}:${seq}`)
    const settled = await stage.store.get(settledScope(GUEST), conversation)
    if (typeof settled === 'number') return settled >= seq
    return said(await stage.store.entries(conversation, { after: seq, limit: 100 }), GUEST).length > 0
  }

  return {
    stage,
    question: ask ?? FIRST_QUESTION,
    answers: ask !== undefined,
    behind,
    within,
    took,
    someone: (channel) => stage.contact(`guest-of-${channel ?? 'web'}-${people++}`, channel),
    async ask(contact, body, key) {
      const started = performance.now()
      const { conversation, seq } = await contact.say(body, key)
      await eventually(() => isTaken(conversation, seq), 'an answer, a hand-off or "nothing to say"', within + SLACK_MS)
      took.push(performance.now() - started)
      const log = await atRest(contact)
      const since = log.filter((one) => one.seq > seq)
      failIfReplaced(since, broke.get(`${conversation}:${seq}`))
      return { seq, log, said: said(since, GUEST), passed: since.some(isPassing) }
    },
    close: () => stage.close(),
  }
}

/** Several actions of one answer come one after another, so the log is whole once it has stopped growing. */
async function atRest(contact: StageContact): Promise<Entry[]> {
  for (let before = await contact.log(); ; ) {
    await pause(REST_MS)
    const log = await contact.log()
    if (log.length === before.length) return log
    before = log
  }
}

/** The backend moved the floor itself. */
export function isPassing({ from, body }: Entry): boolean {
  return body.kind === 'handoff' && from.kind === 'bot' && from.id === GUEST
}

/** The relay gave the floor on because the backend failed or was late. */
export function failIfReplaced(log: readonly Entry[], why?: string): void {
  for (const { from, body } of log)
    if (body.kind === 'handoff' && from.kind === 'system' && /could not answer|gave no answer/.test(body.reason ?? ''))
      throw new Error(
        `the relay had to pass the conversation on: ${body.reason}${why === undefined ? '' : `; at its last try: ${why}`}`,
      )
}

/** The backend, where the stage sees which events it is done with and may lose its receipts. */
function watched(backend: Backend, { done, broke }: { done: Set<string>; broke: Map<string, string> }): Backend {
  const lost = new Set<string>()

  function finish({ id, entry }: Event): void {
    if (entry.key.includes(TWICE) && !lost.has(id)) {
      lost.add(id)
      throw new HutongError('unreachable', 'the receipt was lost on its way')
    }
    done.add(id)
  }

  async function* followed(answer: ReturnType<Backend['handle']>, event: Event): AsyncIterable<ActionInput> {
    if (Symbol.asyncIterator in answer) yield* answer
    else yield* actionsIn((await answer) ?? [])
    finish(event)
  }

  return {
    ...backend,
    retries: [50, 300, ...(backend.retries ?? [1_000])],
    handle(event: Event, tools: Tools) {
      const answer = backend.handle(event, tools)
      const loses = event.entry.key.includes(TWICE) && !lost.has(event.id)
      // Of an answer that comes later it tells something whether there is a list of actions or none.
      if (backend.answers !== 'later' || Symbol.asyncIterator in answer || loses) return followed(answer, event)
      return answer.then(
        (actions) => {
          finish(event)
          return actions
        },
        (error: unknown) => {
          broke.set(event.id, error instanceof Error ? error.message : String(error))
          throw error
        },
      )
    },
  }
}
