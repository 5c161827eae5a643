import type { RatingScale } from '@hutong/core/parts'
import { useState } from 'preact/hooks'
import { Icon, STAR } from './icons.tsx'
import { usePartWords } from './part-words.ts'
import { SCORE_BOTTOM, SCORE_TOP } from './scores.ts'

interface RatingProps {
  scale: RatingScale
  question: string
  rated?: number | undefined
  onRate(score: number): void
}

export function Rating({ scale, question, rated, onRate }: RatingProps) {
  const words = usePartWords()
  const [pointed, point] = useState<number>()
  const labels = words.scales[scale]
  const shown = rated ?? pointed
  return (
    <fieldset class={`rating ${scale}`} aria-label={question}>
      <p class="question">{question}</p>
      <div class="scores" onPointerLeave={() => point(undefined)}>
        {scoresOf(scale).map((score) => (
          <button
            type="button"
            key={score}
            class={shown !== undefined && (scale === 'csat' ? score <= shown : score === shown) ? 'on' : ''}
            aria-pressed={rated === score}
            aria-label={nameOf(scale, score, labels)}
            title={nameOf(scale, score, labels)}
            aria-disabled={rated !== undefined}
            onPointerEnter={() => point(score)}
            onFocus={() => point(score)}
            onBlur={() => point(undefined)}
            onClick={() => rated === undefined && onRate(score)}
          >
            {scale === 'csat' ? <Icon path={STAR} /> : scale === 'solved' ? labels[score] : score}
          </button>
        ))}
      </div>
      {rated === undefined ? (
        <Ends scale={scale} labels={labels} pointed={pointed} />
      ) : (
        <p class="thanks">{words.thanks}</p>
      )}
    </fieldset>
  )
}

/** What the ends of the scale mean, or the pointed score where every score has a word. */
function Ends({
  scale,
  labels,
  pointed,
}: {
  scale: RatingScale
  labels: readonly string[]
  pointed: number | undefined
}) {
  if (scale === 'solved') return null
  const word = scale === 'csat' && pointed !== undefined ? labels[pointed - 1] : undefined
  return (
    <p class="ends" aria-hidden="true">
      {word ? (
        <span class="word">{word}</span>
      ) : (
        [<span key="low">{labels[0]}</span>, <span key="high">{labels.at(-1)}</span>]
      )}
    </p>
  )
}

function scoresOf(scale: RatingScale): number[] {
  const scores = Array.from(
    { length: SCORE_TOP[scale] - SCORE_BOTTOM[scale] + 1 },
    (_, index) => SCORE_BOTTOM[scale] + index,
  )
  return scale === 'solved' ? scores.reverse() : scores
}

function nameOf(scale: RatingScale, score: number, labels: readonly string[]): string {
  if (scale === 'csat') return labels[score - 1] ?? String(score)
  if (scale === 'solved') return labels[score] ?? String(score)
  const end = score === SCORE_BOTTOM[scale] ? labels[0] : score === SCORE_TOP[scale] ? labels.at(-1) : undefined
  return end ? `${score} (${end})` : String(score)
}
