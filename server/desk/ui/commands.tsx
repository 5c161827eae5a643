import { useSignal } from '@preact/signals'
import type { Command } from '../model/commands.ts'
import { commandsOf } from '../model/commands.ts'
import { useDesk } from './desk-context.ts'
import { Dialog } from './dialog.tsx'

export function CommandDialog() {
  const { desk, words } = useDesk()
  const text = useSignal('')
  const at = useSignal(0)
  const found = commandsOf(desk).filter(
    (one) => one.id !== 'commands' && one.label.toLocaleLowerCase().includes(text.value.trim().toLocaleLowerCase()),
  )
  const chosen = found[Math.min(at.value, found.length - 1)]

  function run(command: Command | undefined) {
    if (!command) return
    desk.dialog.value = undefined
    command.run()
  }

  function walk(event: KeyboardEvent) {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault()
      run(chosen)
    }
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by === 0 || found.length === 0) return
    event.preventDefault()
    at.value = (at.value + by + found.length) % found.length
  }

  return (
    <Dialog title={words.commands} kind="commands">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="command-list"
        aria-activedescendant={chosen && `command-${chosen.id}`}
        aria-label={words.commandHint}
        placeholder={words.commandHint}
        autofocus
        onInput={(event) => {
          text.value = event.currentTarget.value
          at.value = 0
        }}
        onKeyDown={walk}
      />
      {found.length === 0 && <p class="quiet">{words.noCommand}</p>}
      <div id="command-list" role="listbox" aria-label={words.commands} class="choices-list">
        {found.map((one) => (
          <div
            key={one.id}
            id={`command-${one.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={one === chosen}
            onClick={() => run(one)}
            onKeyDown={walk}
          >
            <span>{one.label}</span>
            {one.key && <Keys name={one.key} />}
          </div>
        ))}
      </div>
    </Dialog>
  )
}

export function KeysDialog() {
  const { desk, words } = useDesk()
  return (
    <Dialog title={words.keys}>
      <dl class="keys">
        {commandsOf(desk).map(
          (one) =>
            one.key && (
              <div key={one.id}>
                <dt>{one.label}</dt>
                <dd>
                  <Keys name={one.key} />
                </dd>
              </div>
            ),
        )}
        <div>
          <dt>{words.leaveField}</dt>
          <dd>
            <kbd>Esc</kbd>
          </dd>
        </div>
      </dl>
    </Dialog>
  )
}

const APPLE = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '')

function Keys({ name }: { name: string }) {
  const keys = name.split('+').map((one) => (one === 'Mod' ? (APPLE ? '⌘' : 'Ctrl') : one.toUpperCase()))
  return (
    <span class="keycaps">
      {keys.map((one) => (
        <kbd key={one}>{one === 'SHIFT' ? 'Shift' : one === 'CTRL' ? 'Ctrl' : one}</kbd>
      ))}
    </span>
  )
}
