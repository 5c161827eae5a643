import { useSignal } from '@preact/signals'
import { Avatar } from './avatar.tsx'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'

export function TransferDialog() {
  const { desk, words } = useDesk()
  const note = useSignal('')
  const conversation = desk.item.value?.conversation
  const { holder } = conversation?.floor ?? {}
  const colleagues = desk.agents.value
    .filter((one) => one.id !== desk.me.id && !(holder?.kind === 'agent' && holder.id === one.id))
    .toSorted((a, b) => Number(b.online) - Number(a.online) || (a.name ?? '').localeCompare(b.name ?? ''))
  if (!conversation) return null
  return (
    <Dialog title={words.transferTo}>
      {colleagues.length === 0 && <p class="quiet">{words.noColleagues}</p>}
      {colleagues.length > 0 && (
        <label class="field">
          <span class="field-label">{words.transferNote}</span>
          <textarea rows={2} maxLength={4_000} onInput={(event) => (note.value = event.currentTarget.value)} />
        </label>
      )}
      <ul class="choices-list">
        {colleagues.map((one, index) => (
          <li key={one.id}>
            <button
              type="button"
              autofocus={index === 0}
              onClick={() => {
                desk.dialog.value = undefined
                void desk.actions.transfer(conversation.id, one, note.peek())
              }}
            >
              <Avatar id={one.id} name={one.name ?? one.email} small />
              <span>{one.name ?? one.email}</span>
              <span class={one.online ? 'presence online' : 'presence'}>
                {one.online ? words.online : words.offline}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
