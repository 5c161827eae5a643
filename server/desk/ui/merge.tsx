import type { Contact } from '@hutong/core/conversation'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { contactName } from '../model/naming.ts'
import { Avatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'
import { isReadable } from './identities.tsx'

/** Milliseconds without a key until the list is asked for. */
const PAUSE = 250

/** Who else this customer is: looked up, then said what it does, then done. */
export function MergeDialog() {
  const { desk, words } = useDesk()
  const contact = desk.thread.value?.contact.value
  const chosen = useSignal<Contact | undefined>(undefined)
  if (!contact) return null
  return (
    <Dialog title={words.merge}>
      {chosen.value ? (
        <Confirm contact={contact} other={chosen.value} onBack={() => (chosen.value = undefined)} />
      ) : (
        <Choose contact={contact} onChoose={(other) => (chosen.value = other)} />
      )}
    </Dialog>
  )
}

function Choose({ contact, onChoose }: { contact: Contact; onChoose(other: Contact): void }) {
  const { desk, words } = useDesk()
  const text = useSignal(contact.name || contact.email || '')
  const found = useSignal<readonly Contact[] | 'failed' | undefined>(undefined)
  const same = new Set([contact.id, ...(desk.thread.value?.threads.value ?? []).map((one) => one.contact)])

  useEffect(() => {
    let wanted = true
    const timer = setTimeout(async () => {
      const query = { site: contact.site, text: text.value.trim() }
      const answer = await desk.contacts(query).catch(() => undefined)
      if (wanted) found.value = answer?.items ?? 'failed'
    }, PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [text.value])

  const shown = Array.isArray(found.value) ? found.value.filter(({ id }) => !same.has(id)) : []
  return (
    <>
      <label class="field">
        <span class="field-label">{words.mergeFind}</span>
        <input
          type="search"
          autofocus
          value={text.value}
          placeholder={words.mergeHint}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <p class="quiet" role="status">
        {found.value === 'failed' && words.mergeFailed}
        {Array.isArray(found.value) && shown.length === 0 && words.mergeNone}
      </p>
      <ul class="choices-list">
        {shown.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => onChoose(one)}>
              <Person contact={one} />
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function Person({ contact }: { contact: Contact }) {
  const { words, format } = useDesk()
  const name = contactName(contact, words)
  const address = contact.email ?? contact.identities.find((one) => isReadable(one.address))?.address
  return (
    <>
      <Avatar id={contact.id} name={name} small />
      <span class="chosen-person">
        <span>{name}</span>
        <span class="quiet">
          {[address, format.full(contact.seenAt)].filter((one) => one && one !== name).join(' · ')}
        </span>
      </span>
    </>
  )
}

interface ConfirmProps {
  contact: Contact
  other: Contact
  onBack(): void
}

function Confirm({ contact, other, onBack }: ConfirmProps) {
  const { desk, words } = useDesk()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <>
      <p>{words.mergeEffect(contactName(contact, words), contactName(other, words))}</p>
      <div class="dialog-actions">
        <button type="button" onClick={onBack}>
          {words.otherPerson}
        </button>
        <button
          ref={button}
          type="button"
          class="primary"
          onClick={() => {
            desk.dialog.value = undefined
            void desk.errands.merge(contact, other)
          }}
        >
          {words.mergeNow}
        </button>
      </div>
    </>
  )
}
