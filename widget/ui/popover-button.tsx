import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'

export interface PopoverProps {
  /** Takes the box away; focus goes back to its button, and on to who wants what was picked. */
  close(picked?: string): void
}

interface PopoverButtonProps {
  path: string
  label: string
  /** Fetches what the box holds, when it is first asked for. */
  load(): Promise<ComponentType<PopoverProps>>
  onPick?(picked: string): void
}

/** A button and the small box it opens. Escape and a press anywhere else close the box. */
export function PopoverButton({ path, label, load, onPick }: PopoverButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const [{ Content }, setContent] = useState<{ Content?: ComponentType<PopoverProps> }>({})
  const box = useRef<HTMLDivElement>(null)

  function close(picked?: string) {
    setOpen(false)
    box.current?.querySelector('button')?.focus()
    if (picked) onPick?.(picked)
  }
  async function toggle() {
    if (!Content) setContent({ Content: await load() })
    setOpen(!isOpen)
  }
  useEffect(() => {
    const element = box.current
    if (!isOpen || !element) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      close()
    }
    const onPress = (event: Event) => {
      if (!event.composedPath().includes(element)) setOpen(false)
    }
    element.addEventListener('keydown', onKey)
    addEventListener('pointerdown', onPress, true)
    return () => {
      element.removeEventListener('keydown', onKey)
      removeEventListener('pointerdown', onPress, true)
    }
  }, [isOpen])

  return (
    <div class="popover" ref={box}>
      <button type="button" class="icon-button" aria-label={label} aria-expanded={isOpen} onClick={toggle}>
        <Icon path={path} />
      </button>
      {isOpen && Content && <Content close={close} />}
    </div>
  )
}
