import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

interface DialogProps {
  title: string
  kind?: string
  children: ComponentChildren
}

/** A modal sheet; Escape, its cross and a click beside it close it, and the focus goes back to where it was. */
export function Dialog({ title, kind = '', children }: DialogProps) {
  const { desk, words } = useDesk()
  const sheet = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    sheet.current?.showModal()
  }, [])
  const close = () => {
    desk.dialog.value = undefined
  }
  return (
    <dialog ref={sheet} class={`dialog ${kind}`} aria-labelledby={id} closedby="any" onClose={close}>
      <div class="dialog-sheet">
        <header>
          <h2 id={id}>{title}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={words.closeDialog}
            onClick={() => sheet.current?.close()}
          >
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
