import { useEffect, useRef } from 'preact/hooks'
import { isMac } from './frame.ts'
import { CHECK, Icon } from './icons.tsx'
import type { PopoverProps } from './popover-button.tsx'
import { type SendKey, useScope } from './scope.ts'
import css from './styles/menu.css?inline'
import { extendSheet } from './styles.ts'

extendSheet(css)

/** Which key sends, by the visitor's own habit. */
export function Menu({ close }: PopoverProps) {
  const { locale, sendKey, setSendKey } = useScope()
  const { words } = locale
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => menu.current?.querySelector<HTMLElement>('[aria-checked=true]')?.focus(), [])
  const choices: readonly [SendKey, string][] = [
    ['enter', 'Enter'],
    ['modifier', isMac() ? '⌘ + Enter' : 'Ctrl + Enter'],
  ]
  return (
    <div ref={menu} class="menu" role="menu" aria-label={words.menu} onKeyDown={walk}>
      <fieldset aria-label={words.menu}>
        <p aria-hidden="true">{words.menu}</p>
        {choices.map(([choice, label]) => (
          <button
            type="button"
            role="menuitemradio"
            key={choice}
            aria-checked={sendKey.value === choice}
            tabIndex={sendKey.value === choice ? 0 : -1}
            onClick={() => {
              setSendKey(choice)
              close()
            }}
          >
            <span>{label}</span>
            {sendKey.value === choice && <Icon path={CHECK} />}
          </button>
        ))}
      </fieldset>
    </div>
  )
}

function walk(event: KeyboardEvent) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !(event.currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitemradio]')]
  const at = all.indexOf(event.target as HTMLElement)
  all[(at + step + all.length) % all.length]?.focus()
}
