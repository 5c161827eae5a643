import { HutongError } from '@hutong/core/errors'
import { TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { readable } from '../readable.ts'
import type { ToolCall } from './handoff-tool.ts'

/** What a stream has brought so far. */
export interface Answer {
  raw: string
  calls: Map<number, ToolCall>
  /** Why the model stopped; undefined as long as it has not. */
  finish?: string
}

/** Longest answer that is read: two messages, with room for a mark at the end. */
export const ANSWER_MAX = 2 * TEXT_MAX - 100
const INPUT_MAX = 20_000
const CALLS_MAX = 8

/**
 * What is read of a chunk (https://platform.openai.com/docs/api-reference/chat-streaming/streaming). DeepSeek adds `reasoning_content`,
 * vLLM leaves fields null, DashScope repeats a call's id as an empty text (https://www.alibabacloud.com/help/en/model-studio/qwen-function-calling): what is not named here is not looked at.
 */
const chunk = z.object({
  object: z.string().nullish(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
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

export function emptyAnswer(): Answer {
  return { raw: '', calls: new Map() }
}

/** Puts what arrives into the answer, and says each time that it grew. */
export async function* readAnswer(stream: AsyncIterable<unknown>, answer: Answer): AsyncGenerator<Answer> {
  for await (const one of stream) {
    const read = chunk.safeParse(one)
    if (!read.success || read.data.object === 'error')
      throw new HutongError('unreachable', 'the endpoint sent a chunk that is not one of a chat completion')
    for (const choice of read.data.choices ?? []) {
      if ((choice.index ?? 0) !== 0) continue
      answer.raw += `${choice.delta?.content ?? ''}${choice.delta?.refusal ?? ''}`
      for (const call of choice.delta?.tool_calls ?? []) addCall(answer.calls, call)
      if (choice.finish_reason) answer.finish = choice.finish_reason
    }
    if (answer.raw.length > ANSWER_MAX) answer.finish = 'length'
    yield answer
    if (answer.raw.length > ANSWER_MAX) return
  }
}

/** The words for the contact: without what some servers leave of the thinking, and without half a character at the end. */
export function textOf({ raw }: Answer): string {
  const text = withoutThinking(raw)
    .slice(0, ANSWER_MAX)
    .replace(/[\ud800-\udbff]$/, '')
  return readable(text)
}

/** Ollama and vLLM without a reasoning parser send it at the head of the text, as `<think>…</think>`. */
function withoutThinking(raw: string): string {
  const text = raw.trimStart()
  if (!text.startsWith('<think>')) return '<think>'.startsWith(text) ? '' : raw
  const end = text.indexOf('</think>')
  return end === -1 ? '' : text.slice(end + '</think>'.length)
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
