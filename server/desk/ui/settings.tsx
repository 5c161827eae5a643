import type { Signal } from '@preact/signals'
import type { Theme } from '../model/preferences.ts'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'
import { LanguageChoice } from './sign-in.tsx'

export function SettingsDialog({ onSignOut }: { onSignOut(): void }) {
  const { desk, words } = useDesk()
  const { preferences } = desk

  async function toggleNotify(wish: boolean) {
    preferences.notify.value = wish && (await desk.alerts.allow())
    if (wish && !preferences.notify.peek()) desk.notices.show({ text: words.notifyBlocked, tone: 'bad' })
  }

  return (
    <Dialog title={words.settings}>
      <div class="settings">
        <div class="setting">
          <span>{words.language}</span>
          <LanguageChoice preferences={preferences} />
        </div>
        <label class="setting">
          <span>{words.theme}</span>
          <select
            value={preferences.theme.value}
            onChange={(event) => (preferences.theme.value = event.currentTarget.value as Theme)}
          >
            {Object.entries(words.themes).map(([theme, name]) => (
              <option key={theme} value={theme}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Toggle label={words.sound} value={preferences.sound} />
        <Toggle label={words.notify} value={preferences.notify} onToggle={(wish) => void toggleNotify(wish)} />
        <Toggle label={words.singleKeys} value={preferences.shortcuts} />
        <p class="quiet">
          {desk.me.name}
          {desk.me.email && ` · ${desk.me.email}`}
        </p>
        <button type="button" onClick={onSignOut}>
          {words.signOut}
        </button>
      </div>
    </Dialog>
  )
}

interface ToggleProps {
  label: string
  value: Signal<boolean>
  onToggle?(wish: boolean): void
}

function Toggle({ label, value, onToggle }: ToggleProps) {
  return (
    <label class="setting">
      <span>{label}</span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={value.value}
        checked={value.value}
        onChange={(event) => {
          if (onToggle) onToggle(event.currentTarget.checked)
          else value.value = event.currentTarget.checked
        }}
      />
    </label>
  )
}
