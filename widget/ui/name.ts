import type { Participant } from '@hutong/core/entry'
import type { Words } from '../locales/en.ts'

/** What a speaker is called; who has no name is called by what they are. */
export function nameOf({ name, kind }: Participant, { assistant, colleague }: Words): string {
  return name ?? (kind === 'bot' ? assistant : colleague)
}
