import { UNDO_KEY } from '../model/commands.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

export function NoticeList() {
  const { desk, words } = useDesk()
  return (
    <div class="notices" role="status">
      {desk.notices.shown.value.map(({ id, text, tone, undo }) => (
        <div key={id} class={`notice ${tone}`}>
          <span>{text}</span>
          {undo && (
            <button type="button" class="link" aria-keyshortcuts={UNDO_KEY} onClick={() => desk.notices.undo(id)}>
              {words.undo} {desk.preferences.shortcuts.value && <kbd>{UNDO_KEY.toUpperCase()}</kbd>}
            </button>
          )}
          <button type="button" class="icon-button" aria-label={words.dismiss} onClick={() => desk.notices.dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
