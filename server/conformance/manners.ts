import { answerManners } from './manners-answers.ts'
import type { Manner } from './manners-bench.ts'
import { floorManners } from './manners-floor.ts'
import { inputManners } from './manners-inputs.ts'

/** Those that a backend is held to by where it may stand in a routing chain. */
export function mannersFor({ behind }: { behind: boolean }): readonly Manner[] {
  return manners.filter((one) => behind || !one.behind)
}

/** What every backend keeps that answers by itself. Those that disturb others come last. */
export const manners: readonly Manner[] = [
  ...inputManners,
  ...answerManners,
  ...floorManners.filter(({ alone }) => !alone),
  ...floorManners.filter(({ alone }) => alone),
]
