import type { Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/**
 * What a small open box has in common: focus moves in, Escape and a press elsewhere close it. The answer closes it and gives
 * focus back to its button, the first one inside `box`.
 */
export function usePopover(box: { current: HTMLElement | null }, open: Signal<boolean>): () => void {
  const shown = open.value
  const close = () => {
    open.value = false
    box.current?.querySelector('button')?.focus()
  }
  useEffect(() => {
    const element = box.current
    if (!shown || !element) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      close()
    }
    const onPress = (event: Event) => {
      if (!event.composedPath().includes(element)) open.value = false
    }
    element.querySelector<HTMLElement>('[role^=menuitem][tabindex="0"]')?.focus()
    element.addEventListener('keydown', onKey)
    addEventListener('pointerdown', onPress, true)
    return () => {
      element.removeEventListener('keydown', onKey)
      removeEventListener('pointerdown', onPress, true)
    }
  }, [shown])
  return close
}
