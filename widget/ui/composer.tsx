import { useLayoutEffect, useRef } from 'preact/hooks'
import { ATTACH, EMOJI, Icon, SEND, STOP } from './icons.tsx'
import { PopoverButton } from './popover-button.tsx'
import { type Scope, useScope } from './scope.ts'
import { sendFiles } from './send-files.ts'

/** Longest text the relay takes as one message, in UTF-16 code units. */
const LONGEST = 8_000
/** The field grows up to so many pixels, then it scrolls. */
const TALLEST = 140

export function Composer() {
  const scope = useScope()
  const {
    chat,
    draft,
    locale: { words },
  } = scope
  const field = useRef<HTMLTextAreaElement>(null)
  const text = draft.value
  useLayoutEffect(() => {
    if (field.current) fit(field.current)
  }, [text])

  function change(next: string) {
    draft.value = next
    chat.reportTyping(next)
  }

  function send() {
    const ready = draft.value.trim()
    field.current?.focus()
    if (!ready) return
    chat.send(ready)
    draft.value = ''
    chat.reportTyping('')
    scope.follow()
  }

  function insert(text: string) {
    if (!field.current) return
    field.current.setRangeText(text, field.current.selectionStart, field.current.selectionEnd, 'end')
    change(field.current.value)
    field.current.focus()
  }

  return (
    <form
      class="composer"
      part="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        maxLength={LONGEST}
        value={text}
        aria-label={words.message}
        placeholder={words.placeholder}
        enterkeyhint="send"
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (!isSend(event, scope)) return
          event.preventDefault()
          send()
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files
          if (!files?.length) return
          event.preventDefault()
          sendFiles(scope, files)
        }}
      />
      <div class="tools">
        <AttachButton />
        <PopoverButton path={EMOJI} label={words.emoji} load={loadEmoji} onPick={insert} />
        <SendButton />
      </div>
    </form>
  )
}

const loadEmoji = async () => (await import('./emoji.tsx')).EmojiPanel

/** Enter that closes a Chinese or Japanese candidate list is never a send. */
function isSend(event: KeyboardEvent, { sendKey }: Scope): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false
  const modified = event.ctrlKey || event.metaKey
  return sendKey.value === 'modifier' ? modified : !event.shiftKey && !event.altKey
}

function fit(field: HTMLTextAreaElement) {
  field.style.height = 'auto'
  field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`
}

function AttachButton() {
  const scope = useScope()
  const picker = useRef<HTMLInputElement>(null)
  const { words } = scope.locale
  return (
    <>
      <button type="button" class="icon-button" aria-label={words.attach} onClick={() => picker.current?.click()}>
        <Icon path={ATTACH} />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={scope.chat.site.value?.uploads.types.join(',')}
        onChange={(event) => {
          sendFiles(scope, event.currentTarget.files ?? [])
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}

/** While an answer is being written and nothing is to be sent, the same place stops it. Either leads back to writing. */
function SendButton() {
  const {
    chat,
    draft,
    locale: { words },
  } = useScope()
  const empty = !draft.value.trim()
  if (chat.streams.value.length && empty)
    return (
      <button type="submit" class="send stop" aria-label={words.stop} onClick={() => chat.stop()}>
        <Icon path={STOP} />
      </button>
    )
  return (
    <button type="submit" class="send" aria-label={words.send} aria-disabled={empty}>
      <Icon path={SEND} />
    </button>
  )
}
