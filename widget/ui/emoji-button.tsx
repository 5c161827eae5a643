import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useRef } from 'preact/hooks'
import type { EmojiPanelProps } from './emoji.tsx'
import { Icon } from './icons.tsx'
import { usePopover } from './popover.ts'
import { useScope } from './scope.ts'

/** Fetches the emoji panel when it is first asked for. */
export function EmojiButton({ onPick }: { onPick(emoji: string): void }) {
  const {
    locale: { words },
  } = useScope()
  const open = useSignal(false)
  const loaded = useSignal<{ EmojiPanel: ComponentType<EmojiPanelProps> } | undefined>(undefined)
  const box = useRef<HTMLDivElement>(null)
  const close = usePopover(box, open)
  const Loaded = loaded.value?.EmojiPanel

  async function toggle() {
    if (!loaded.value) loaded.value = await import('./emoji.tsx')
    open.value = !open.value
  }

  return (
    <div class="popover-anchor" ref={box}>
      <button type="button" class="icon-button" aria-label={words.emoji} aria-expanded={open.value} onClick={toggle}>
        <Icon name="emoji" />
      </button>
      {open.value && Loaded && (
        <Loaded
          groups={words.emojiGroups}
          label={words.emoji}
          onPick={(emoji) => {
            onPick(emoji)
            close()
          }}
        />
      )}
    </div>
  )
}
