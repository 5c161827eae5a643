import type { Field, PartOf } from '@hutong/core/parts'
import type { TargetedEvent } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { type PartWords, usePartWords } from './part-words.ts'
import type { PartProps } from './rich-parts.tsx'
import { useScope } from './scope.ts'

type Errors = Readonly<Record<string, string>>

export function Form({ part, item }: PartProps<PartOf<'form'>>) {
  const { chat, follow } = useScope()
  const words = usePartWords()
  const [errors, setErrors] = useState<Errors>({})
  const form = useRef<HTMLFormElement>(null)
  const { seq } = item
  if (item.answered) return <Answered part={part} values={item.answered} />

  function onSubmit(event: SubmitEvent) {
    event.preventDefault()
    if (!form.current || seq === undefined) return
    const values = valuesOf(part.fields, new FormData(form.current))
    const found = check(part.fields, values, words)
    setErrors(found)
    const wrong = part.fields.find((field) => found[field.name])
    if (wrong) form.current.querySelector<HTMLElement>(`[name="${CSS.escape(wrong.name)}"]`)?.focus()
    else {
      chat.answer(seq, values)
      follow()
    }
  }

  return (
    <form class="bubble box" ref={form} noValidate onSubmit={onSubmit}>
      {part.title && <b>{part.title}</b>}
      {part.fields.map((field) => (
        <FieldView
          key={field.name}
          field={field}
          id={`${item.key}:${field.name}`}
          error={errors[field.name]}
          onInput={() => {
            if (errors[field.name]) setErrors({ ...errors, [field.name]: '' })
          }}
        />
      ))}
      <button type="submit" class="primary" disabled={seq === undefined}>
        {part.submit ?? words.submit}
      </button>
    </form>
  )
}

interface FieldProps {
  field: Field
  id: string
  error: string | undefined
  onInput(event: TargetedEvent<HTMLElement>): void
}

function FieldView({ field, id, error, onInput }: FieldProps) {
  const words = usePartWords()
  const common = {
    id,
    name: field.name,
    'aria-invalid': Boolean(error),
    'aria-required': field.required,
    onInput,
    ...(error && { 'aria-describedby': `${id}:error` }),
    ...(field.placeholder !== undefined && { placeholder: field.placeholder }),
  }
  return (
    <div class={field.type === 'checkbox' ? 'field check' : 'field'}>
      <label for={id}>
        {field.label} {!field.required && field.type !== 'checkbox' && <small>({words.optional})</small>}
      </label>
      <Control field={field} common={common} />
      {error && (
        <p class="error" id={`${id}:error`}>
          {error}
        </p>
      )}
    </div>
  )
}

function Control({ field, common }: { field: Field; common: { id: string; name: string } }) {
  const words = usePartWords()
  switch (field.type) {
    case 'textarea':
      return <textarea rows={3} {...common} />
    case 'checkbox':
      return <input type="checkbox" value="true" {...common} />
    case 'select':
      return (
        <select {...common}>
          <option value="">{words.select}</option>
          {field.options?.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      )
    case 'email':
      return <input type="email" autocomplete="email" {...common} />
    case 'tel':
      return <input type="tel" autocomplete="tel" {...common} />
    case 'number':
      return <input type="text" inputmode="decimal" {...common} />
    case 'date':
      return <input type="date" {...common} />
    case 'text':
      return <input type="text" {...common} />
  }
}

/** The form as it was sent. */
function Answered({ part, values }: { part: PartOf<'form'>; values: Readonly<Record<string, string>> }) {
  const words = usePartWords()
  return (
    <div class="bubble box">
      {part.title && <b>{part.title}</b>}
      <dl>
        {part.fields.map((field) => (
          <div key={field.name}>
            <dt>{field.label}</dt>
            <dd>{shown(field, values[field.name] ?? '', words) || '–'}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function shown(field: Field, value: string, words: PartWords): string {
  if (field.type === 'checkbox') return value === 'true' ? words.yes : words.no
  return field.options?.find((one) => one.id === value)?.label ?? value
}

function valuesOf(fields: readonly Field[], data: FormData): Record<string, string> {
  return Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name) ?? '').trim()]))
}

/** One sentence for each field that cannot be sent as it is. */
export function check(fields: readonly Field[], values: Readonly<Record<string, string>>, words: PartWords): Errors {
  const errors: Record<string, string> = {}
  for (const { name, type, required } of fields) {
    const value = values[name] ?? ''
    if (!value) {
      if (required) errors[name] = words.required
    } else if (type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) errors[name] = words.badEmail
    else if (type === 'number' && !Number.isFinite(Number(value))) errors[name] = words.badNumber
  }
  return errors
}
