import type { MessageItem } from '../chat.ts'
import { plainText } from './plain-text.ts'
import { useScope } from './scope.ts'

/** The message that is answered, in one line. */
export function Quote({ of }: { of: number }) {
  const {
    chat,
    locale: { words },
  } = useScope()
  const quoted = chat.items.value.find((one) => one.seq === of)
  if (quoted?.kind !== 'message') return null
  return <blockquote class="quote">{plainText(quoted.parts, words)}</blockquote>
}

export function Reactions({ item }: { item: MessageItem }) {
  const { chat } = useScope()
  const { seq, reactions } = item
  if (seq === undefined) return null
  return (
    <div class="reactions">
      {reactions.map(({ emoji, count, mine }) => (
        <button type="button" key={emoji} aria-pressed={mine} onClick={() => chat.react(seq, emoji, !mine)}>
          {emoji} {count > 1 && count}
        </button>
      ))}
    </div>
  )
}
