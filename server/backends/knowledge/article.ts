import { field, OPTIONS_MAX, option, parts, TEXT_MAX } from '@hutong/core/parts'
import { z } from 'zod'
import { pattern } from '../pattern.ts'
import { referencesIn } from '../texts.ts'

/**
 * What the knowledge base knows: one question in many phrasings and what is said to it. Only published articles are said to
 * customers; every change makes a version, and the ones before stay readable.
 */

/** Longest question, and longest other way to ask it. */
export const QUESTION_MAX = 500
/** Most other ways to ask one question. */
const PHRASINGS_MAX = 200
/** Most tags of an article. */
const TAGS_MAX = 30

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters')

/** Also the id of an option where the article is one of several answers, so it takes what those take, less the colon. */
export const articleId = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'use 1 to 64 letters, digits, "_", "." or "-"')
  .meta({ description: 'Of the article, chosen by whoever writes it', examples: ['refund-how'] })

export const articleState = z
  .enum(['draft', 'review', 'published', 'retired'])
  .describe(
    'A `draft` is being written, a `review` waits for a second person, `published` is said to customers, `retired` no longer',
  )

/** Types whose answers have a look of their own choosing. */
const SHAPED: readonly string[] = ['text', 'textarea', 'tel', 'number']

const articleField = z
  .strictObject({
    ...field.shape,
    required: z
      .boolean()
      .default(true)
      .describe('Whether there is no answer without it; one that is not may be left out'),
    options: z
      .array(z.strictObject(option.shape))
      .max(OPTIONS_MAX)
      .optional()
      .describe('What a `select` offers; absent for other types'),
    pattern: pattern.optional().meta({
      description:
        'What a text, a number or a phone number must look like; it is found in a sentence too, and kept alone. Absent: any of its type',
      examples: ['{letters:2}-{digits:4-8}'],
    }),
    wrong: z.string().trim().min(1).max(500).optional().describe('Said of an answer that does not fit'),
  })
  .superRefine(({ type, pattern }, context) => {
    if (pattern !== undefined && !SHAPED.includes(type))
      context.addIssue({
        code: 'custom',
        path: ['pattern'],
        message: `a field of type "${type}" is checked by its type; patterns are for ${SHAPED.join(', ')}`,
      })
  })
  .describe('One field of the form')

const articleForm = z
  .strictObject({
    title: z.string().min(1).max(255).optional().describe('What the form is about'),
    fields: z
      .array(articleField)
      .min(1)
      .max(OPTIONS_MAX)
      .superRefine((all, context) => {
        const names = new Set<string>()
        for (const [index, { name, type, options }] of all.entries()) {
          if (names.has(name))
            context.addIssue({ code: 'custom', path: [index, 'name'], message: 'another field has this name' })
          names.add(name)
          if (type === 'select' && !options?.length)
            context.addIssue({ code: 'custom', path: [index, 'options'], message: 'a select needs options' })
        }
      })
      .describe('In the order they are asked; their names differ, and a `select` has options'),
  })
  .describe(
    'What is asked before the answer; the answer may say `{{name}}` where it wants what was given for the field `name`, as text and never as Markdown',
  )

const fields = {
  id: articleId,
  question: line(QUESTION_MAX).meta({
    description: 'The main phrasing, shown to customers in “did you mean”',
    examples: ['How do I get my money back?'],
  }),
  phrasings: z.array(line(QUESTION_MAX)).max(PHRASINGS_MAX).default([]).describe('Other ways to ask the same'),
  answer: z
    .string()
    .trim()
    .min(1)
    .max(TEXT_MAX)
    .optional()
    .describe('What is said, as Markdown. Give this or `parts`; an article for people (`handoff`) may do without'),
  parts: parts.optional().describe('What is said, where that is more than a text; absent beside `answer`'),
  category: line(100).optional().describe('To find it by; absent: none'),
  tags: z.array(line(50)).max(TAGS_MAX).default([]).describe('To find it by'),
  language: z
    .string()
    .max(35)
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'use a language tag as en or zh-CN')
    .optional()
    .meta({
      description: 'Language tag of whom it is for; absent: for everybody',
      examples: ['en', 'zh-CN'],
    }),
  state: articleState.default('draft'),
  form: articleForm.optional(),
  handoff: z
    .boolean()
    .default(false)
    .describe('This question goes to people, after the answer and with what the form brought'),
}

type Written = z.infer<ReturnType<typeof z.strictObject<typeof fields>>>

function sayable({ answer, parts, handoff, form }: Partial<Written>, context: z.RefinementCtx): void {
  if (answer !== undefined && parts !== undefined)
    context.addIssue({ code: 'custom', path: ['parts'], message: 'give answer or parts, not both' })
  if (answer === undefined && parts === undefined && !handoff)
    context.addIssue({ code: 'custom', path: ['answer'], message: 'give answer or parts, or set handoff' })
  const known = new Set(form?.fields.map(({ name }) => name))
  for (const name of referencesIn(answer ?? ''))
    if (!known.has(name))
      context.addIssue({ code: 'custom', path: ['answer'], message: `{{${name}}}: the form has no field of that name` })
}

/** An article as it is written: by hand, by REST, by an import. */
export const articleDraft = z
  .strictObject(fields)
  .superRefine(sayable)
  .describe('One question in many phrasings and what is said to it, as it is written')

/** An article as it is kept. */
export const article = z
  .strictObject({
    ...fields,
    version: z.int().positive().describe('1, 2, 3 …: grows with every change, one of state included'),
    updatedAt: z.int().nonnegative().describe('When this version was made: milliseconds since 1970, UTC'),
  })
  .superRefine(sayable)
  .describe('One question in many phrasings and what is said to it, as it is kept')

export type Article = z.infer<typeof article>
export type ArticleDraft = z.infer<typeof articleDraft>
export type ArticleDraftInput = z.input<typeof articleDraft>
export type ArticleState = z.infer<typeof articleState>
export type ArticleForm = z.infer<typeof articleForm>
