import { useEffect, useRef, useState } from 'preact/hooks'
import { EMOJI } from './emoji-data.ts'
import type { PopoverProps } from './popover-button.tsx'
import { useScope } from './scope.ts'
import css from './styles/emoji.css?inline'
import { extendSheet } from './styles.ts'

extendSheet(css)

const GROUPS = {
  en: ['Smileys', 'Gestures', 'Nature', 'Food', 'Things', 'Symbols'],
  zh: ['表情', '手势', '自然', '食物', '物品', '符号'],
} as const

/** Emoji in one row, by the style sheet. */
const COLUMNS = 8

/** A grid of one Tab stop: arrows walk in it, Enter picks. */
export function EmojiPanel({ close }: PopoverProps) {
  const { locale } = useScope()
  const label = locale.words.emoji
  const groups = GROUPS[locale.tag.startsWith('zh') ? 'zh' : 'en']
  const [at, setAt] = useState(0)
  const grid = useRef<HTMLDivElement>(null)
  useEffect(() => focusOn(grid.current, 0), [])

  function onKeyDown(event: KeyboardEvent) {
    const count = grid.current?.querySelectorAll('.emoji').length ?? 0
    const next = walk(event.key, at, count)
    if (next === undefined) return
    event.preventDefault()
    setAt(next)
    focusOn(grid.current, next)
  }

  let index = 0
  return (
    <div ref={grid} class="emoji-panel" role="dialog" aria-label={label} onKeyDown={onKeyDown}>
      {EMOJI.map((group, number) => (
        <fieldset aria-label={groups[number]} key={groups[number]}>
          <p aria-hidden="true">{groups[number]}</p>
          <div class="emoji-grid">
            {group.map((emoji) => {
              const own = index++
              return (
                <button
                  type="button"
                  class="emoji"
                  key={emoji}
                  tabIndex={own === at ? 0 : -1}
                  onClick={() => close(emoji)}
                >
                  {emoji}
                </button>
              )
            })}
          </div>
        </fieldset>
      ))}
    </div>
  )
}

function focusOn(grid: HTMLElement | null, index: number) {
  grid?.querySelectorAll<HTMLElement>('.emoji')[index]?.focus()
}

function walk(key: string, from: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: COLUMNS,
    ArrowUp: -COLUMNS,
  }
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = steps[key]
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, from + step))
}
