import type { RatingScale } from '@hutong/core/parts'

/** Lowest and highest score by scale. Written here too, because the schemas beside core's table weigh more than the panel. */
export const SCORE_BOTTOM: Readonly<Record<RatingScale, number>> = { csat: 1, nps: 0, ces: 1, solved: 0 }
export const SCORE_TOP: Readonly<Record<RatingScale, number>> = { csat: 5, nps: 10, ces: 7, solved: 1 }
