import { degrade } from '@hutong/core/degrade'
import type { Entry } from '@hutong/core/entry'
import { CAPABILITIES } from './capabilities.ts'

/** The options of an entry under the numbers that its text shows, so that they can be links too. */
export function optionsOf({ body }: Entry): { number: number; label: string }[] {
  if (body.kind !== 'message') return []
  const { prompts } = degrade(body.parts, CAPABILITIES)
  return prompts.flatMap(({ options }) => options.map(({ number, label }) => ({ number, label })))
}
