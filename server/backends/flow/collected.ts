import { textIn } from '../texts.ts'
import type { Flow } from './flow-options.ts'
import type { Turn } from './turn.ts'

/** What the flow has learned of the contact, a line each, for people to read. */
export function collected(
  { flow, language }: Pick<Turn, 'flow' | 'language'>,
  variables: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (value === '') return []
    const field = fieldOf(flow, name)
    const option = field?.options?.find(({ id }) => id === value)
    const label = field ? textIn(field.label, language) : name
    return [`${label}: ${(option ? textIn(option.label, language) : value).replaceAll(/\s+/g, ' ')}`]
  })
}

function fieldOf({ steps }: Flow, name: string) {
  return Object.values(steps)
    .flatMap((step) => (step.kind === 'form' ? step.fields : []))
    .find((field) => field.name === name)
}
