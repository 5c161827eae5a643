import { z } from 'zod'

export interface ToolCall {
  name: string
  /** JSON as far as it came. */
  input: string
}

export interface Handoff {
  reason: string
  /** What the model tells whoever takes over. */
  summary?: string
}

const NAME = 'handoff'
const REASON_MAX = 500
const SUMMARY_MAX = 1_500

const input = z
  .object({ reason: z.string().catch(''), summary: z.string().catch('') })
  .catch({ reason: '', summary: '' })

/** The tool by which a model gives the floor to the next in the chain. */
export function handoffTool(summary: 'model' | 'log') {
  return {
    type: 'function' as const,
    function: {
      name: NAME,
      description:
        'Give this conversation to a person. Call it when the customer asks for one, when you cannot help, or when what they want needs a person. ' +
        'You may say a sentence to the customer before you call it.',
      parameters: {
        type: 'object',
        properties: {
          reason: { type: 'string', description: 'Why you give it away, in a few words.' },
          ...(summary === 'model' && {
            summary: {
              type: 'string',
              description: 'What the person must know: what the customer wants, what was tried, numbers they gave.',
            },
          }),
        },
        required: ['reason'],
        additionalProperties: false,
      },
    },
  }
}

/** The hand-off among the calls; what of its input cannot be read is left out, the hand-off stands. */
export function handoffIn(calls: Iterable<ToolCall>): Handoff | undefined {
  for (const call of calls) {
    if (call.name !== NAME) continue
    const { reason, summary } = input.parse(readable(call.input))
    return {
      reason: short(reason, REASON_MAX) || 'the model asked for a person',
      ...(summary.trim() !== '' && { summary: short(summary, SUMMARY_MAX) }),
    }
  }
  return undefined
}

/** Models write broken JSON now and then, and a stream may lose the end of it. */
function readable(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function short(text: string, max: number): string {
  return text.trim().slice(0, max).toWellFormed()
}
