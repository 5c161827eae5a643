import type { MessageItem } from '../chat.ts'
import { formatBytes } from './bytes.ts'
import { ALERT, Icon } from './icons.tsx'
import { type Scope, useScope } from './scope.ts'
import css from './styles/trouble.css?inline'
import { extendSheet } from './styles.ts'
import { TROUBLES } from './trouble-words.ts'

extendSheet(css)

/** Why a message was not sent, in the visitor's language, and what can be done about it. */
export function Failed({ item }: { item: MessageItem }) {
  const scope = useScope()
  const { chat } = scope
  const { words } = scope.locale
  const { error, key } = item
  return (
    <p class="failed">
      <Icon path={ALERT} />
      <span>{words.says(words.states.failed, reason(item, scope))}</span>
      {error?.retryable !== false && (
        <button type="button" class="link" onClick={() => chat.retry(key)}>
          {words.retry}
        </button>
      )}
      <button type="button" class="link" onClick={() => chat.discard(key)}>
        {words.discard}
      </button>
    </p>
  )
}

function reason({ error, parts }: MessageItem, { chat, locale: { tag } }: Scope): string {
  const troubles = TROUBLES[tag.startsWith('zh') ? 'zh' : 'en']
  const limit = chat.site.value?.uploads.maxBytes
  const isFile = parts.some((part) => part.kind !== 'text')
  switch (error?.code) {
    case 'too_large':
      return isFile && limit !== undefined ? troubles.largerThan(formatBytes(limit, tag)) : troubles.tooLong
    case 'unsupported_type':
      return troubles.kind
    case 'throttled':
      return troubles.tooMany
    case 'unauthorized':
      return troubles.signedOut
    case 'forbidden':
      return troubles.forbidden
    case 'not_found':
    case 'conflict':
    case 'stale_floor':
    case 'gone':
      return troubles.over
    default:
      return error?.retryable === false ? troubles.refused : troubles.connection
  }
}
