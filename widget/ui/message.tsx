import type { MessageItem } from '../chat.ts'
import { Avatar } from './avatar.tsx'
import { ALERT, CHECK, CHECKS, CLOCK, Icon } from './icons.tsx'
import { nameOf } from './name.ts'
import { PartView } from './part-view.tsx'
import { useRichParts, useTrouble } from './rich.ts'
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
  const rich = useRichParts(item.replyTo !== undefined || item.reactions.length > 0)
  const name = item.mine ? words.you : nameOf(item.from, words)
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
        {rich && item.replyTo !== undefined && <rich.Quote of={item.replyTo} />}
        <Content item={item} />
        {rich && item.reactions.length > 0 && <rich.Reactions item={item} />}
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

const MARKS: Readonly<Record<MessageItem['state'], string>> = {
  queued: CLOCK,
  uploading: CLOCK,
  sending: CLOCK,
  sent: CHECK,
  delivered: CHECKS,
  read: CHECKS,
  failed: ALERT,
}

function State({ item }: { item: MessageItem }) {
  const { words } = useScope().locale
  const { state } = item
  const failed = state === 'failed'
  const trouble = useTrouble(failed)
  if (failed && trouble) return <trouble.Failed item={item} />
  return (
    <span class={`state ${state}`} title={words.states[state]}>
      <Icon path={MARKS[state]} />
      <span class="unseen">{words.states[state]}</span>
    </span>
  )
}
