import type { RatingScale } from '@hutong/core/parts'
import type { SystemItem } from '../chat.ts'
import type { Words } from '../locales/en.ts'
import { type PartWords, usePartWords } from './part-words.ts'
import { useScope } from './scope.ts'

export function SystemLine({ item }: { item: SystemItem }) {
  const {
    chat,
    format,
    locale: { words },
  } = useScope()
  const partWords = usePartWords()
  const away = chat.site.value?.staffed === false
  return (
    <p class="told" data-key={item.key} title={format.time(item.at)}>
      {sentence(item, away ? { ...words, queued: words.passedOn } : words, partWords)}
    </p>
  )
}

function sentence({ body }: SystemItem, words: Words, partWords: PartWords): string {
  switch (body.kind) {
    case 'handoff':
      return holding(body.floor.holder, words)
    case 'status':
      return words.closed
    case 'rating':
      return words.rated(scoreName(body, partWords)) + (body.comment ? ` – ${body.comment}` : '')
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

/** Scores that have a word are told by it. */
function scoreName({ scale, score }: { scale: RatingScale; score: number }, { scales }: PartWords): string {
  const name = scale === 'csat' ? scales.csat[score - 1] : scale === 'solved' ? scales.solved[score] : undefined
  return name ?? String(score)
}
