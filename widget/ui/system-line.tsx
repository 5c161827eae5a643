import type { SystemItem } from '../chat.ts'
import type { Words } from '../locales/en.ts'
import { useScope } from './scope.ts'
import { SCORE_TOP } from './scores.ts'

export function SystemLine({ item }: { item: SystemItem }) {
  const {
    format,
    locale: { words },
  } = useScope()
  return (
    <p class="told" data-key={item.key} title={format.time(item.at)}>
      {sentence(item, words)}
    </p>
  )
}

function sentence({ body }: SystemItem, words: Words): string {
  switch (body.kind) {
    case 'handoff':
      return holding(body.floor.holder, words)
    case 'status':
      return words.closed
    case 'rating':
      return body.scale === 'solved'
        ? (words.scales.solved[body.score] ?? '')
        : words.rated(body.score, SCORE_TOP[body.scale])
    case 'assigned':
      return words.joined(body.agent?.name ?? words.colleague)
  }
}

function holding(holder: Extract<SystemItem['body'], { kind: 'handoff' }>['floor']['holder'], words: Words): string {
  switch (holder.kind) {
    case 'agent':
      return words.joined(holder.name ?? words.colleague)
    case 'queue':
      return words.queued
    default:
      return words.backToBot
  }
}
