import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { isMac } from './frame.ts'
import { Icon } from './icons.tsx'
import { usePopover } from './popover.ts'
import { type SendKey, useScope } from './scope.ts'

export function Menu() {
  const {
    locale: { words },
    sendKey,
    setSendKey,
  } = useScope()
  const open = useSignal(false)
  const box = useRef<HTMLDivElement>(null)
  const close = usePopover(box, open)
  const choices: readonly [SendKey, string][] = [
    ['enter', words.sendEnter],
    ['modifier', isMac() ? words.sendCommandEnter : words.sendCtrlEnter],
  ]
  return (
    <div class="popover-anchor" ref={box}>
      <button
        type="button"
        class="icon-button"
        aria-label={words.menu}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value
        }}
      >
        <Icon name="menu" />
      </button>
      {open.value && (
        <div class="menu" role="menu" aria-label={words.menu} onKeyDown={walk}>
          <fieldset aria-label={words.sendKey}>
            <p aria-hidden="true">{words.sendKey}</p>
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
                {sendKey.value === choice && <Icon name="check" />}
              </button>
            ))}
          </fieldset>
        </div>
      )}
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
