import { cancels, type FormField, type FormReading, readForm, readTyped } from '../form-answers.ts'
import { optionMeant } from '../option-meant.ts'
import type { FlowField, StepOf } from './flow-steps.ts'
import { remember, type Turn, worded } from './turn.ts'

type Form = StepOf<'form'>

/** What came of an answer: all is there, the form is given up, something is still open, or what was written does not fit. */
export type FormOutcome =
  | { state: 'complete' | 'cancelled' | 'open' }
  | ({ state: 'wrong' } & NonNullable<FormReading['wrong']>)

export function enterForm(turn: Turn, name: string, form: Form): void {
  const fields = form.fields.map((field) => ({
    name: field.name,
    label: worded(turn, field.label, 255),
    type: field.type,
    required: field.required,
    ...(field.options && {
      options: field.options.map(({ id, label }) => ({ id, label: worded(turn, label, 80) })),
    }),
    ...(field.placeholder === undefined ? {} : { placeholder: worded(turn, field.placeholder, 255) }),
  }))
  turn.actions.push({
    kind: 'ask',
    part: {
      kind: 'form',
      fields,
      ...(form.title === undefined ? {} : { title: worded(turn, form.title, 255) }),
      ...(form.submit === undefined ? {} : { submit: worded(turn, form.submit, 80) }),
    },
  })
  turn.state.waiting = { step: name, answers: {} }
}

/** Whether an answer is one to this form. */
export function fitsForm({ fields }: Form, values: Readonly<Record<string, string>>): boolean {
  return Object.keys(values).every((key) => fields.some(({ name }) => name === key))
}

/** Whether whatever is written now fits. */
export function takesAnything(turn: Turn, form: Form): boolean {
  const [field] = openFields(turn, form)
  return field?.pattern === undefined && (field?.type === 'text' || field?.type === 'textarea')
}

/** A form that was filled in. */
export function takeForm(turn: Turn, form: Form, values: Readonly<Record<string, string>>): FormOutcome {
  return taken(turn, form, readForm(form.fields, values))
}

/** An answer that was typed where the form went out as text, or picked among the options of one field. */
export function takeTyped(turn: Turn, form: Form, text: string): FormOutcome {
  if (form.cancel !== undefined && cancels(text)) return { state: 'cancelled' }
  const open = openFields(turn, form)
  const option = optionMeant(text, open[0]?.options ?? [])
  return taken(turn, form, readTyped(open, option ?? text))
}

function taken(turn: Turn, form: Form, { answers, wrong }: FormReading): FormOutcome {
  const { waiting } = turn.state
  if (!waiting) return { state: 'open' }
  Object.assign(waiting.answers, answers)
  for (const [name, value] of Object.entries(answers)) remember(turn, name, value)
  if (wrong) return { state: 'wrong', ...wrong }
  const [next] = openFields(turn, form)
  if (!next) return { state: 'complete' }
  askField(turn, next, '')
  return { state: 'open' }
}

/** Says what is wrong with an answer and asks for it again. */
export function complain(turn: Turn, { field, complaint }: NonNullable<FormReading['wrong']>): void {
  askField(turn, field, worded(turn, complaint.words ?? turn.says[complaint.wrong], 500))
}

/** Asks for one field in words, as every channel can show it. */
function askField(turn: Turn, field: FormField, before: string): void {
  const { waiting } = turn.state
  if (!waiting) return
  waiting.asked = field.name
  const lines = [before, worded(turn, field.label, 255), field.required ? '' : turn.says.skip]
  const text = lines.filter((line) => line !== '').join('\n')
  const options = field.options?.map(({ id, label }) => ({
    id: `${waiting.step}:${id}`,
    label: worded(turn, label, 80),
  }))
  turn.actions.push({ kind: 'reply', parts: [options ? { kind: 'choices', text, options } : { kind: 'text', text }] })
}

/** Those without a good answer; the one that was asked for last comes first. */
function openFields({ state: { waiting } }: Turn, { fields }: Form): FlowField[] {
  const open = fields.filter(({ name }) => !Object.hasOwn(waiting?.answers ?? {}, name))
  return open.toSorted((a, b) => Number(b.name === waiting?.asked) - Number(a.name === waiting?.asked))
}
