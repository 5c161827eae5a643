import type { ActionInput, ActRequestInput, ActResult, Backend, Event, Tools } from '@hutong/core/backend'
import type { Participant } from '@hutong/core/entry'
import { HutongError } from '@hutong/core/errors'
import { isPassing } from './answered-event.ts'
import { isAside, mayAnswer, notAside } from './asides.ts'
import { summaryFor } from './backends/summary.ts'
import type { Carrier } from './outbox.ts'
import { ANSWER_WITHIN } from './owed.ts'
import { RELAY } from './route.ts'
import type { Store } from './stores/store.ts'
import { isStale, unlessStale } from './unless-stale.ts'

export interface AnswerOptions {
  store: Pick<Store, 'contact' | 'conversation' | 'entries' | 'get' | 'set'>
  backends: readonly Backend[]
  act(author: Participant, conversation: string, request: ActRequestInput): Promise<ActResult>
  /** Calls when the floor of a conversation moves past `term`; the returned function ends it. */
  onFloorMoved(conversation: string, term: number, moved: () => void): () => void
  now(): number
  /** Told how long a backend took, in seconds, and how it ended. */
  measure?(backend: string, seconds: number, ended: 'answered' | 'failed' | 'late'): void
}

const TRIES = 3
const HISTORY_MAX = 100

/**
 * The stage between the outbox and an in-process backend: one event at a time per conversation and a stop beside it, actions
 * carried out as they come, under keys that make a repeated event harmless. A backend that fails for good loses the floor to the
 * next in the chain, so that no contact is left with silence.
 */
export function createAnswer(options: AnswerOptions): Carrier {
  const byName = new Map(options.backends.map((backend) => [backend.name, backend]))
  const hanging = createHanging(options.now)

  return {
    tries: TRIES,
    // Whoever waited once for nothing is not made to wait again.
    waits: ({ target }, { code }) =>
      byName.get(target.slice('backend:'.length))?.retries ?? (code === 'timeout' ? [] : undefined),
    async deliver({ target, event }, stop) {
      const backend = byName.get(target.slice('backend:'.length))
      if (!backend) throw new HutongError('misconfigured', `no backend is called ${target}`)
      hanging.check(backend, event)
      try {
        await answer(options, { backend, event, stop })
        hanging.answered(backend)
        return { state: 'done' }
      } catch (error) {
        const wait = untilItsTurn(backend, error)
        if (wait !== undefined) return { state: 'wait', due: options.now() + wait }
        return hanging.failed(backend, error)
      }
    },
    async gaveUp({ target, event }, error) {
      const name = target.slice('backend:'.length)
      const { term } = event.floor
      // Who only listens has no floor to give on, and nobody waits for an answer to what is only heard.
      if (!mayAnswer(event, name)) return
      const why = error.code === 'internal' ? 'it failed' : error.message
      const summary = await summaryFor(options.store, event)
      const reason = `${name} could not answer: ${why}`.slice(0, 500)
      const request: ActRequestInput = {
        key: `${event.id}:fallback`,
        term,
        actions: [{ kind: 'handoff', to: { kind: 'next' }, reason, ...(summary !== '' && { summary }) }],
      }
      await options.act(RELAY, event.conversation, request).catch(unlessStale)
    },
  }
}

/** Who answers later says `unavailable` until a time of an event that it did not take: no try is used up, and the deadline stands. */
function untilItsTurn({ answers }: Backend, error: unknown): number | undefined {
  if (answers !== 'later' || !(error instanceof HutongError) || error.code !== 'unavailable') return undefined
  return error.retryAfter
}

/** So many events in a row that ran out of time mean that a backend hangs. */
const HANGS = 3

/** Who has waited for their turn at a backend that hangs as long as an answer may take is not made to wait for it besides. */
function createHanging(now: () => number) {
  const late = new Map<string, number>()
  return {
    check({ name, answers, answerWithin = ANSWER_WITHIN }: Backend, { entry }: Event): void {
      if (answers === 'later' || (late.get(name) ?? 0) < HANGS || now() - entry.at < answerWithin) return
      throw new HutongError('timeout', `${name} gave no answer in ${answerWithin} ms, to others neither`)
    },
    answered: ({ name }: Backend) => void late.delete(name),
    failed({ name }: Backend, error: unknown): never {
      if (error instanceof HutongError && error.code === 'timeout') late.set(name, (late.get(name) ?? 0) + 1)
      throw error
    },
  }
}

interface Answering {
  backend: Backend
  event: Event
  stop: AbortSignal
}

async function answer(options: AnswerOptions, { backend, event, stop }: Answering): Promise<void> {
  const within = backend.answerWithin ?? ANSWER_WITHIN
  const lost = new AbortController()
  const timeout = AbortSignal.timeout(within)
  const signal = AbortSignal.any([stop, lost.signal, timeout])
  const unwatch =
    backend.answers === 'later'
      ? () => undefined
      : options.onFloorMoved(event.conversation, event.floor.term, () => lost.abort())
  const started = performance.now()
  const measure = (ended: 'answered' | 'failed' | 'late') =>
    options.measure?.(backend.name, (performance.now() - started) / 1_000, ended)
  try {
    await Promise.race([carryOut(options, { backend, event, signal }), aborted(signal)])
    measure('answered')
  } catch (error) {
    if (lost.signal.aborted || isStale(error)) return measure('answered')
    if (untilItsTurn(backend, error) === undefined) measure(timeout.aborted ? 'late' : 'failed')
    if (timeout.aborted)
      throw new HutongError('timeout', `${backend.name} gave no answer in ${within} ms`, { cause: error })
    if (stop.aborted) throw new HutongError('unavailable', 'the relay is going away', { cause: error })
    throw error
  } finally {
    unwatch()
  }
}

async function carryOut(
  options: AnswerOptions,
  { backend, event, signal }: { backend: Backend; event: Event; signal: AbortSignal },
): Promise<void> {
  const author: Participant = { kind: 'bot', id: backend.name }
  const free = mayAnswer(event, backend.name)
  const later = backend.answers === 'later'
  const say = (number: number, actions: ActionInput[], named: boolean) =>
    options.act(author, event.conversation, {
      key: `${event.id}:${number}`,
      term: event.floor.term,
      ...(named && { event: event.id }),
      actions,
    })
  const { actions, complete } = await saidBy(backend, event, toolsFor(options, { backend, event, signal }))
  const all: { kind: ActionInput['kind']; aside: boolean; passing: boolean }[] = []
  for await (const action of actions) {
    if (signal.aborted) return
    const aside = isAside(action)
    if (free || aside) await say(all.length, [action], later || aside)
    all.push({ kind: action.kind, aside, passing: isPassing(action) })
  }
  const refused = new Set(all.flatMap(({ kind, aside }) => (free || aside ? [] : [kind])))
  if (refused.size > 0) throw notAside(event, backend.name, refused)
  if (!complete || !free) return
  if (all.every(({ passing }) => passing) && all.some(({ kind }) => kind === 'stream')) throw unfinished(backend.name)
  if (later && all.every(({ aside }) => aside)) await say(all.length, [], true)
}

/** What the contact saw grow would vanish, and no answer would be left. */
function unfinished(backend: string): HutongError {
  const message = `${backend} began a text and did not end it: its last piece is the whole text with "done": true`
  return new HutongError('invalid', message, { field: 'actions' })
}

interface Said {
  actions: AsyncIterable<ActionInput> | readonly ActionInput[]
  /** False where this is the receipt, and the answer comes later. */
  complete: boolean
}

async function saidBy(backend: Backend, event: Event, tools: Tools): Promise<Said> {
  const answer = backend.handle(event, tools)
  const whole = backend.answers !== 'later'
  if (Symbol.asyncIterator in answer) return { actions: answer, complete: whole }
  const settled = await answer
  if (settled === undefined) return { actions: [], complete: whole }
  return { actions: actionsIn(settled), complete: !('later' in settled && settled.later) }
}

/** What a backend asks for, in whatever form it gave its answer. */
export function actionsIn(settled: Exclude<Awaited<ReturnType<Backend['handle']>>, void | AsyncIterable<ActionInput>>) {
  if ('kind' in settled) return [settled]
  return 'length' in settled ? settled : (settled.actions ?? [])
}

function toolsFor(
  { store }: AnswerOptions,
  { backend, event, signal }: { backend: Backend; event: Event; signal: AbortSignal },
): Tools {
  const scope = `memory:${backend.name}`
  return {
    signal,
    history: ({ before = event.entry.seq, limit = 50 } = {}) =>
      store.entries(event.conversation, { before, limit: Math.min(limit, HISTORY_MAX) }),
    async conversation() {
      return required(await store.conversation(event.conversation), event.conversation)
    },
    async contact() {
      return required(await store.contact(event.contact), event.contact)
    },
    memory: {
      get: () => store.get(scope, event.conversation),
      put: (value) => store.set(scope, event.conversation, value),
    },
  }
}

function required<T>(value: T | undefined, id: string): T {
  if (value !== undefined) return value
  throw new HutongError('not_found', `${id} is not in the store`)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
