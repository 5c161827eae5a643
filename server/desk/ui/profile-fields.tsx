import type { Contact } from '@hutong/core/conversation'
import { toHutongError } from '@hutong/core/errors'
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Words } from '../locales/en.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

type FieldName = 'name' | 'email' | 'phone'

const FIELDS = [
  { field: 'name', keyboard: 'text', max: 128 },
  { field: 'email', keyboard: 'email', max: 320 },
  { field: 'phone', keyboard: 'tel', max: 32 },
] as const

/** The contact's own record, each line saved by itself. */
export function ProfileFields({ contact }: { contact: Contact }) {
  const { desk, words } = useDesk()
  return (
    <div class="fields">
      {FIELDS.map(({ field, keyboard, max }) => (
        <Field
          key={field}
          label={words[field]}
          keyboard={keyboard}
          max={max}
          value={contact[field] ?? ''}
          problemOf={(wish) => problemOf(field, wish, words)}
          onSave={(wish) => desk.updateContact(contact, { [field]: wish })}
        />
      ))}
    </div>
  )
}

function problemOf(field: FieldName, wish: string, words: Words): string | undefined {
  if (wish === '') return undefined
  if (field === 'email' && !/^[^\s@]+@[^\s@]+$/.test(wish)) return words.badEmail
  if (field === 'phone' && !/^[+\d][\d\s()./-]*$/.test(wish)) return words.badPhone
  return undefined
}

interface FieldProps {
  label: string
  keyboard: 'text' | 'email' | 'tel'
  max: number
  value: string
  problemOf(wish: string): string | undefined
  onSave(wish: string): Promise<void>
}

type State = { kind: 'idle' | 'saving' | 'saved' } | { kind: 'wrong'; problem: string }

/** Saved on Enter and on leaving; Escape brings back what was there. What could not be saved stays, with the reason. */
function Field({ label, keyboard, max, value, problemOf, onSave }: FieldProps) {
  const { words } = useDesk()
  const state = useSignal<State>({ kind: 'idle' })
  /** What is typed and not saved yet. */
  const draft = useSignal<string | undefined>(undefined)
  const id = useId()
  const { kind } = state.value

  async function save() {
    const wish = (draft.peek() ?? value).trim()
    if (kind === 'saving') return
    if (wish === value) return cancel()
    const problem = problemOf(wish)
    state.value = problem === undefined ? { kind: 'saving' } : { kind: 'wrong', problem }
    if (problem !== undefined) return
    try {
      await onSave(wish)
      draft.value = undefined
      state.value = { kind: 'saved' }
    } catch (thrown) {
      const { code, message } = toHutongError(thrown)
      state.value = { kind: 'wrong', problem: code === 'unreachable' ? words.noConnection : words.notSaved(message) }
    }
  }

  function cancel() {
    draft.value = undefined
    if (state.peek().kind === 'wrong') state.value = { kind: 'idle' }
  }

  return (
    <div class="field">
      <div class="field-label">
        <label for={id}>{label}</label>
        <span role="status" class="saved">
          {kind === 'saving' && words.saving}
          {kind === 'saved' && (
            <>
              <Icon name="check" />
              {words.saved}
            </>
          )}
        </span>
      </div>
      <input
        id={id}
        type="text"
        inputMode={keyboard}
        maxLength={max}
        value={draft.value ?? value}
        placeholder={words.empty}
        readOnly={kind === 'saving'}
        aria-invalid={kind === 'wrong'}
        aria-describedby={`${id}-problem`}
        onInput={(event) => {
          draft.value = event.currentTarget.value
          state.value = { kind: 'idle' }
        }}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.isComposing) void save()
          if (event.key !== 'Escape') return
          cancel()
          event.currentTarget.blur()
        }}
      />
      <p id={`${id}-problem`} class="field-problem" role="alert">
        {state.value.kind === 'wrong' ? state.value.problem : ''}
      </p>
    </div>
  )
}
