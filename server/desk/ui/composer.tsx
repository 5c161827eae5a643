import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Attachment, Sheet } from '../model/drafts.ts'
import { createTypingHint } from '../model/typing-hint.ts'
import { useDesk } from './desk-context.ts'
import { Icon } from './icons.tsx'
import { RouteNotes, useViaSentence } from './route.tsx'

const ROWS_MAX = 10

export function Composer({ conversation }: { conversation: string }) {
  const { desk, words } = useDesk()
  const sheet = desk.drafts.sheet(conversation).value
  const note = sheet.mode === 'note'
  const over = useSignal(false)
  const hint = useMemo(() => createTypingHint((on) => desk.link.typing(conversation, on)), [conversation])
  useEffect(() => hint.stop, [hint])

  function attach(files: FileList | undefined) {
    if (!files || files.length === 0 || note) return
    desk.drafts.attach(conversation, files)
  }

  return (
    <section
      class={`composer${note ? ' noting' : ''}${over.value ? ' over' : ''}`}
      aria-label={note ? words.note : words.reply}
      onDragOver={(event) => {
        if (note || !event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        over.value = true
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        over.value = false
        event.preventDefault()
        attach(event.dataTransfer?.files)
      }}
    >
      <Modes conversation={conversation} sheet={sheet} />
      <Attachments conversation={conversation} files={sheet.files} />
      <textarea
        id="composer"
        rows={Math.min(ROWS_MAX, Math.max(2, textOf(sheet).split('\n').length))}
        maxLength={8_000}
        value={textOf(sheet)}
        aria-label={note ? words.note : words.reply}
        aria-describedby="composer-hint composer-route"
        placeholder={note ? words.notePlaceholder : words.replyPlaceholder}
        onInput={(event) => {
          desk.drafts.write(conversation, event.currentTarget.value)
          if (!note) hint.typed(event.currentTarget.value)
        }}
        onPaste={(event) => attach(event.clipboardData?.files)}
        onBlur={hint.stop}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          desk.send()
          hint.sent()
        }}
      />
      {!note && desk.thread.value && <RouteNotes thread={desk.thread.value} sheet={sheet} />}
      <div class="composer-bar">
        {!note && <AttachButton onFiles={attach} />}
        <p id="composer-hint" class="quiet">
          <Hint sheet={sheet} />
        </p>
        <button type="button" class="primary send" disabled={!sendable(sheet)} onClick={() => desk.send()}>
          <Icon name={note ? 'note' : 'send'} />
          {note ? words.addNote : words.send}
        </button>
      </div>
    </section>
  )
}

function textOf({ mode, note, reply }: Sheet): string {
  return mode === 'note' ? note : reply
}

function sendable(sheet: Sheet): boolean {
  if (sheet.mode === 'note') return sheet.note.trim() !== ''
  return sheet.files.every((one) => one.part) && (sheet.reply.trim() !== '' || sheet.files.length > 0)
}

function Modes({ conversation, sheet }: { conversation: string; sheet: Sheet }) {
  const { desk, words } = useDesk()
  return (
    <fieldset class="modes">
      <legend class="hidden">{words.reply}</legend>
      {(['reply', 'note'] as const).map((mode) => (
        <label key={mode}>
          <input
            type="radio"
            name={`mode-${conversation}`}
            checked={sheet.mode === mode}
            onChange={() => {
              desk.drafts.setMode(conversation, mode)
              document.getElementById('composer')?.focus()
            }}
          />
          <span>{words[mode]}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Hint({ sheet }: { sheet: Sheet }) {
  const { desk, words } = useDesk()
  const conversation = desk.item.value?.conversation
  const via = useViaSentence(conversation?.channel ?? 'web')
  if (sheet.mode === 'note') return <>{words.noteHint}</>
  if (!conversation) return null
  const { holder } = conversation.floor
  if (conversation.status === 'closed') return <>{`${via} · ${words.willReopen}`}</>
  if (holder.kind === 'bot' || holder.kind === 'queue') return <>{`${via} · ${words.willTakeOver}`}</>
  if (holder.kind === 'agent' && holder.id !== desk.me.id)
    return <>{`${via} · ${words.heldBy(holder.name ?? holder.id)}`}</>
  return <>{via}</>
}

function AttachButton({ onFiles }: { onFiles(files: FileList | undefined): void }) {
  const { words } = useDesk()
  return (
    <label class="icon-button attach" title={words.attach}>
      <Icon name="attach" />
      <input
        type="file"
        multiple
        class="hidden"
        aria-label={words.attach}
        onChange={(event) => {
          onFiles(event.currentTarget.files ?? undefined)
          event.currentTarget.value = ''
        }}
      />
    </label>
  )
}

function Attachments({ conversation, files }: { conversation: string; files: readonly Attachment[] }) {
  const { desk, words, format } = useDesk()
  if (files.length === 0) return null
  return (
    <ul class="attachments">
      {files.map((file) => (
        <li key={file.id}>
          <Icon name="file" />
          <span class="file-name">{file.name}</span>
          {file.part ? (
            <small>{format.bytes(file.bytes)}</small>
          ) : (
            <progress
              max={1}
              value={file.progress}
              aria-label={words.uploading(file.name, Math.round(file.progress * 100))}
            />
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={words.removeFile(file.name)}
            onClick={() => desk.drafts.detach(conversation, file.id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
}
