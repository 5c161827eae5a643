import type { RatingScale } from './parts.ts'

/** Lowest and highest score of each scale. */
export const SCORES: Readonly<Record<RatingScale, readonly [number, number]>> = {
  csat: [1, 5],
  nps: [0, 10],
  ces: [1, 7],
  solved: [0, 1],
}
