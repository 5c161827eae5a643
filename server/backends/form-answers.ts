import { type Prompt, understand } from '@hutong/core/degrade'
import type { Field } from '@hutong/core/parts'
import { dateIn, identifierIn, numberIn, phoneIn, shapedIn } from './form-values.ts'
import type { FormWords } from './form-words.ts'
import { cannotGive, givesUp, isQuestion } from './in-a-form.ts'
import { allOf, type Texts } from './texts.ts'

/** A field of a form, its texts in one language or in several. */
export interface FormField {
  name: string
  label: Texts
  type: Field['type']
  required: boolean
  options?: readonly FormOption[] | undefined
  /** What text, numbers and phone numbers must look like; see `findPattern`. */
  pattern?: string | undefined
  /** Said when the answer does not fit. */
  wrong?: Texts | undefined
}

interface FormOption {
  id: string
  label: Texts
}

/** An answer as it is kept, or what is wrong with it: the field's own words, else those of `FormWords`. */
export type Checked = { value: string } | { wrong: keyof FormWords; words: Texts | undefined }

type Asked = Omit<FormField, 'name' | 'label'>

const VALUE_MAX = 1_000
const SKIPS = ['-', '–', '—', 'skip', 'none', '跳过', '无', '没有', '不填']
const YES = ['yes', 'y', 'true', 'ok', 'on', '1', '是', '是的', '好', '好的', '同意', '对']
const NO = [
  ...['no', 'n', 'false', 'off', '0', '否', '不', '不是', '不同意'],
  ...['不要', '不要了', '不用', '不用了', '不需要', '不需要了', 'nothanks', 'nothankyou', '不用谢谢', '不用了谢谢'],
]

/** Whether somebody gives a form up, rather than to say no to the `field` that was asked for. */
export function cancels(text: string, field?: Asked): boolean {
  return givesUp(text) && !(field?.type === 'checkbox' && valueIn(field, { text, now: 0 }) !== undefined)
}

/**
 * What was typed or filled in for a field; one that is not required is left out with "-". A day that is said without its year is
 * looked for near `now`, in milliseconds since 1970.
 */
export function checkAnswer(field: Asked, given: string, now = Date.now()): Checked {
  const text = clean(given)
  const skipped = text === '' || (!field.required && SKIPS.includes(bareWord(text)))
  if (skipped && !field.required) return { value: '' }
  if (skipped) return { wrong: 'required', words: undefined }
  const value = valueIn(field, { text, now })
  if (value !== undefined) return { value }
  return { wrong: field.type === 'textarea' ? 'text' : field.type, words: field.wrong }
}

/** Whether any words are an answer to it, a question too. */
export function takesAnyWords({ type, pattern, label }: FormField): boolean {
  return type === 'textarea' || (type === 'text' && pattern === undefined && allOf(label).some((one) => OPEN.test(one)))
}

const OPEN = /question|message|comment|describe|tell us|details|reason|问题|留言|内容|说明|描述|备注|原因|详情/i
/** A field of text whose label says that a number is wanted. */
const NUMBERED = /\bnumber\b|(?:^|\s)no\.|单号|單號|编号|編號|号码|號碼/i

/** The same of what was typed, where a question or "I do not have it" is no answer. */
function checkTyped(field: FormField, given: string, now: number | undefined): Checked {
  const checked = checkAnswer(field, given, now)
  if ('wrong' in checked ? field.required || !cannotGive(given) : field.type !== 'text' || takesAnyWords(field))
    return checked
  if (cannotGive(given)) return field.required ? { wrong: 'required', words: undefined } : { value: '' }
  if ('wrong' in checked || field.pattern !== undefined || checked.value === '') return checked
  if (isQuestion(given)) return { wrong: 'text', words: field.wrong }
  const labels = allOf(field.label)
  if (!labels.some((label) => NUMBERED.test(label))) return checked
  const value = identifierIn(checked.value.normalize('NFKC'))
  return value === undefined ? { wrong: 'text', words: field.wrong } : { value }
}

/** Fit to be kept: no signs that cannot be seen, not too long. */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
    .trim()
    .slice(0, VALUE_MAX)
    .toWellFormed()
}

function valueIn({ type, options, pattern }: Asked, { text, now }: { text: string; now: number }): string | undefined {
  const folded = text.normalize('NFKC').trim()
  switch (type) {
    case 'text':
    case 'textarea':
      return pattern === undefined ? text : shapedIn(text, pattern)
    case 'email':
      return /[^\s@<>"',;:：，]{1,64}@[^\s@<>"',;:：，]{1,190}\.[^\s@<>"',.;:：，。]{2,63}/.exec(folded)?.[0]
    case 'tel':
      return pattern === undefined ? phoneIn(folded) : shapedIn(folded, pattern)
    case 'number':
      return pattern === undefined ? numberIn(folded) : shapedIn(folded, pattern)
    case 'date':
      return dateIn(folded, now)
    case 'select':
      return selected(options ?? [], text)
    case 'checkbox':
      return YES.includes(bareWord(text)) ? 'true' : NO.includes(bareWord(text)) ? 'false' : undefined
  }
}

function bareWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s.,!。，！“”"]/gu, '')
}

function selected(options: readonly FormOption[], text: string): string | undefined {
  return options.find(({ id }) => id === text)?.id ?? pickedBy(text, options)
}

/** What is longer names no option. */
const PICK_MAX = 200

/** The option that a text names by its number, or by its label in any of its languages. */
export function pickedBy(text: string, options: readonly FormOption[]): string | undefined {
  const labels: Prompt['options'] = options.flatMap(({ id, label }, at) =>
    allOf(label).map((one) => ({ id, label: one, number: at + 1 })),
  )
  return understand(text.slice(0, PICK_MAX), { kind: 'choices', part: 0, options: labels })
}

type Answers = Readonly<Record<string, string>>

export interface FormReading {
  /** The answers that are good, by field. */
  answers: Record<string, string>
  /** The field that a person gave something for which does not fit. */
  wrong?: { field: FormField; complaint: Extract<Checked, { wrong: unknown }> }
}

/** What a filled-in form brings. */
export function readForm(fields: readonly FormField[], values: Answers): FormReading {
  const reading: FormReading = { answers: {} }
  for (const field of fields) {
    const given = Object.hasOwn(values, field.name) ? (values[field.name] ?? '') : ''
    const emptyBox = field.type === 'checkbox' && given === ''
    take(reading, field, checkAnswer(field, emptyBox && !field.required ? 'false' : given))
  }
  return reading
}

/**
 * What a typed answer brings to the fields that are still open: a line each, in their order or behind their labels; a long text
 * takes all lines for the last one. `now` is as for `checkAnswer`.
 */
export function readTyped(open: readonly FormField[], text: string, now?: number): FormReading {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const reading: FormReading = { answers: {} }
  const rest = [...open]
  for (const [at, line] of lines.entries()) {
    if (reading.wrong || rest.length === 0) break
    const named = rest.flatMap((field) => {
      const value = behindLabel(line, allOf(field.label))
      return value === undefined ? [] : [{ field, value }]
    })[0]
    const field = named?.field ?? rest[0]
    if (!field) break
    rest.splice(rest.indexOf(field), 1)
    const whole = rest.length === 0 && !named ? lines.slice(at).join('\n') : line
    take(reading, field, checkTyped(field, named?.value ?? (field.type === 'textarea' ? whole : line), now))
  }
  return reading
}

function take(reading: FormReading, field: FormField, checked: Checked): void {
  if ('value' in checked) reading.answers[field.name] = checked.value
  else reading.wrong ??= { field, complaint: checked }
}

function behindLabel(line: string, labels: readonly string[]): string | undefined {
  const at = line.search(/[:：]/)
  if (at < 1) return undefined
  const name = bareWord(
    line
      .slice(0, at)
      .replace(/^[•*\s]+/, '')
      .replace(/\*/g, ''),
  )
  return labels.some((label) => bareWord(label) === name) ? line.slice(at + 1) : undefined
}
