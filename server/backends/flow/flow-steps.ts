import { field, OPTIONS_MAX, parts, ratingScale, TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { pattern } from '../pattern.ts'
import type { Texts } from '../texts.ts'

export const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/

export const NO_NAME = 'is no name for a step; choose another'
export const stepName = z
  .string()
  .regex(/^[\w-]{1,32}$/, 'must be 1 to 32 letters, digits, "-" or "_"')
  .refine((name) => name !== '__proto__', NO_NAME)
/** What is remembered of the conversation under a name of the flow's own. */
const variable = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,31}$/, 'must begin with a letter and have at most 32 letters, digits, "-" or "_"')
  .refine(
    (name) => !['language', 'open', 'opens', 'verified'].includes(name),
    'is a fact of the flow; choose another name',
  )
const id = z.string().regex(/^[\w-]{1,30}$/, 'must be 1 to 30 letters, digits, "-" or "_"')
const attribute = z.string().min(1).max(64)
export const words = z.array(z.string().trim().min(1).max(100)).min(1).max(100)
const plainValue = z.union(
  [z.string().max(1_000), z.number(), z.boolean()],
  'must be a text, a number or true or false',
)

/** One text, or one for each language. */
export function texts(max: number) {
  return z.custom<Texts>(
    (value) => isText(value, max) || isTextPerLanguage(value, max),
    `must be a text of 1 to ${max} characters, or one for each language, as {"en": "…", "zh": "…"}`,
  )
}

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= max
}

function isTextPerLanguage(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const all = Object.entries(value)
  return all.length > 0 && all.every(([language, text]) => LANGUAGE.test(language) && isText(text, max))
}

const OPERATORS = ['equals', 'in', 'exists', 'greater', 'less', 'matches'] as const

const test = {
  /** `language`, `open`, `verified`, `contact.…`, `conversation.…`, `page.…` or the name of a variable. */
  fact: z.string().min(1).max(80),
  equals: plainValue.optional(),
  in: z.array(plainValue).min(1).max(100).optional(),
  exists: z.boolean().optional(),
  greater: z.number().optional(),
  less: z.number().optional(),
  matches: words.optional(),
  /** Turns the test round. */
  not: z.literal(true).optional(),
}
const single = z.strictObject(test).superRefine((one, context) => oneOperator(one, context))
export type Test = z.infer<typeof single>

function oneOperator(one: Partial<Record<(typeof OPERATORS)[number], unknown>>, context: z.RefinementCtx): void {
  const given = OPERATORS.filter((name) => one[name] !== undefined)
  if (given.length === 1) return
  const message = given.length === 0 ? `needs one of ${OPERATORS.join(', ')}` : `has ${given.join(' and ')}; use "all"`
  context.addIssue({ code: 'custom', message })
}

/** One test, or several of which `all` or `any` must hold. */
export const condition = z
  .strictObject({
    ...test,
    fact: test.fact.optional(),
    all: z.array(single).min(1).max(20).optional(),
    any: z.array(single).min(1).max(20).optional(),
  })
  .superRefine(({ all, any, ...one }, context) => {
    const forms = [all, any, one.fact].filter((form) => form !== undefined).length
    if (forms !== 1) context.addIssue({ code: 'custom', message: 'must have exactly one of fact, all, any' })
    else if (one.fact !== undefined) oneOperator(one, context)
    else if (Object.values(one).some((value) => value !== undefined))
      context.addIssue({ code: 'custom', message: 'has an operator beside "all" or "any"; put it into the list' })
  })
export type Condition = z.infer<typeof condition>

const say = z.strictObject({
  kind: z.literal('say'),
  text: texts(TEXT_MAX).optional(),
  format: z.enum(['plain', 'markdown']).default('plain'),
  /** By language, whatever messages are made of: pictures, cards, choices that rules answer to. */
  parts: z.record(z.string().regex(LANGUAGE, 'must be a language such as "en"'), parts).optional(),
  next: stepName.optional(),
})

const menu = z.strictObject({
  kind: z.literal('menu'),
  text: texts(2_000),
  options: z
    .array(
      z.strictObject({
        id,
        label: texts(80),
        description: texts(255).optional(),
        /** Words that mean this option too. */
        words: words.optional(),
        next: stepName,
      }),
    )
    .min(1)
    .max(OPTIONS_MAX),
  /** For what names none of the options; without it the menu is shown again. */
  otherwise: stepName.optional(),
})

const formField = z.strictObject({
  name: variable,
  label: texts(255),
  type: field.shape.type,
  required: z.boolean().default(true),
  options: z
    .array(z.strictObject({ id, label: texts(80) }))
    .min(1)
    .max(OPTIONS_MAX)
    .optional(),
  placeholder: texts(255).optional(),
  pattern: pattern.optional(),
  /** Said when the answer does not fit. */
  wrong: texts(500).optional(),
})
export type FlowField = z.infer<typeof formField>

const form = z.strictObject({
  kind: z.literal('form'),
  title: texts(255).optional(),
  fields: z.array(formField).min(1).max(OPTIONS_MAX),
  submit: texts(80).optional(),
  /** Whether the answers are written to the conversation's attributes as well. */
  keep: z.enum(['variables', 'attributes']).default('variables'),
  /** For who writes "cancel" instead of an answer. */
  cancel: stepName.optional(),
  next: stepName,
})

const chooses = z.strictObject({
  kind: z.literal('condition'),
  cases: z
    .array(z.strictObject({ if: condition, next: stepName }))
    .min(1)
    .max(20),
  otherwise: stepName,
})

const set = z.strictObject({
  kind: z.literal('set'),
  attributes: z
    .record(
      attribute,
      z.union(
        [z.string().max(1_000), z.number(), z.boolean(), z.null()],
        'must be a text, a number, true, false or null',
      ),
    )
    .optional(),
  /** Added to the attribute `tags`, which lists them with commas between. */
  tags: z
    .array(z.string().regex(/^[^,]{1,40}$/, 'must be 1 to 40 characters without a comma'))
    .min(1)
    .max(20)
    .optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
  variables: z.record(variable, z.string().max(1_000)).optional(),
  next: stepName.optional(),
})

const handoff = z.strictObject({
  kind: z.literal('handoff'),
  to: z
    .union(
      [
        z.enum(['next', 'queue']),
        z.strictObject({ bot: z.string().min(1).max(128) }),
        z.strictObject({ agent: z.string().min(1).max(128) }),
      ],
      'must be "next", "queue", {"bot": "<backend>"} or {"agent": "<id>"}',
    )
    .default('next'),
  text: texts(TEXT_MAX).optional(),
  reason: z.string().min(1).max(400).optional(),
})

const ask = z.strictObject({
  kind: z.literal('ask'),
  scale: ratingScale.default('csat'),
  question: texts(500).optional(),
  as: variable.optional(),
  next: stepName.optional(),
})

const wait = z.strictObject({
  kind: z.literal('wait'),
  text: texts(TEXT_MAX).optional(),
  /** The variable that the answer is kept in. */
  as: variable.optional(),
  type: z.enum(['text', 'email', 'tel', 'number', 'date']).default('text'),
  pattern: pattern.optional(),
  wrong: texts(500).optional(),
  next: stepName,
})

const goTo = z.strictObject({ kind: z.literal('goto'), next: stepName })
const close = z.strictObject({
  kind: z.literal('close'),
  text: texts(TEXT_MAX).optional(),
  reason: z.string().min(1).max(400).optional(),
})

/** One thing that a flow does. A step without `next` is the end of its branch: the flow listens again. */
export const step = z.discriminatedUnion('kind', [say, menu, form, chooses, set, handoff, ask, wait, goTo, close])
export type Step = z.infer<typeof step>
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

export const rule = z
  .strictObject({
    /** One of these words is in what was written. */
    any: words.optional(),
    /** All of these words are. */
    all: words.optional(),
    /** Something that looks so is; kept in the variable `as`. */
    pattern: pattern.optional(),
    as: variable.optional(),
    /** This option was picked, of choices or a card that a `say` step showed. */
    choice: z.string().min(1).max(64).optional(),
    if: condition.optional(),
    next: stepName,
  })
  .superRefine(({ any, all, pattern, as, choice, if: holds }, context) => {
    if ([any, all, pattern, choice, holds].every((one) => one === undefined))
      context.addIssue({ code: 'custom', message: 'fits everything; give any, all, pattern, choice or if' })
    if (as !== undefined && pattern === undefined)
      context.addIssue({ code: 'custom', path: ['as'], message: 'keeps what "pattern" finds; give a pattern' })
  })
export type Rule = z.infer<typeof rule>

export { variable }
