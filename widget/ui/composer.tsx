import { useLayoutEffect, useRef } from 'preact/hooks'
import { EmojiButton } from './emoji-button.tsx'
import { Icon } from './icons.tsx'
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
    if (!ready) return
    chat.send(ready)
    draft.value = ''
    chat.reportTyping('')
    scope.follow()
    field.current?.focus()
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
        <EmojiButton onPick={(emoji) => field.current && change(insert(field.current, emoji))} />
        <SendButton />
      </div>
    </form>
  )
}

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

function insert(field: HTMLTextAreaElement, text: string): string {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end')
  return field.value
}

function AttachButton() {
  const scope = useScope()
  const picker = useRef<HTMLInputElement>(null)
  const { words } = scope.locale
  return (
    <>
      <button type="button" class="icon-button" aria-label={words.attach} onClick={() => picker.current?.click()}>
        <Icon name="attach" />
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

/** While an answer is being written and nothing is to be sent, the same place stops it. */
function SendButton() {
  const {
    chat,
    draft,
    streaming,
    locale: { words },
  } = useScope()
  const empty = !draft.value.trim()
  if (streaming.value && empty)
    return (
      <button type="button" class="send" aria-label={words.stop} onClick={() => chat.stop()}>
        <Icon name="stop" />
      </button>
    )
  return (
    <button type="submit" class="send" aria-label={words.send} aria-disabled={empty}>
      <Icon name="send" />
    </button>
  )
}
