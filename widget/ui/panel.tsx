import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { holdPage, isPhone, isTouch } from './frame.ts'
import { Header } from './header.tsx'
import { Log } from './log.tsx'
import { Notice } from './notice.tsx'
import { createScope, type PanelProps, type PanelState, ScopeProvider } from './scope.ts'
import { sendFiles } from './send-files.ts'

export function Panel({ state, ...props }: PanelProps & { state: PanelState }) {
  const { chat, locale, options, onClose } = props
  const scope = useMemo(() => createScope(props, state), [chat, locale, options, onClose, state])
  const frame = useRef<HTMLDivElement>(null)
  const covers = useFullScreen(frame, options.placement === 'inline')
  const site = options.title ?? chat.site.value?.name
  useFocusOnOpen(frame)

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape' && options.placement !== 'inline') onClose()
  }

  return (
    <ScopeProvider value={scope}>
      <div
        ref={frame}
        class="panel"
        part="panel"
        role="dialog"
        aria-modal={covers}
        aria-label={site ? locale.words.chatWith(site) : locale.words.chat}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onDragOver={(event) => event.dataTransfer?.types.includes('Files') && event.preventDefault()}
        onDrop={(event) => {
          if (!event.dataTransfer?.files.length) return
          event.preventDefault()
          sendFiles(scope, event.dataTransfer.files)
        }}
      >
        <Header />
        <Log />
        <Notice />
        {chat.connection.value !== 'refused' && <Composer />}
        <Announcer />
      </div>
    </ScopeProvider>
  )
}

function useFocusOnOpen(frame: { current: HTMLDivElement | null }) {
  useEffect(() => {
    // A keyboard that jumps up would hide what the visitor came to read.
    const target = isTouch() ? frame.current : frame.current?.querySelector('textarea')
    target?.focus({ preventScroll: true })
  }, [frame])
}

/** Covers the whole phone: the page behind holds still and the panel ends where the keyboard begins. */
function useFullScreen(frame: { current: HTMLDivElement | null }, inline: boolean): boolean {
  const [covers, setCovers] = useState(!inline && isPhone().matches)
  useLayoutEffect(() => {
    const phone = isPhone()
    const measure = () => setCovers(!inline && phone.matches)
    measure()
    phone.addEventListener('change', measure)
    return () => phone.removeEventListener('change', measure)
  }, [inline])
  useLayoutEffect(() => (covers && frame.current ? holdPage(frame.current) : undefined), [covers, frame])
  return covers
}
