import { HutongError } from '@hutong/core/errors'
import { TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { readable } from '../readable.ts'
import { endingOf } from './finish-reason.ts'
import type { ToolCall } from './handoff-tool.ts'
import { addWords, allSaid, noWords, type Words } from './thoughts.ts'

/** How a model's thoughts come: in its text up to a closing tag alone, or recognizably apart. Undefined while nobody has seen it. */
export type Reasoning = 'inline' | 'separate' | undefined

/** What a stream has brought so far. */
export interface Answer {
  words: Words
  reasoning: Reasoning
  calls: Map<number, ToolCall>
  /** Why the model stopped; undefined as long as it has not. */
  finish?: string
}

/** Longest answer that is read: two messages, with room for a mark at the end. */
export const ANSWER_MAX = 2 * TEXT_MAX - 100
/** Longest text that is held back as it may be thoughts. */
const HELD_MAX = 200_000
const INPUT_MAX = 20_000
const CALLS_MAX = 8

/** Magistral sends a list of thoughts and texts: https://docs.mistral.ai/capabilities/reasoning */
const piece = z.looseObject({ type: z.string(), text: z.string().nullish() })
const thought = z.string().nullish().catch(undefined)

/**
 * What is read of a chunk (https://platform.openai.com/docs/api-reference/chat-streaming/streaming). DeepSeek adds `reasoning_content`,
 * OpenRouter `reasoning`, vLLM leaves fields null, DashScope repeats a call's id as an empty text (https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling): what is not named here is not looked at.
 */
const chunk = z.object({
  object: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: z
          .object({
            content: z.union([z.string(), z.array(piece)]).nullish(),
            reasoning_content: thought,
            reasoning: thought,
            refusal: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.int().nullish(),
                  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
})

type Delta = NonNullable<NonNullable<z.infer<typeof chunk>['choices']>[number]['delta']>

export function emptyAnswer(reasoning: Reasoning): Answer {
  return { words: noWords(), reasoning, calls: new Map() }
}

/** Puts what arrives into the answer, and says each time that it grew. */
export async function* readAnswer(stream: AsyncIterable<unknown>, answer: Answer): AsyncGenerator<Answer> {
  for await (const one of stream) {
    const read = chunk.safeParse(one)
    if (!read.success || read.data.object === 'error')
      throw new HutongError('unreachable', 'the endpoint sent a chunk that is not one of a chat completion')
    for (const { index, delta, finish_reason: finish } of read.data.choices ?? []) {
      if ((index ?? 0) !== 0) continue
      if (delta) addDelta(answer, delta)
      if (finish) answer.finish = finish
    }
    const tooLong = answer.words.said.length > (isHeld(answer) ? HELD_MAX : ANSWER_MAX)
    if (tooLong) answer.finish = 'length'
    yield answer
    if (tooLong) return
  }
}

function addDelta({ words, calls }: Answer, { content, refusal, tool_calls: called, ...delta }: Delta): void {
  const pieces = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
  if (delta.reasoning_content || delta.reasoning || pieces.some(({ type }) => type === 'thinking'))
    words.isSorted = true
  for (const { type, text } of pieces) if (type === 'text') addWords(words, text ?? '')
  addWords(words, refusal ?? '')
  for (const call of called ?? []) addCall(calls, call)
}

/**
 * The words for the contact: without thoughts, and without half a character at the end. Empty as long as they may be thoughts: until a tag
 * tells, or an end that a thought cannot have.
 */
export function textOf(answer: Answer): string {
  const { words, finish } = answer
  if (isHeld(answer)) return ''
  const text = finish === undefined ? words.said : allSaid(words)
  return readable(text.slice(0, ANSWER_MAX).replace(/[\ud800-\udbff]$/, ''))
}

/** Whether what came may all be thoughts. */
export function isHeld({ words, reasoning, finish }: Answer): boolean {
  const isWhole = finish !== undefined && endingOf(finish) === 'whole'
  return reasoning !== 'separate' && !words.isSorted && !isWhole
}

/** How the thoughts of a whole answer came, which the next one can be expected to do alike. */
export function reasoningIn({ words }: Answer): Reasoning {
  if (words.wasUnopened) return 'inline'
  return words.isSorted || words.said.trim() !== '' ? 'separate' : undefined
}

interface Fragment {
  index?: number | null | undefined
  function?: { name?: string | null | undefined; arguments?: string | null | undefined } | null | undefined
}

/** Some servers repeat the name with every fragment, so the first one counts. */
function addCall(calls: Map<number, ToolCall>, { index, function: called }: Fragment): void {
  const at = index ?? 0
  if (!calls.has(at) && calls.size >= CALLS_MAX) return
  const call = calls.get(at) ?? { name: '', input: '' }
  const name = call.name || (called?.name ?? '')
  calls.set(at, { name, input: (call.input + (called?.arguments ?? '')).slice(0, INPUT_MAX) })
}
