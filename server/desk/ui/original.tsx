import { useSignal } from '@preact/signals'
import type { Original } from '../model/api.ts'
import type { MessageRow } from '../model/rows.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'

/** A message of a channel that cuts quotes and signatures away: whole again on demand, in a frame that can do nothing. */
export function OriginalOf({ row, conversation }: { row: MessageRow; conversation: string }) {
  const { desk, words } = useDesk()
  const state = useSignal<'closed' | 'loading' | 'gone' | 'failed' | Original>('closed')
  const id = `original-${row.key}`
  const open = state.value !== 'closed' && state.value !== 'loading'

  async function toggle() {
    if (open) {
      state.value = 'closed'
      return
    }
    state.value = 'loading'
    try {
      state.value = (await desk.original(conversation, row.seq)) ?? 'gone'
    } catch {
      state.value = 'failed'
    }
  }

  return (
    <div class="original">
      <button
        type="button"
        class="link"
        aria-expanded={open}
        aria-controls={id}
        disabled={state.value === 'loading'}
        onClick={() => void toggle()}
      >
        {open ? words.hideOriginal : words.showOriginal}
      </button>
      <div id={id} role="status">
        {state.value === 'gone' && <p class="quiet">{words.originalGone}</p>}
        {state.value === 'failed' && <p class="quiet">{words.originalFailed}</p>}
      </div>
      {typeof state.value === 'object' && <Whole original={state.value} conversation={conversation} seq={row.seq} />}
    </div>
  )
}

function Whole({ original, conversation, seq }: { original: Original; conversation: string; seq: number }) {
  const { words } = useDesk()
  const images = useSignal<'none' | 'remote'>('none')
  const { subject, text, html, remote } = original
  const address = `/v1/conversations/${encodeURIComponent(conversation)}/entries/${seq}/original.html`
  return (
    <div class="original-mail">
      {subject && (
        <p class="original-subject">
          <span class="quiet">{words.subject}: </span>
          {subject}
        </p>
      )}
      {remote && images.value === 'none' && (
        <p class="original-blocked">
          <Icon name="alert" />
          <span>{words.imagesBlocked}</span>
          <button type="button" class="link" onClick={() => (images.value = 'remote')}>
            {words.showImages}
          </button>
        </p>
      )}
      {html ? (
        <iframe
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          title={words.originalMail}
          src={`${address}?images=${images.value}`}
        />
      ) : (
        <pre>{text}</pre>
      )}
    </div>
  )
}
