import { useRichParts } from './rich.ts'
import { type Scope, useScope } from './scope.ts'

/** The one thing to know before writing: no network, nobody here, in the queue, or ended with a question how it was. */
export function Notice() {
  const scope = useScope()
  const {
    chat,
    locale: { words },
  } = scope
  const text = noticeOf(scope)
  const asks = chat.closed.value && !hasRated(scope)
  const rich = useRichParts(asks)
  if (!text && !asks) return null
  return (
    <div class={`notice ${chat.connection.value}`} role="status">
      {text && <p>{text}</p>}
      {asks && rich && (
        <rich.Rating scale="csat" question={words.rateUs} onRate={(score) => chat.rate({ scale: 'csat', score })} />
      )}
    </div>
  )
}

function noticeOf({ chat, locale: { words } }: Scope): string | undefined {
  if (chat.connection.value === 'offline') return words.offline
  if (chat.closed.value) return words.ended
  const empty = chat.items.value.length === 0
  const holder = chat.floor.value?.holder.kind
  if (holder === 'queue') return chat.site.value?.staffed === false ? words.nobody : words.queue
  if (!empty && holder !== 'bot' && holder !== 'agent' && chat.site.value?.staffed === false) return words.nobody
  return undefined
}

/** Whether this conversation was rated since it was last opened. */
function hasRated({ chat }: Scope): boolean {
  const items = chat.items.value
  const rated = items.findLastIndex(
    (one) =>
      (one.kind === 'system' && one.body.kind === 'rating') || (one.kind === 'message' && one.rated !== undefined),
  )
  const opened = items.findLastIndex((one) => one.kind === 'message' && one.mine)
  return rated > opened
}
