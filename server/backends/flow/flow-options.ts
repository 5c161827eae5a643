import { mistakesOf, settingWords } from '@hutong/core/value-words'
import { z } from 'zod'
import { businessHours } from './business-hours.ts'
import { flowMistakes } from './flow-mistakes.ts'
import { LANGUAGE, rule, step, stepName, texts } from './flow-steps.ts'
import { flowWords } from './flow-words.ts'

const language = z.string().regex(LANGUAGE, 'must be a language such as "en" or "zh-CN"')

const shape = z.strictObject({
  /** The name that contacts see. */
  title: z.string().min(1).max(80).optional(),
  /** Languages in which every text must be there; without it, those in which any is. */
  languages: z.array(language).min(1).max(20).optional(),
  hours: businessHours.optional(),
  /** Said once, when a conversation begins or the floor arrives; `closed` stands in for `text` out of hours. */
  welcome: z
    .strictObject({ text: texts(2_000).optional(), closed: texts(2_000).optional(), next: stepName.optional() })
    .refine(({ text, next }) => text !== undefined || next !== undefined, 'needs "text", "next" or both')
    .optional(),
  /** Tried in order; the first that fits leads on. */
  rules: z.array(rule).max(200).default([]),
  steps: z.record(stepName, step).default({}),
  /** Where what fits no rule goes. Without it the floor goes on to the next backend. */
  otherwise: stepName.optional(),
  /** Where it goes on when people give the floor back. Without it the flow waits for what the contact writes. */
  returned: stepName.optional(),
  /** After so many answers in a row that were not understood, the conversation is handed on. */
  patience: z.int().min(1).max(10).default(3),
  /** The flow's own words in other languages, or put differently. */
  says: z.record(language, flowWords).default({}),
})
export type Flow = z.infer<typeof shape>
export type FlowOptions = z.input<typeof shape>

/** Rules and steps, held together: every mistake of the shape and of what leads where, at once. */
export const flowOptions: z.ZodType<Flow> = z.unknown().transform((input, context) => {
  const result = shape.safeParse(input, { error: settingWords })
  const mistakes = [...(result.error ? mistakesOf(result.error) : []), ...flowMistakes(input, result.success)]
  for (const { path, message } of mistakes) context.addIssue({ code: 'custom', path: [...path], message })
  return result.success ? result.data : z.NEVER
})
