import { useRichParts } from './rich.ts'
import { type Scope, useScope } from './scope.ts'

/** The one thing to know before writing: no network, not set up, or ended with a question how it was. */
export function Notice() {
  const scope = useScope()
  const { chat } = scope
  const text = noticeOf(scope)
  const closed = chat.closed.value
  const rich = useRichParts(closed)
  if (!text) return null
  return (
    <div class={`notice ${chat.connection.value}`} role="status">
      <p>{text}</p>
      {closed && rich && <rich.AskRating />}
    </div>
  )
}

function noticeOf({ chat, locale: { words } }: Scope): string | undefined {
  if (chat.connection.value === 'offline') return words.offline
  if (chat.connection.value === 'refused') return words.refused
  return chat.closed.value ? words.ended : undefined
}
