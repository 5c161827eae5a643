import type { ActionInput, Backend, BackendHost, Event, Tools } from '@hutong/core/backend'
import { HutongError, toHutongError } from '@hutong/core/errors'
import { TEXT_MAX } from '@hutong/core/parts'
import { coalesce } from './coalesce.ts'
import { endingOf } from './finish-reason.ts'
import { type Handoff, handoffIn } from './handoff-tool.ts'
import { historyWindow } from './history-window.ts'
import { createOpenaiClient } from './openai-client.ts'
import { type OpenaiOptions, openaiOptions } from './openai-options.ts'
import { actionsFor, answerKey, cutOff, declined, type Outcome, remembered, withSummary } from './outcome.ts'
import type { Turn } from './prompt.ts'
import { type Answer, emptyAnswer, isHeld, readAnswer, textOf } from './read-answer.ts'
import { createReasoningMemory } from './reasoning-memory.ts'
import { summaryGiven } from './summary-given.ts'

/** How often what grows is shown, in milliseconds. */
const SHOWN_EVERY = 40
/** An answer that broke off so often is kept as far as it came. */
const BREAKS = 2

const HOUR = 3_600_000
const DAY = 24 * HOUR

const ENDLESS_THOUGHTS =
  'the answer was cut off before the model was known to have finished thinking; look at maxTokens and reasoning'
const TOO_SLOW = 'the answer was not whole in the time of answerWithin'
/** Time for what is written down in the end, in milliseconds. */
const GRACE = 2_000

/** Answers by any OpenAI-compatible chat-completions endpoint, word by word, and gives the floor on when the model asks for it. */
export function createOpenaiBackend(name: string, input: OpenaiOptions): Backend {
  const settings = openaiOptions.parse(input)
  const client = createOpenaiClient(settings)
  const { historyTokens: tokens, title, answerWithin } = settings
  const reasoning = createReasoningMemory(settings)
  let linkTo: ((file: string) => string) | undefined

  async function* handle(event: Event, tools: Tools): AsyncIterable<ActionInput> {
    const { kind } = event.entry.body
    if (kind !== 'message' && kind !== 'answer' && kind !== 'handoff') return
    const memory = await remembered(event, tools)
    if (memory.outcome) return yield* actionsFor(event, memory.outcome)
    const given = await summaryGiven(event, tools, name)
    const turns = await historyWindow(event, tools, { tokens, linkTo, name, given })
    if (!turns) return
    yield { kind: 'typing', on: true }

    const answer = emptyAnswer(reasoning.expected())
    const failure = yield* grow(event, { turns, answer, unwanted: tools.signal })
    if (tools.signal.aborted) return
    const broken = memory.broken + 1
    if (failure && isRelays(failure, { answer, broken, answerWithin })) {
      if (textOf(answer) !== '') await tools.memory.put({ event: event.id, broken })
      throw failure
    }
    if (!failure && !isHeld(answer)) await reasoning.learn(answer)
    const { text, handoff } = failure ? afterFailure(answer, failure) : whole(answer)
    const outcome: Outcome = {
      text,
      ...(handoff && { handoff: await withSummary(event, tools, { text, handoff }) }),
    }
    await tools.memory.put({ event: event.id, outcome })
    yield* actionsFor(event, outcome)
  }

  /** Shows the answer as it comes, and gives what kept it from becoming whole. */
  async function* grow(
    { id }: Event,
    { turns, answer, unwanted }: Growing,
  ): AsyncGenerator<ActionInput, HutongError | undefined> {
    const left = new AbortController()
    const late = AbortSignal.timeout(answerWithin)
    const signal = AbortSignal.any([unwanted, left.signal, late])
    try {
      const growing = readAnswer(client.stream(turns, signal), answer)
      for await (const _ of coalesce(growing, { ms: SHOWN_EVERY, stop: () => left.abort() }))
        if (textOf(answer) !== '') yield { kind: 'stream', key: answerKey(id), text: textOf(answer).slice(0, TEXT_MAX) }
      if (late.aborted) return failureOf(answer) && new HutongError('timeout', TOO_SLOW, { field: 'answerWithin' })
      return failureOf(answer)
    } catch (thrown) {
      return late.aborted ? new HutongError('timeout', TOO_SLOW, { field: 'answerWithin' }) : toHutongError(thrown)
    }
  }

  return {
    name,
    ...(title !== undefined && { title }),
    answerWithin: answerWithin + GRACE,
    async open(host) {
      await reasoning.open(host.state)
      if (settings.images) linkTo = (file) => host.fileUrl(file, linkEnd(host))
    },
    handle,
  }
}

/** The same for a day, at most: an endpoint's cache of prompts takes another link for another prompt. */
function linkEnd({ clock }: Pick<BackendHost, 'clock'>): number {
  return Math.ceil((clock.now() + HOUR) / DAY) * DAY
}

interface Growing {
  turns: readonly Turn[]
  answer: Answer
  /** Aborted when nobody wants the answer any more. */
  unwanted: AbortSignal
}

interface Ending {
  text: string
  handoff?: Handoff
}

/** An answer that came to its end: the model's hand-off goes on, and so does a contact who would be left with silence. */
function whole(answer: Answer): Ending {
  const said = textOf(answer)
  const text = said !== '' && isCut(answer) ? cutOff(said) : said
  const handoff = handoffIn(answer.calls.values())
  if (handoff || text !== '') return { text, ...(handoff && { handoff }) }
  return { text, handoff: { reason: isHeld(answer) ? ENDLESS_THOUGHTS : 'the model had nothing to say' } }
}

function isCut({ finish = '' }: Answer): boolean {
  return endingOf(finish) === 'cut'
}

/** Nobody asks again: what was shown stays, with a mark, unless a filter took it away, and a person goes on. */
function afterFailure(answer: Answer, { code, message }: HutongError): Ending {
  const said = textOf(answer)
  const text = said === '' ? '' : code === 'rejected' ? declined(said) : cutOff(said)
  return { text, handoff: { reason: message } }
}

/** Why an answer that the stream ended is none, or undefined when it is whole. */
function failureOf({ finish }: Answer): HutongError | undefined {
  if (finish === undefined) return new HutongError('unreachable', 'the stream ended before the answer did')
  switch (endingOf(finish)) {
    case 'whole':
    case 'cut':
      return undefined
    case 'filtered':
      return new HutongError('rejected', "the endpoint's content filter stopped the answer")
    case 'broken':
      return new HutongError('unreachable', `the model stopped for a reason of its own: ${finish.slice(0, 50)}`)
  }
}

interface Attempt {
  answer: Answer
  /** How often it broke off, this time included. */
  broken: number
  answerWithin: number
}

/**
 * Whether the failure is the relay's, who repeats what can be repeated and did not run out of time, and else gives the floor on. Not
 * where words were shown that would vanish, or start over once more before the contact's eyes, nor where the endpoint wants more time
 * than an answer may take.
 */
function isRelays(failure: HutongError, { answer, broken, answerWithin }: Attempt): boolean {
  const { code, retryable, retryAfter = 0 } = failure
  if (retryAfter > answerWithin) return false
  return textOf(answer) === '' || (retryable && code !== 'timeout' && broken < BREAKS)
}
