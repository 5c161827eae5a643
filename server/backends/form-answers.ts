import { type Prompt, understand } from '@hutong/core/degrade'
import type { Field } from '@hutong/core/parts'
import type { FormWords } from './form-words.ts'
import { findPattern } from './pattern.ts'
import { allOf, type Texts } from './texts.ts'

/** A field of a form, its texts in one language or in several. */
export interface FormField {
  name: string
  label: Texts
  type: Field['type']
  required: boolean
  options?: readonly FormOption[] | undefined
  /** What text and phone numbers must look like; see `findPattern`. */
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
const NO = ['no', 'n', 'false', 'off', '0', '否', '不', '不是', '不同意', '不要']
const CANCELS = ['cancel', 'stop', 'quit', 'abort', '取消', '算了', '不填了', '退出']

/** Whether somebody gives a form up. */
export function cancels(text: string): boolean {
  return CANCELS.includes(bareWord(text))
}

/** What was typed or filled in for a field; one that is not required is left out with "-". */
export function checkAnswer(field: Asked, given: string): Checked {
  const text = clean(given)
  const skipped = text === '' || (!field.required && SKIPS.includes(bareWord(text)))
  if (skipped && !field.required) return { value: '' }
  if (skipped) return { wrong: 'required', words: undefined }
  const value = valueIn(field, text)
  if (value !== undefined) return { value }
  return { wrong: field.type === 'textarea' ? 'text' : field.type, words: field.wrong }
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

function valueIn({ type, options, pattern }: Asked, text: string): string | undefined {
  const folded = text.normalize('NFKC').trim()
  switch (type) {
    case 'text':
    case 'textarea':
      return pattern === undefined ? text : findPattern(text, pattern)
    case 'email':
      return /[^\s@<>"',;:：，]{1,64}@[^\s@<>"',;:：，]{1,190}\.[^\s@<>"',.;:：，。]{2,63}/.exec(folded)?.[0]
    case 'tel':
      if (pattern !== undefined) return findPattern(folded, pattern)
      return /^\+?[\d\s().-]{5,24}$/.test(folded) && (folded.match(/\d/g)?.length ?? 0) >= 5 ? folded : undefined
    case 'number': {
      const plain = folded.replaceAll(/(?<=\d),(?=\d{3}\b)/g, '')
      return /^[-+]?\d{1,15}(\.\d{1,10})?$/.test(plain) ? String(Number(plain)) : undefined
    }
    case 'date':
      return dateIn(folded)
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
    .replaceAll(/[\s.!。！“”"]/gu, '')
}

/** A day that there is, the year first: 2026-01-31, 2026/1/31, 2026年1月31日. */
function dateIn(text: string): string | undefined {
  const [, year, month = '', day = ''] = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const name = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${name}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toJSON().startsWith(name) ? name : undefined
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
    take(reading, field, emptyBox && !field.required ? 'false' : given)
  }
  return reading
}

/**
 * What a typed answer brings to the fields that are still open: a line each, in their order or behind their labels; a long text
 * takes all lines for the last one.
 */
export function readTyped(open: readonly FormField[], text: string): FormReading {
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
    take(reading, field, named?.value ?? (field.type === 'textarea' ? whole : line))
  }
  return reading
}

function take(reading: FormReading, field: FormField, given: string): void {
  const checked = checkAnswer(field, given)
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
