import { answerManners } from './manners-answers.ts'
import type { Manner } from './manners-bench.ts'
import { floorManners } from './manners-floor.ts'
import { inputManners } from './manners-inputs.ts'

/** What every backend keeps that answers by itself. Those that disturb others come last. */
export const manners: readonly Manner[] = [
  ...inputManners,
  ...answerManners,
  ...floorManners.filter(({ alone }) => !alone),
  ...floorManners.filter(({ alone }) => alone),
]
