import type { RatingScale } from '@hutong/core/parts'
import type { SystemItem } from '../chat.ts'
import type { Words } from '../locales/en.ts'
import { type PartWords, usePartWords } from './part-words.ts'
import { useScope } from './scope.ts'

export function SystemLine({ item }: { item: SystemItem }) {
  const {
    format,
    locale: { words },
  } = useScope()
  const partWords = usePartWords()
  return (
    <p class="told" data-key={item.key} title={format.time(item.at)}>
      {sentence(item, words, partWords)}
    </p>
  )
}

function sentence({ body }: SystemItem, words: Words, partWords: PartWords): string {
  switch (body.kind) {
    case 'handoff':
      return body.floor.holder.kind === 'agent'
        ? words.joined(body.floor.holder.name ?? words.colleague)
        : words.backToBot
    case 'status':
      return words.closed
    case 'rating':
      return words.rated(scoreName(body, partWords)) + (body.comment ? ` – ${body.comment}` : '')
    case 'assigned':
      return words.joined(body.agent?.name ?? words.colleague)
  }
}

/** Scores that have a word are told by it. */
function scoreName({ scale, score }: { scale: RatingScale; score: number }, { scales }: PartWords): string {
  const name = scale === 'csat' ? scales.csat[score - 1] : scale === 'solved' ? scales.solved[score] : undefined
  return name ?? String(score)
}
