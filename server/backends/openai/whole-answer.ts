import { z } from 'zod'

const whole = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({ tool_calls: z.array(z.looseObject({ index: z.int().optional() })).nullish() }),
      }),
    )
    .min(1),
})
const refusal = z.looseObject({ error: z.unknown() })

/** A whole answer, or the error in place of one, as the event of a stream that holds it; undefined for anything else. */
export function asStream(json: string): string | undefined {
  const body = readJson(json)
  const { data } = whole.safeParse(body)
  if (!data) return refusal.safeParse(body).success ? `data: ${JSON.stringify(body)}\n\n` : undefined
  const choices = data.choices.map(({ message, ...choice }) => ({
    ...choice,
    delta: { ...message, tool_calls: message.tool_calls?.map((call, index) => ({ index, ...call })) },
  }))
  return `data: ${JSON.stringify({ ...data, object: 'chat.completion.chunk', choices })}\n\ndata: [DONE]\n\n`
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
