import type { MessageItem } from '../chat.ts'
import { Avatar } from './avatar.tsx'
import { Icon, type IconName } from './icons.tsx'
import { PartView } from './part-view.tsx'
import { plainText } from './plain-text.ts'
import { useScope } from './scope.ts'

interface MessageProps {
  item: MessageItem
  first: boolean
  last: boolean
}

export function Message({ item, first, last }: MessageProps) {
  const {
    format,
    locale: { words },
  } = useScope()
  const name = item.mine ? words.you : (item.from.name ?? words.colleague)
  const time = format.time(item.at)
  return (
    <div
      class={`message ${item.mine ? 'mine' : 'theirs'}${first ? ' first' : ''}${last ? ' last' : ''}`}
      data-key={item.key}
      part="message"
    >
      {!item.mine && (last ? <Avatar who={item.from} /> : <span class="avatar none" />)}
      <div class="body" title={time}>
        <p class={first ? 'meta' : 'unseen'}>
          <b class={item.mine ? 'unseen' : undefined}>{name}</b>{' '}
          <time dateTime={new Date(item.at).toISOString()}>{time}</time>
        </p>
        {item.replyTo !== undefined && <Quote of={item.replyTo} />}
        <Content item={item} />
        <Reactions item={item} />
        {item.mine && !item.recalled && (last || item.state === 'failed') && <State item={item} />}
      </div>
    </div>
  )
}

function Content({ item }: { item: MessageItem }) {
  const {
    locale: { words },
  } = useScope()
  if (item.recalled) return <div class="bubble recalled">{words.recalled}</div>
  return (
    <>
      {item.parts.map((part, index) => (
        <PartView key={index} part={part} item={item} />
      ))}
      {item.edited && <span class="edited">{words.edited}</span>}
    </>
  )
}

function Quote({ of }: { of: number }) {
  const {
    chat,
    locale: { words },
  } = useScope()
  const quoted = chat.items.value.find((one) => one.seq === of)
  if (quoted?.kind !== 'message') return null
  return <blockquote class="quote">{plainText(quoted.parts, words)}</blockquote>
}

function Reactions({ item }: { item: MessageItem }) {
  const { chat } = useScope()
  const { seq, reactions } = item
  if (!reactions.length || seq === undefined) return null
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

const MARKS: Readonly<Record<MessageItem['state'], IconName>> = {
  queued: 'clock',
  uploading: 'clock',
  sending: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'alert',
}

function State({ item: { state, error, key } }: { item: MessageItem }) {
  const {
    chat,
    locale: { words },
  } = useScope()
  if (state !== 'failed')
    return (
      <span class={`state ${state}`} title={words.states[state]}>
        <Icon name={MARKS[state]} />
        <span class="unseen">{words.states[state]}</span>
      </span>
    )
  return (
    <p class="failed">
      <Icon name="alert" />
      <span>
        {words.states.failed}
        {error && `: ${error.message}`}
      </span>
      <button type="button" class="link" onClick={() => chat.retry(key)}>
        {words.retry}
      </button>
      <button type="button" class="link" onClick={() => chat.discard(key)}>
        {words.discard}
      </button>
    </p>
  )
}
