import type { ActionInput } from '@hutong/core/backend'
import type { BodyOf } from '@hutong/core/entry'
import type { Field, PartInput } from '@hutong/core/parts'
import { type Checked, checkAnswer, type FormReading, readForm, readTyped } from '../form-answers.ts'
import { FORM_WORDS, type FormWords } from '../form-words.ts'
import { optionMeant } from '../option-meant.ts'
import { clip } from '../readable.ts'
import { textIn } from '../texts.ts'
import type { ArticleForm } from './article.ts'
import type { OpenForm } from './knowledge-memory.ts'
import type { KnowledgeWords } from './knowledge-words.ts'

/** What a turn brought: all that was asked for, or what to ask next. */
export type FormTurn = { done: Record<string, string> } | { form: OpenForm; say: ActionInput[] }

/** In whose words the next field is asked. */
export interface Speaking {
  language: string
  words: KnowledgeWords
}

type ArticleField = ArticleForm['fields'][number]

/**
 * Asks all fields at once, and says how to leave; a channel that has no forms lists them, and what is typed then is taken field by
 * field.
 */
export function askForm({ title, fields }: ArticleForm, { words: { cancelHint } }: Speaking): ActionInput {
  const room = TITLE_MAX - cancelHint.length - 3
  const lead = title === undefined || room < 1 ? '' : `${clip(title, room)} – `
  const shown = fields.map(({ pattern: _, wrong: __, ...field }) => field)
  return { kind: 'ask', part: { kind: 'form', fields: shown, title: `${lead}${cancelHint}`.slice(0, TITLE_MAX) } }
}

const TITLE_MAX = 255

export function formAnswered(
  form: ArticleForm,
  { open, values }: { open: OpenForm; values: BodyOf<'answer'>['values'] },
  speaking: Speaking,
): FormTurn {
  return turned(form, { open, reading: readForm(form.fields, { ...open.values, ...values }) }, speaking)
}

/** A pick counts for the field that was asked by it, typed text for those that are open in their order. */
export function formTyped(
  form: ArticleForm,
  { open, text, pick, at }: { open: OpenForm; text: string; pick?: string | undefined; at: number },
  speaking: Speaking,
): FormTurn {
  const fields = openFields(form, open)
  const [next] = fields
  if (next !== undefined && pick !== undefined) {
    const picked = checkAnswer(next, pick)
    if ('value' in picked) return turned(form, { open, reading: { answers: { [next.name]: picked.value } } }, speaking)
  }
  const option = next && optionMeant(text, optionsOf(next, speaking.words) ?? [])
  return turned(form, { open, reading: readTyped(fields, option ?? text, at) }, speaking)
}

/** Whether what was typed can only be meant for the field that is asked: a number, a date, one of its options. */
export function surelyFor(field: ArticleField, text: string, { words }: Speaking): boolean {
  if (['text', 'textarea'].includes(field.type) && field.pattern === undefined) return false
  return optionMeant(text, optionsOf(field, words) ?? []) !== undefined || 'value' in checkAnswer(field, text)
}

export function openFields({ fields }: ArticleForm, { values }: OpenForm): ArticleField[] {
  return fields.filter(({ name }) => !Object.hasOwn(values, name))
}

/** What was given, with the labels of the form: for an answer and for whoever takes over. */
export function labelled(
  { fields }: ArticleForm,
  values: Readonly<Record<string, string>>,
  { yes, no }: KnowledgeWords,
) {
  return fields.flatMap(({ name, label, type, options }) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : ''
    const ticked = type === 'checkbox' && value !== '' ? (value === 'true' ? yes : no) : undefined
    const shown = ticked ?? options?.find(({ id }) => id === value)?.label ?? value
    return shown === '' ? [] : [{ name, label, value: shown }]
  })
}

/** The field alone, as a question. */
export function askField(field: Field, { language, words }: Speaking, complaint?: string): ActionInput {
  const hint = field.placeholder === undefined ? '' : ` (${field.placeholder})`
  const skip = field.required ? '' : `\n${formWordsIn(language).skip}`
  const lead = complaint === undefined ? '' : `${complaint}\n`
  const text = `${lead}${field.label}${hint}${skip}\n${words.cancelHint}`
  const options = optionsOf(field, words)
  return reply(options === undefined ? { kind: 'text', text } : { kind: 'choices', text, options })
}

function turned(
  form: ArticleForm,
  { open, reading: { answers, wrong } }: { open: OpenForm; reading: FormReading },
  speaking: Speaking,
): FormTurn {
  const values = { ...open.values, ...answers }
  const next = openFields(form, { ...open, values })[0]
  if (next === undefined) return { done: values }
  const failed = wrong?.field.name === next.name ? wrong.complaint : undefined
  return {
    form: { ...open, values, wrong: failed === undefined ? 0 : open.wrong + 1 },
    say: [askField(next, speaking, failed && complaintOf(failed, speaking))],
  }
}

function complaintOf({ wrong, words }: Extract<Checked, { wrong: unknown }>, { language }: Speaking): string {
  return words === undefined ? formWordsIn(language)[wrong] : textIn(words, language)
}

function formWordsIn(language: string): FormWords {
  return language.startsWith('zh') ? FORM_WORDS.zh : FORM_WORDS.en
}

function optionsOf({ type, options }: Pick<Field, 'type' | 'options'>, { yes, no }: KnowledgeWords) {
  if (type === 'select') return options
  if (type !== 'checkbox') return undefined
  return [
    { id: 'yes', label: yes },
    { id: 'no', label: no },
  ]
}

function reply(part: PartInput): ActionInput {
  return { kind: 'reply', parts: [part] }
}
