import type { PartOf } from '@hutong/core/parts'
import type { Item } from '../chat.ts'
import { Out, PlainText } from './links.tsx'
import type { PartProps } from './rich-parts.tsx'
import { useScope } from './scope.ts'

export function Choices({ part, item }: PartProps<PartOf<'choices'>>) {
  return (
    <>
      {part.text && (
        <div class="bubble">
          <PlainText text={part.text} />
        </div>
      )}
      <div class="chips">
        {part.options.map(({ id, label, description }) => (
          <Chip key={id} id={id} label={label} description={description} item={item} />
        ))}
      </div>
    </>
  )
}

interface ChipProps extends Pick<PartProps, 'item'> {
  id: string
  label: string
  description?: string | undefined
}

function Chip({ id, label, description, item: { seq, chosen } }: ChipProps) {
  const { chat, follow } = useScope()
  const isOver = seq === undefined || chosen !== undefined || chat.items.value.some((one) => isHandoffAfter(one, seq))
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={chosen === id}
      disabled={isOver}
      onClick={() => {
        if (seq !== undefined) chat.choose(seq, { id, label })
        follow()
      }}
    >
      {label}
      {description && <small>{description}</small>}
    </button>
  )
}

/** Whoever offered it has passed the conversation on: nobody waits for the answer any more. */
function isHandoffAfter(item: Item, seq: number): boolean {
  return item.kind === 'system' && item.body.kind === 'handoff' && item.seq > seq
}

export function Card({ part, item }: PartProps<PartOf<'card'>>) {
  const links = part.buttons.filter((button) => button.kind === 'link')
  const replies = part.buttons.filter((button) => button.kind === 'reply')
  return (
    <>
      <div class="bubble card">
        {part.image && <img src={part.image} alt="" loading="lazy" />}
        <div class="card-text">
          <b>{part.url ? <Out href={part.url}>{part.title}</Out> : part.title}</b>
          {part.text && <p>{part.text}</p>}
        </div>
        {links.map(({ label, url }) => (
          <Out class="card-button" key={url} href={url}>
            {label}
          </Out>
        ))}
      </div>
      {replies.length > 0 && (
        <div class="chips">
          {replies.map(({ id, label }) => (
            <Chip key={id} id={id} label={label} item={item} />
          ))}
        </div>
      )}
    </>
  )
}
